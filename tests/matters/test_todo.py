"""The to-do list: found by what people know, assigned many at once, searches kept."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from grids.models import Unit
from incidents.models import PoliceIncident
from matters import queries
from matters.bulk import MOST, assign_many
from matters.models import BulkAssignment, Event, Matter, SavedSearch
from matters.searches import MOST as MOST_SEARCHES
from matters.searches import drop_search, save_search
from shared.errors import Conflict, InvalidInput, NotFound
from shared.pinyin import initials_of_parts
from tests.cast import Cast
from tests.incidents.made import hazard, incident
from tests.incidents.reports.made import report

pytestmark = pytest.mark.servers

SignIn = Callable[[User], Client]


def shown(client: Client, query: str) -> list[str]:
    """Titles of the listed matters, sorted."""
    answer = client.get(f"/matters/?view=all&{query}")
    assert answer.status_code == 200
    return sorted(re.findall(r'class="quiet" href="[^"]+">([^<]+)<', answer.content.decode()))


def waiting(cast: Cast, n: int = 1, **fields: Any) -> list[Matter]:
    return [incident(cast, title=f"第{i}件", **fields) for i in range(n)]


def send(cast: Cast, matters: list[Matter], **fields: Any) -> tuple[BulkAssignment, bool]:
    chosen: dict[int, int | None] = {matter.pk: matter.version for matter in matters}
    given: dict[str, Any] = {
        "chosen": chosen,
        "area": cast.grid_a2,
        "actor": cast.officer,
        "client_id": uuid4(),
    }
    return assign_many(**{**given, **fields})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("消防隐患：老渡口烧烤", "xfyh ldksk"),
        ("KTV之家，二楼", "ktvzj el"),
        ("噪音扰民（夜宵摊）", "zyrm yxt"),
        ("", ""),
        ("：：", ""),
    ],
)
def test_initials_of_each_part(text: str, found: str) -> None:
    assert initials_of_parts(text, 160) == found


def test_a_matter_is_found_by_what_was_told_but_not_by_a_number_in_it(cast: Cast, as_user: SignIn) -> None:
    incident(cast, title="噪音扰民", summary="3号楼店里的Speaker太响，找王老板13912345678")
    client = as_user(cast.leader)
    for query in ("太响", "speaker", "王老板 噪音", "3号楼"):
        assert shown(client, f"q={query}") == ["噪音扰民"], query
    for query in ("13912345678", "5678", "139-1234-5678", "太响 13912345678", "王老板139", "老板1"):
        assert shown(client, f"q={query}") == [], query
    assert shown(as_user(cast.neighbour), "q=太响") == [], "outside the territory"


@pytest.mark.parametrize(
    ("address", "made"),
    [
        ("/incidents/", lambda cast, told: incident(cast, title="甲", summary=told)),
        ("/hazards/", lambda cast, told: hazard(cast, description=told)),
        ("/reports/", lambda cast, told: report(cast, description=told)),
    ],
)
def test_no_list_spells_out_a_number_that_is_masked(cast: Cast, api: Any, address: str, made: Any) -> None:
    made(cast, "3号楼门口，找王老板13912345678")
    client = api(cast.leader)

    def found(query: str) -> int:
        return len(client.get(f"/api/v1{address}", {"q": query}).json()["results"])

    assert (found("3号楼"), found("王老板 门口"), found("门口 " * 5000)) == (1, 1, 1)
    for query in ("13912345678", "1391", "老板1", "9123456", "王老板139"):
        assert found(query) == 0, query


def test_a_matter_is_found_by_number_words_place_and_initials(cast: Cast, as_user: SignIn) -> None:
    one = incident(cast, title="消防隐患：老渡口烧烤", address="河边村一区26号")
    incident(cast, cast.grid_b, title="噪音扰民：夜宵摊", address="楼山路3号")
    client = as_user(cast.command)
    for query in ("ldk", "LDKSK", "xfyh", one.number[-6:], "渡口 消防", "一区26", "河边村第一", "26号 xfyh"):
        assert shown(client, f"q={query}") == ["消防隐患：老渡口烧烤"], query
    assert shown(client, "q=yxt 楼山") == ["噪音扰民：夜宵摊"]
    for query in ("dkldk", "zzz", "河边村 yxt", "x:*", "'", "!"):
        assert shown(client, f"q={query}") == [], query
    assert shown(as_user(cast.officer), "q=yxt") == [], "outside the territory"
    assert shown(client, "q=ldk&view=overdue") == []
    there = client.get("/matters/?q=ldk&view=overdue").content.decode()
    (link,) = re.findall(r'<a href="/matters/\?([^"]+)">在全部事项里找<', there)
    assert shown(client, link.replace("&amp;", "&")) == ["消防隐患：老渡口烧烤"]
    assert "在全部事项里找" not in client.get("/matters/?view=overdue").content.decode()
    listed = client.get("/api/v1/matters/?q=ldk").json()["results"]
    assert [row["id"] for row in listed] == [one.pk]


def test_initials_follow_the_title(cast: Cast) -> None:
    (matter,) = waiting(cast)
    matter.title = "口角：菜场"
    matter.save()
    matter.refresh_from_db()
    assert matter.initials == "kj cc"
    (made,) = Matter.objects.bulk_create(
        [
            Matter(
                kind="hazard",
                number="X1",
                title="堵塞",
                area=cast.grid_a,
                state="reported",
                occurred_at=matter.occurred_at,
            )
        ]
    )
    assert made.initials == "ds"


def test_a_phone_tail_finds_the_callers_matters_for_who_may_see_numbers(cast: Cast, as_user: SignIn) -> None:
    incident(cast, title="甲", caller_phone="13900005776")
    incident(cast, cast.grid_b, title="乙", caller_phone="13911115776")
    assert shown(as_user(cast.command), "q=5776") == ["乙", "甲"]
    assert shown(as_user(cast.officer), "q=5776") == ["甲"]
    assert shown(as_user(cast.leader), "q=5776") == [], "without personal.reveal"
    assert shown(as_user(cast.command), "q=5775") == []
    stored = PoliceIncident.objects.filter(matter__title="甲").values_list("tail_index", flat=True).get()
    assert len(stored) == 32
    assert "5776" not in stored


def test_a_whole_number_is_that_matter_alone(cast: Cast, as_user: SignIn) -> None:
    one, other = waiting(cast, 2)
    Matter.objects.filter(pk=other.pk).update(title=f"同 {one.number} 一起办")
    far = incident(cast, cast.grid_b)
    client = as_user(cast.officer)
    assert shown(client, f"q={one.number}") == [one.title]
    assert shown(client, f"q={one.number.lower()}") == [one.title]
    assert len(shown(client, f"q={one.number} 件")) == 1, "more than the number: every word somewhere"
    assert len(shown(client, f"q={one.number[:-1]}")) == 2, "a part of it: wherever it stands"
    assert shown(client, f"q={far.number}") == [], "not in his village"


def test_the_headline_counts_as_far_as_it_says(
    cast: Cast, as_user: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting(cast, 4)
    late = timezone.now() - timedelta(days=1)
    Matter.objects.filter(title__in=["第0件", "第1件"]).update(due_at=late)
    assert queries.standing(cast.officer) == {"open": 4, "overdue": 2, "waiting": 4, "waiting_overdue": 2}
    monkeypatch.setattr(queries, "MOST", 3)
    assert queries.standing(cast.officer) == {"open": 3, "overdue": 2, "waiting": 3, "waiting_overdue": 2}
    page = as_user(cast.officer).get("/matters/?view=open").content.decode()
    assert '还有 <span class="hot">2+</span> 件等您处理' in page
    assert "其中 2 件超期" in page
    assert 'view=open" aria-current="page">未办结<span class="sec__n">2+</span>' in page


@pytest.mark.parametrize("rows", [3, 30])
def test_searching_costs_the_same_at_any_length(
    cast: Cast, as_user: SignIn, count_queries: Any, rows: int
) -> None:
    waiting(cast, rows)
    client = as_user(cast.command)
    client.get("/matters/")
    with count_queries() as seen:
        assert len(shown(client, "q=d")) == rows
    assert len(seen) <= 9


def test_many_are_assigned_at_once_each_with_its_line(cast: Cast) -> None:
    matters = waiting(cast, 3)
    row, new = send(cast, matters, note="一起看一下")
    assert (new, len(row.done), row.refused) == (True, 3, [])
    for matter in matters:
        matter.refresh_from_db()
        assert (matter.area, matter.state) == (cast.grid_a2, "assigned")
        last = Event.objects.filter(matter=matter).latest("id")
        assert (last.action, last.actor, last.note) == ("assign", cast.officer, "一起看一下")


def test_what_one_refuses_does_not_stop_the_others(cast: Cast) -> None:
    good, stale, outside = waiting(cast, 3)
    reported = hazard(cast, cast.manager, source="citizen").matter
    stale.version = 99
    Matter.objects.filter(pk=outside.pk).update(area=cast.grid_b)
    row, _ = send(cast, [good, stale, outside, reported])
    assert [one["matter"] for one in row.done] == [good.pk]
    told = {one["matter"]: str(one["refused"]) for one in row.refused}
    assert "刚被别人更新过" in told[stale.pk]
    assert told[outside.pk] == "没有找到，或不在您的辖区"
    assert "现在可以：受理" in told[reported.pk]
    assert next(one["title"] for one in row.refused if one["matter"] == outside.pk) == ""


def test_sent_twice_it_happens_once(cast: Cast) -> None:
    matters, client_id = waiting(cast, 2), uuid4()
    first, _ = send(cast, matters, client_id=client_id)
    again, new = send(cast, matters, client_id=client_id)
    assert (again, new) == (first, False)
    assert Event.objects.filter(action="assign").count() == 2
    with pytest.raises(Conflict):
        send(cast, matters[:1], client_id=client_id)
    for write in (first.delete, lambda: BulkAssignment.objects.update(note="x")):
        with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
            write()


@pytest.mark.django_db(transaction=True)
def test_the_same_press_twice_at_once_happens_once(cast: Cast) -> None:
    matters, client_id, start = waiting(cast, 2), uuid4(), threading.Barrier(2)
    made: list[bool] = []

    def press() -> None:
        try:
            start.wait(10)
            made.append(send(cast, matters, client_id=client_id)[1])
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(made) == [False, True]
    assert Event.objects.filter(action="assign").count() == 2


def test_given_to_a_department_each_stays_where_it_is(cast: Cast, as_user: SignIn) -> None:
    """A village's officer may name any unit of the street, as the form of one matter does."""
    office = Unit.objects.create(area=cast.street, name="综合行政执法队", kind=Unit.Kind.DEPARTMENT)
    far = Unit.objects.create(area=cast.far_grid, name="邻街执法队", kind=Unit.Kind.DEPARTMENT)
    one, two = waiting(cast, 1)[0], incident(cast, cast.grid_a2, title="乙")
    client = as_user(cast.officer)
    page = client.get("/matters/bulk/", {"matter": f"{one.pk}:1"}).content.decode()
    assert f'value="unit:{office.pk}"' in page
    assert f'value="unit:{far.pk}"' not in page
    given = {"to": f"unit:{office.pk}", "matter": [f"{one.pk}:1", f"{two.pk}:1"], "client_id": uuid4()}
    told = client.post("/matters/bulk/", given, follow=True).content.decode()
    assert "2 件已流转" in told
    assert "综合行政执法队" in told
    for matter, area in ((one, cast.grid_a), (two, cast.grid_a2)):
        matter.refresh_from_db()
        assert (matter.unit, matter.area, matter.state) == (office, area, "assigned")
    with pytest.raises(InvalidInput):
        send(cast, [one], area=None)


