"""The list of police incidents, the repeat detector, the masks and the exports."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook
from rest_framework.test import APIClient

from accounts import personal
from accounts.models import User
from grids.models import Parameter
from incidents.models import PoliceIncident
from incidents.queries import incident_rows, short_address
from incidents.repeats.queries import repeat_rule
from matters.workflow import advance
from shared.texts import without_numbers
from tests.cast import Cast
from tests.incidents.made import incident

SignIn = Callable[[User], Client]


def text_of(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def times(cast: Cast) -> list[tuple[int, int]]:
    """(by address, by caller) of every incident, oldest first."""
    rows = incident_rows(cast.command, repeat_rule()).order_by("occurred_at", "matter_id")
    return [(row["by_address"], row["by_caller"]) for row in rows]


def day(ago: float) -> Any:
    return timezone.now() - timedelta(days=ago)


def test_the_same_address_or_caller_within_thirty_days_counts(cast: Cast) -> None:
    here: dict[str, Any] = {"address_key": "河边村一区26号"}
    incident(cast, at=day(40), **here)
    incident(cast, at=day(20), **here)
    incident(cast, at=day(10), caller_phone="13900000001", **here)
    incident(cast, at=day(5), caller_phone="13900000001", address_key="别处")
    incident(cast, at=day(1), **here)
    assert times(cast) == [(1, 1), (2, 1), (2, 1), (1, 2), (3, 1)]


def test_what_is_unknown_never_counts_as_the_same(cast: Cast) -> None:
    for ago in (3, 2, 1):
        incident(cast, at=day(ago), address_key="", caller_phone="")
    assert times(cast) == [(1, 1)] * 3


def test_another_street_has_its_own_addresses(cast: Cast) -> None:
    incident(cast, cast.far_grid, at=day(2), address_key="老街1号")
    incident(cast, at=day(1), address_key="老街1号")
    assert times(cast) == [(1, 1)]


def test_the_cards_follow_the_parameters(cast: Cast, as_user: SignIn) -> None:
    for ago in (3, 2, 1):
        incident(cast, at=day(ago), address_key="同一处")
    page = text_of(as_user(cast.police).get("/incidents/"))
    assert (page.count("红牌 第3次"), page.count("黄牌 第2次")) == (1, 1)
    assert as_user(cast.police).get("/incidents/?repeat=yellow").content.decode().count('class="quiet"') == 2
    assert as_user(cast.police).get("/incidents/?repeat=red").content.decode().count('class="quiet"') == 1
    Parameter.objects.filter(code="repeat_red").update(value=5)
    Parameter.objects.filter(code="repeat_days").update(value=1)
    assert "红牌 第" not in text_of(as_user(cast.police).get("/incidents/"))


def test_the_page_shows_the_earlier_ones_and_hides_those_of_others(cast: Cast, as_user: SignIn) -> None:
    phone: dict[str, Any] = {"caller_phone": "13900000001"}
    incident(cast, cast.grid_b, at=day(3), address_key="楼山", address="楼山村楼山路9号", **phone)
    incident(cast, at=day(2), address_key="河边", address="河边村一区7号", **phone)
    matter = incident(cast, at=day(1), address_key="河边", **phone)
    seen_by_command = text_of(as_user(cast.command).get(f"/matters/{matter.pk}/"))
    assert "红牌 第3次 同一地址、同一报警人" in seen_by_command
    assert "楼山村楼山路9号" in seen_by_command
    seen_by_worker = text_of(as_user(cast.worker).get(f"/matters/{matter.pk}/"))
    assert "河边村一区7号" in seen_by_worker
    assert "楼山村楼山路9号" not in seen_by_worker
    assert "另有 1 起未列出" in seen_by_worker


def test_the_list_is_scoped_masked_and_newest_first(cast: Cast, as_user: SignIn) -> None:
    incident(cast, at=day(2), address="一区1号", caller_name="欧阳长风", caller_phone="13912345678")
    incident(cast, at=day(1), address="一区2号")
    incident(cast, cast.grid_b, address="楼山路3号")
    page = as_user(cast.worker).get("/incidents/").content.decode()
    assert re.findall(r"噪音扰民，(\S+?)<", page) == ["一区2号", "一区1号"]
    assert "13912345678" not in page
    assert "欧阳长风" not in page
    assert as_user(cast.mediator).get("/incidents/").status_code == 403


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("type=theft", 1),
        ("level=urgent", 1),
        ("placed=tray", 1),
        ("state=reported", 1),
        ("q=夜市 盗窃", 1),
        ("q=13912345678", 1),
        ("q=１３９１２３４５６７８", 1),
        ("q=1391234567", 0),
        ("after=2026-01-01&before=2026-01-31", 0),
        ("after=x", 2),
        ("repeat=purple", 2),
        ("q=%00", 2),
    ],
)
def test_filters(cast: Cast, as_user: SignIn, query: str, expected: int) -> None:
    incident(cast)
    incident(
        cast,
        cast.street,
        state="reported",
        placed="tray",
        incident_type="theft",
        level="urgent",
        address="夜市一带",
        summary="电瓶被盗，盗窃",
        caller_phone="13912345678",
    )
    assert (
        as_user(cast.command).get(f"/incidents/?{query}").content.decode().count('class="quiet"') == expected
    )


@pytest.mark.parametrize("path", ["/incidents/", "/hazards/", "/api/v1/incidents/", "/api/v1/hazards/"])
def test_lists_cost_the_same_at_any_size(cast: Cast, as_user: SignIn, count_queries: Any, path: str) -> None:
    from tests.incidents.made import hazard  # noqa: PLC0415

    client, seen = as_user(cast.command), []
    for _ in range(2):
        for ago in range(1, 6):
            incident(cast, at=day(ago), address_key="同一处")
            hazard(cast)
        client.get(path)
        with count_queries() as queries:
            assert client.get(path).status_code == 200
        seen.append(len(queries))
    assert seen[0] == seen[1] <= 9, queries


def test_a_matter_page_costs_the_same_with_any_number_of_earlier_ones(
    cast: Cast, as_user: SignIn, count_queries: Any
) -> None:
    client, seen = as_user(cast.command), []
    for _ in range(2):
        for ago in range(2, 7):
            incident(cast, at=day(ago), address_key="同一处")
        matter = incident(cast, at=day(1), address_key="同一处")
        client.get(f"/matters/{matter.pk}/")
        with count_queries() as queries:
            assert client.get(f"/matters/{matter.pk}/").status_code == 200
        seen.append(len(queries))
    # Timeline, clock with pauses and extensions, cards, photos, diversion, van, case, studios: one each.
    assert seen[0] == seen[1] <= 25, queries


def test_an_incident_has_one_page(cast: Cast, as_user: SignIn) -> None:
    matter = incident(cast)
    assert (
        as_user(cast.worker).get(f"/incidents/{matter.pk}/").headers["Location"] == f"/matters/{matter.pk}/"
    )
    assert as_user(cast.neighbour).get(f"/incidents/{matter.pk}/").status_code == 404


def test_the_full_number_is_behind_the_reveal_page(cast: Cast, as_user: SignIn) -> None:
    matter = incident(cast, caller_name="欧阳长风", caller_phone="13912345678")
    page = as_user(cast.worker).get(f"/matters/{matter.pk}/").content.decode()
    assert f'href="/personal/police_incident/{matter.pk}/"' in page
    assert "欧**，139****5678" in page
    assert "13912345678" not in page
    assert (
        f"/personal/police_incident/{matter.pk}/"
        not in as_user(cast.leader).get(f"/matters/{matter.pk}/").content.decode()
    )
    load = personal.KINDS["police_incident"].load
    subject = load(cast.worker, matter.pk)
    assert subject is not None
    assert [field.full for field in subject.fields] == ["欧阳长风", "13912345678"]
    assert load(cast.neighbour, matter.pk) is None
    assert load(cast.leader, matter.pk) is None


def test_numbers_in_free_text_are_masked() -> None:
    assert without_numbers("电话13912345678，证件33108119900101123X，8幢302，20261116") == (
        "电话139****5678，证件331081********123X，8幢302，20261116"
    )


@pytest.mark.parametrize(
    ("full", "short"),
    [
        ("温岭市城东街道河边村一区26号", "河边村一区26号"),
        ("浙江省台州市温岭市城东街道九龙汇商场", "九龙汇商场"),
        ("城东街道", "城东街道"),
        ("老街道口12号", "老街道口12号"),
        ("河边村一区26号", "河边村一区26号"),
    ],
)
def test_the_street_need_not_be_read_again(full: str, short: str) -> None:
    assert short_address(full) == short


def test_placing_from_the_matter_page_takes_it_out_of_the_tray(cast: Cast) -> None:
    matter = incident(
        cast, cast.street, state="reported", placed="tray", address="夜市一带12号", address_key="夜市一带12号"
    )
    advance(matter=matter, action="place", actor=cast.command, evidence={"area": cast.grid_a})
    placed = PoliceIncident.objects.get(pk=matter.pk)
    assert (placed.placed, matter.state, matter.area) == ("hand", "assigned", cast.grid_a)
    assert placed.address_key.startswith("河边")


def test_what_a_person_assigned_is_placed_by_hand(cast: Cast) -> None:
    matter = incident(cast, cast.village)
    advance(matter=matter, action="assign", actor=cast.officer, evidence={"area": cast.grid_a})
    assert PoliceIncident.objects.get(pk=matter.pk).placed == "hand"


EVIL = '=HYPERLINK("http://x")'


def exported(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_the_csv_is_scoped_filtered_harmless_and_not_personal(cast: Cast, as_user: SignIn) -> None:
    incident(cast, address=EVIL, caller_name="欧阳长风", caller_phone="13912345678", summary="只在警综里")
    incident(cast, cast.grid_b, incident_type="theft", address="楼山路1号")
    body = exported(as_user(cast.worker).get("/incidents/export.csv")).decode("utf-8-sig")
    header, row = body.strip().split("\r\n")
    assert header.startswith("接警单编号,报警时间,警情类别")
    assert "噪音扰民" in row
    assert "河边村,河边村第一网格" in row
    assert "\"'=HYPERLINK" in row
    for hidden in ("欧阳长风", "13912345678", "只在警综里", "楼山路"):
        assert hidden not in body
    body = exported(as_user(cast.police).get("/incidents/export.csv?type=theft")).decode("utf-8-sig")
    assert len(body.strip().split("\r\n")) == 2
    assert "楼山村第一网格" in body


def test_the_workbook_holds_the_same_as_text(cast: Cast, as_user: SignIn) -> None:
    matter = incident(cast, address=EVIL)
    data = exported(as_user(cast.worker).get("/incidents/export.xlsx"))
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert rows[1][0] == matter.number
    assert rows[1][4] == EVIL
    assert b"<f>" not in data


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_who_may_not_see_incidents_exports_none(cast: Cast, as_user: SignIn, ending: str) -> None:
    assert as_user(cast.mediator).get(f"/incidents/export.{ending}").status_code == 403
    assert as_user(cast.worker).get(f"/incidents/export.{ending}?after=x").status_code == 400


def test_the_api_gives_rows_without_anything_personal(cast: Cast, api: Callable[[User], APIClient]) -> None:
    incident(cast, caller_name="欧阳长风", caller_phone="13912345678", summary="只在警综里")
    answer = api(cast.program).get("/api/v1/incidents/")
    (row,) = answer.json()["results"]
    assert (row["incident_type"], row["state"], row["repeats"]) == ("noise", "assigned", 1)
    for hidden in ("欧阳长风", "13912345678", "只在警综里"):
        assert hidden not in answer.content.decode()
    assert api(cast.mediator).get("/api/v1/incidents/").status_code == 403
    assert api(cast.far_command).get("/api/v1/incidents/").json()["results"] == []
