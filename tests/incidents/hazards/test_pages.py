"""The pages of hazards: each opens for who may, shows what it should, and asks no more as rows grow."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from matters.models import Event
from matters.workflow import advance
from tests.cast import Cast
from tests.incidents.hazards.made import campaign, inspection, stall_list
from tests.incidents.made import hazard
from tests.pictures import upload

SignIn = Callable[[User], Client]


def text_of(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def settle(cast: Cast, found: Any) -> None:
    advance(matter=found.matter, action="echo", actor=cast.worker, note="清了")
    told = {"outcome": "settled", "answer": "已清"}
    advance(matter=found.matter, action="verify", actor=cast.officer, evidence=told)


PAGES = [
    "/hazards/", "/hazards/export.csv", "/hazards/mine/", "/hazards/sources/", "/hazards/sources/export.csv",
    "/hazards/inspections/", "/hazards/inspections/new/", "/hazards/campaigns/", "/hazards/campaigns/new/",
    "/hazards/checklists/", "/hazards/checklists/new/", "/hazards/new/",
]  # fmt: skip


def test_every_page_opens_for_the_command_room(cast: Cast, as_user: SignIn) -> None:
    cast.target()
    made = campaign(cast)
    found = inspection(cast, bad={"gas": "软管裂了"}, target=cast.target())
    client = as_user(cast.command)
    pages = [
        *PAGES,
        f"/hazards/campaigns/{made.pk}/",
        f"/hazards/campaigns/{made.pk}/edit/",
        f"/hazards/campaigns/{made.pk}/missing.csv",
        f"/hazards/checklists/{stall_list().pk}/",
        f"/hazards/checklists/{stall_list().pk}/edit/",
        f"/hazards/inspections/{found.pk}/",
        f"/hazards/inspections/new/?target={cast.target().pk}",
        "/hazards/inspections/new/?type=bar",
        f"/hazards/inspections/new/?campaign={made.pk}",
        "/hazards/inspections/new/?q=老渡口",
    ]
    answers = {page: client.get(page).status_code for page in pages}
    assert set(answers.values()) == {200}, answers


@pytest.mark.parametrize(
    "page", ["/hazards/", "/hazards/sources/", "/hazards/inspections/", "/hazards/mine/"]
)
def test_the_number_of_queries_does_not_grow(
    cast: Cast, as_user: SignIn, count_queries: Callable[[], Any], page: str
) -> None:
    client = as_user(cast.officer)
    counts = []
    for times in (1, 5):
        for _ in range(times):
            hazard(cast)
            inspection(cast, cast.officer, bad={"gas": "漏气"})
        client.get(page)
        with count_queries() as seen:
            assert client.get(page).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("type=fire", 1),
        ("overdue=1", 0),
        ("overdue=open", 2),
        ("rectified=in_time", 1),
        ("rectified=missed", 0),
        ("rectified=due&due_after=2030-01-01", 0),
        ("due_before=2001-01-01", 0),
        ("repeat=again", 1),
        ("repeat=failed", 0),
        ("campaign=999999", 0),
        ("repeat=zzz", 3),
    ],
)
def test_filters(cast: Cast, as_user: SignIn, query: str, expected: int) -> None:
    target = cast.target()
    settle(cast, hazard(cast, target=target))
    hazard(cast, target=target)
    hazard(cast, hazard_type="fire")
    page = as_user(cast.worker).get(f"/hazards/?{query}").content.decode()
    assert page.count('class="quiet"') == expected


def test_before_and_after_stand_side_by_side(cast: Cast, as_user: SignIn) -> None:
    client = as_user(cast.worker)
    sent = {
        "client_id": "0b0c9d6e-4c3e-4c53-9a55-000000000001",
        "hazard_type": "egress",
        "level": "serious",
        "description": "楼道停车",
        "area": cast.grid_a.pk,
        "source": "grid_census",
    }
    for _ in range(2):
        answer = client.post("/hazards/new/", {**sent, "photos": [upload()]})
    address = answer.headers["Location"]
    page = text_of(client.get(address))
    assert "整改前" in page
    assert "还没有照片" in page
    client.post(address, {"action": "echo", "version": 1, "note": "清了", "photos": [upload()]})
    events = {e.action: e.photos.get().pk for e in Event.objects.order_by("pk")}
    page = client.get(address).content.decode()
    pair = page[page.index('class="pair"') :]
    assert re.findall(r'src="/matters/photos/(\d+)/"', pair)[:2] == [str(events["open"]), str(events["echo"])]


def test_a_failed_re_inspection_goes_back_and_counts_as_a_repeat(cast: Cast, as_user: SignIn) -> None:
    found = hazard(cast)
    advance(matter=found.matter, action="echo", actor=cast.worker, note="清了")
    client = as_user(cast.officer)
    sent = {"action": "redo", "version": 2, "note": "还有两辆车", "photos": [upload()]}
    assert client.post(f"/matters/{found.pk}/", sent).status_code == 302
    found.matter.refresh_from_db()
    assert found.matter.state == "handling"
    assert Event.objects.get(action="redo").photos.count() == 1
    assert "不合格 1 次" in text_of(client.get(f"/matters/{found.pk}/"))
    assert client.get("/hazards/?repeat=failed").content.decode().count('class="quiet"') == 1


def test_what_was_found_there_before_is_linked(cast: Cast, as_user: SignIn) -> None:
    first = hazard(cast, address="温岭市城东街道河边村一区26号")
    again = hazard(cast, address="河边村一区２６號门口")
    hazard(cast, address="河边村一区27号")
    page = as_user(cast.worker).get(f"/matters/{again.pk}/").content.decode()
    assert f'href="/matters/{first.pk}/"' in page
    assert page.count("以前的疏散通道堵塞隐患") == 1


def test_the_manager_sees_what_became_of_it(cast: Cast, as_user: SignIn) -> None:
    client = as_user(cast.manager)
    mine = hazard(cast, cast.manager, source="safety_manager", address="河边村一区26号")
    hazard(cast, description="别人报的")
    inspection(cast, cast.manager, source="safety_manager", name="好再来夜宵")
    page = text_of(client.get("/hazards/mine/"))
    assert "待受理" in page or "等河边村受理" in page
    assert "好再来夜宵" in page
    assert "别人报的" not in page
    assert f"/matters/{mine.pk}/" not in client.get("/hazards/mine/").content.decode()


def test_the_list_as_csv_defuses_formulas(cast: Cast, as_user: SignIn) -> None:
    hazard(cast, description="=1+1")
    answer = as_user(cast.command).get("/hazards/export.csv")
    lines = b"".join(answer).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("编号,类型,等级,来源")
    assert "'=1+1" in lines[1]
    assert as_user(cast.command).get("/hazards/export.csv?after=x").status_code == 400


def test_a_liaison_sees_the_street_and_reports_as_his_department(cast: Cast, as_user: SignIn) -> None:
    client = as_user(cast.liaison)
    hazard(cast)
    hazard(cast, cast.far_worker, cast.far_grid)
    assert client.get("/hazards/").content.decode().count('class="quiet"') == 1
    assert client.get("/hazards/campaigns/new/").status_code == 403
    assert 'name="source" value="department_assist"' in client.get("/hazards/new/").content.decode()