def test_a_unit_opens_no_area_that_the_actor_may_not_give_to(cast: Cast) -> None:
    office = Unit.objects.create(area=cast.street, name="综合行政执法队", kind=Unit.Kind.DEPARTMENT)
    (one,) = waiting(cast)
    row, _ = send(cast, [one], area=cast.grid_b, unit=office)
    assert row.refused[0]["refused"] == "只能流转到您辖区内的村社或网格。"


def test_the_form_shows_only_where_there_is_something_to_send(cast: Cast, as_user: SignIn) -> None:
    (one,) = waiting(cast)
    client = as_user(cast.officer)
    assert "流转选中的" in client.get("/matters/?view=all").content.decode()
    Matter.objects.filter(pk=one.pk).update(state="echoed")
    assert "流转选中的" not in client.get("/matters/?view=all").content.decode()


def test_none_or_too_many_are_refused(cast: Cast) -> None:
    for chosen in ({}, dict.fromkeys(range(1, MOST + 2))):
        with pytest.raises(InvalidInput):
            send(cast, [], chosen=chosen)


def test_rows_are_chosen_and_sent_on_the_page(cast: Cast, as_user: SignIn) -> None:
    one, two = waiting(cast, 2)
    client = as_user(cast.officer)
    page = client.get("/matters/?view=all").content.decode()
    ticks = re.findall(r'type="checkbox" name="matter" value="([^"]+)" form="bulk"', page)
    assert sorted(ticks) == [f"{one.pk}:1", f"{two.pk}:1"]
    page = client.get("/matters/bulk/", {"matter": [*ticks, "²"], "query": "view=all"}).content.decode()
    assert "流转 2 件" in page
    assert one.title in page
    assert re.findall(r'name="matter" value="([^"]+)"', page) == [f"{one.pk}:1", f"{two.pk}:1"]
    client_id = re.search(r'name="client_id" value="([^"]+)"', page)
    assert client_id
    given = {
        "client_id": client_id[1],
        "to": f"area:{cast.grid_a2.pk}",
        "matter": [f"{one.pk}:1", f"{two.pk}:9", "²", "9" * 20 + ":1", "1:" + "9" * 20],
    }
    answer = client.post("/matters/bulk/", given)
    assert answer.headers["Location"] == f"/matters/bulk/{client_id[1]}/"
    told = client.get(answer.headers["Location"]).content.decode()
    assert "1 件已流转" in told
    assert "刚被别人更新过" in told
    assert client.post("/matters/bulk/", given).headers["Location"] == answer.headers["Location"]
    assert as_user(cast.command).get(answer.headers["Location"]).status_code == 404, "somebody else's"
    foreign = {**given, "client_id": str(uuid4()), "to": f"area:{cast.grid_b.pk}"}
    assert "请选择辖区里的网格、村社或单位" in client.post("/matters/bulk/", foreign).content.decode()
    for refused, status in (({**foreign, "note": "请尽快"}, 400), ({**given, "note": "请尽快"}, 409)):
        turned = client.post("/matters/bulk/", refused)
        assert (turned.status_code, "请尽快" in turned.content.decode()) == (status, True)
    for nothing in (
        {},
        {"matter": ["²", "9" * 20 + ":1"]},
        {"matter": f"{incident(cast, cast.grid_b).pk}:1"},
    ):
        turned = client.get("/matters/bulk/", nothing, follow=True)
        assert turned.redirect_chain == [("/matters/?", 302)]
        assert "先在列表里勾选要流转的事项" in turned.content.decode()
    assert 'name="matter"' not in as_user(cast.worker).get("/matters/?view=all").content.decode()
    assert as_user(cast.worker).post("/matters/bulk/", given).status_code == 403


def test_programs_assign_many(cast: Cast, as_user: SignIn) -> None:
    (one,) = waiting(cast)
    body = {"client_id": str(uuid4()), "area": cast.grid_a2.pk, "matters": [{"id": one.pk, "version": 1}]}
    client = as_user(cast.officer)
    answers = [
        client.post("/api/v1/matters/assign/", body, content_type="application/json") for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 200]
    nowhere = {**body, "client_id": str(uuid4()), "area": None}
    refused = client.post("/api/v1/matters/assign/", nowhere, content_type="application/json")
    assert refused.status_code == 400
    assert answers[0].json()["results"] == [{"matter": one.pk, "number": one.number, "refused": ""}]


def test_searches_are_kept_counted_and_dropped(cast: Cast, as_user: SignIn) -> None:
    waiting(cast, 2, state="accepted")
    incident(cast, title="另一件", state="accepted")
    client = as_user(cast.officer)
    saved = client.post(
        "/matters/searches/", {"name": " 第几件 ", "query": "view=all&q=第0件&cursor=zzz&kind="}
    )
    assert saved.headers["Location"] == "/matters/?q=%E7%AC%AC0%E4%BB%B6&view=all"
    row = SavedSearch.objects.get()
    assert (row.name, row.query) == ("第几件", "q=%E7%AC%AC0%E4%BB%B6&view=all")
    save_search(user=cast.officer, name="没有的", query="q=没有的")
    page = client.get("/matters/").content.decode()
    counts = dict(re.findall(r'data-search="([^"]+)"[^>]*>.*?(\d+)', page))
    assert counts == {"第几件": "1", "没有的": "0"}
    with pytest.raises(NotFound):
        drop_search(user=cast.command, pk=row.pk)
    client.post("/matters/searches/drop/", {"search": row.pk})
    assert list(SavedSearch.objects.values_list("name", flat=True)) == ["没有的"]
    for bad in ("²", "9" * 40, ""):
        assert client.post("/matters/searches/drop/", {"search": bad}).status_code == 302


def test_a_search_needs_name_and_conditions_and_there_are_only_so_many(cast: Cast) -> None:
    for name, query in (("", "q=x"), ("长" * 21, "q=x"), ("名", "cursor=1"), ("名", "q=" + "字" * 200)):
        with pytest.raises(InvalidInput):
            save_search(user=cast.officer, name=name, query=query)
    for n in range(MOST_SEARCHES):
        save_search(user=cast.officer, name=f"第{n}", query="q=x")
    with pytest.raises(InvalidInput):
        save_search(user=cast.officer, name="多一个", query="q=x")
    assert save_search(user=cast.officer, name="第0", query="q=y").query == "q=y"


@pytest.mark.parametrize("many", [1, 10])
def test_many_searches_cost_two_queries(cast: Cast, as_user: SignIn, count_queries: Any, many: int) -> None:
    for n in range(many):
        save_search(user=cast.officer, name=f"第{n}", query=f"q={n}&view=open")
    client = as_user(cast.officer)
    client.get("/matters/?view=all")
    with count_queries() as seen:
        client.get("/matters/?view=all")
    assert len(seen) <= 11
