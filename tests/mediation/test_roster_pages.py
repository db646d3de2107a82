"""Pages and API of rosters: what they show to whom, bad input, exports, and what they cost."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import python_calamine
from django.core.cache import cache
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from mediation.models import Leave, Proposal, Shift, ShiftPattern, Swap
from mediation.roster.workflow import publish
from mediation.roster.workflow.proposals import run
from shared.dates import today
from tests.cast import Cast
from tests.mediation import rostered as made

pytestmark = pytest.mark.servers

ROOT = "/mediation/roster/"


@pytest.fixture
def team(cast: Cast) -> list[Any]:
    cache.clear()
    return made.rostered(cast)


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2026-02-30", "x"])
def test_days_beyond_the_calendar_show_a_roster_all_the_same(
    cast: Cast, team: list[Any], as_user: Callable[[User], Client], day: str
) -> None:
    client = as_user(cast.command)
    for view in ("week", "month"):
        assert client.get(ROOT, {"from": day, "view": view}).status_code == 200
    assert client.get(f"{ROOT}month.xlsx", {"from": day}).status_code == 200


def test_everybody_sees_who_is_on_duty_now_in_the_frame(
    cast: Cast, team: list[Any], as_user: Callable[[User], Client], api: Callable[[User], APIClient]
) -> None:
    for n, name in enumerate(("夜班", "白班", "晚班")):
        made.shift(cast.station, team[n], today(), name)
    on = Shift.objects.standing().exclude(person=None)
    for user in (cast.worker, cast.police, cast.leader):
        page = as_user(user).get(f"{ROOT}now/").content.decode()
        assert sum(shift.person.name in page for shift in on if shift.person) >= 1
        assert "nav__duty" in page
    far = as_user(cast.far_worker).get(f"{ROOT}now/").content.decode()
    assert "nav__duty" not in far
    rows = api(cast.program).get("/api/v1/rosters/now/").json()["results"]
    assert [row["station_name"] for row in rows] == ["九龙湖联勤工作站"]


def test_the_frame_costs_one_query_at_most_and_none_while_it_is_kept(
    cast: Cast, team: list[Any], as_user: Callable[[User], Client], count_queries: Callable[[], Any]
) -> None:
    client = as_user(cast.worker)
    client.get("/me/")
    cache.clear()
    sent = []
    for _ in range(2):
        with count_queries() as seen:
            client.get("/me/")
        sent.append(sum("mediation_shift" in sql for sql in seen))
    assert sent == [1, 0]


def test_the_way_from_asking_to_the_published_grid(
    cast: Cast, team: list[Any], as_user: Callable[[User], Client]
) -> None:
    client = as_user(made.head_of(cast))
    form = {
        "client_id": uuid4(),
        "stations": [cast.station.pk],
        "starts_on": made.monday().isoformat(),
        "days": "7",
    }
    answer = client.post(f"{ROOT}proposals/new/", form)
    proposal = Proposal.objects.get()
    assert answer["Location"] == f"{ROOT}proposals/{proposal.pk}/"
    assert "正在排队" in client.get(f"{ROOT}proposals/{proposal.pk}/progress/").content.decode()
    run(proposal.pk)
    assert client.get(f"{ROOT}proposals/{proposal.pk}/progress/")["HX-Refresh"] == "true"
    page = client.get(f"{ROOT}proposals/{proposal.pk}/").content.decode()
    assert "方案没有缺口" in page
    seat = proposal.shifts.filter(pattern__name="白班").order_by("day")[0]
    edit = f"{ROOT}proposals/{proposal.pk}/seats/{seat.pk}/"
    assert client.post(edit, {"version": 1, "person": ""}).status_code == 302
    shown = {"version": 2, "seen": 0, "gap_reason": ""}
    refused = client.post(f"{ROOT}proposals/{proposal.pk}/publish/", shown)
    assert refused.status_code == 400
    assert "写明理由" in refused.content.decode()
    shown["gap_reason"] = "等新人到岗"
    done = client.post(f"{ROOT}proposals/{proposal.pk}/publish/", shown)
    assert done.status_code == 302
    grid = client.get(done["Location"]).content.decode()
    assert "1 个缺口" in grid
    assert "等新人到岗" in grid
    assert "相差" in grid


def test_the_other_publisher_sees_the_difference_on_the_page(
    cast: Cast, team: list[Any], as_user: Callable[[User], Client]
) -> None:
    first, second = made.proposal(cast), made.proposal(cast)
    publish(actor=cast.command, proposal=first, version=1)
    sent = {"version": 1, "seen": 0, "gap_reason": ""}
    answer = as_user(cast.command).post(f"{ROOT}proposals/{second.pk}/publish/", sent)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "街道指挥室示例" in text
    assert "白班" in text


def test_a_stations_roster_is_shown_to_those_who_may_and_changed_by_its_own(
    cast: Cast, team: list[Any], as_user: Callable[[User], Client]
) -> None:
    shift = made.shift(cast.station, team[0], made.monday())
    path = f"{ROOT}shifts/{shift.uid}/"
    assert "保存为新版本" in as_user(cast.command).get(path).content.decode()
    police = as_user(cast.police)
    assert "保存为新版本" not in police.get(path).content.decode()
    change = {"version": 0, "person": team[1].pk, "reason": "换人"}
    assert police.post(path, change).status_code == 403
    assert as_user(cast.far_command).get(path).status_code == 404
    assert as_user(cast.command).post(path, {**change, "reason": ""}).status_code == 400
    assert as_user(cast.command).post(path, change).status_code == 302
    assert as_user(cast.command).post(path, change).status_code == 409
    assert as_user(cast.police).get(f"{ROOT}?station=999999").status_code == 404
    assert as_user(cast.police).get(f"{ROOT}?from=2026-99-99&view=zzz").status_code == 200


def test_leave_and_swaps_on_the_phone(cast: Cast, team: list[Any], as_user: Callable[[User], Client]) -> None:
    day = made.monday()
    shift = made.shift(cast.station, team[0], day)
    other = made.shift(cast.station, team[1], day + timedelta(days=1), "晚班")
    me, colleague = as_user(team[0]), as_user(team[1])
    assert "换班" in me.get(f"{ROOT}mine/").content.decode()
    new = f"{ROOT}swaps/new/{shift.uid}/"
    wanted = f"{team[1].pk}:{other.uid}"
    assert wanted in me.get(new).content.decode()
    myself = {"client_id": uuid4(), "wanted": f"{team[0].pk}:", "reason": "x"}
    assert me.post(new, myself).status_code == 400
    me.post(new, {"client_id": uuid4(), "wanted": wanted, "reason": "有事"})
    swap = Swap.objects.get()
    assert "想和您换班" in colleague.get(f"{ROOT}mine/").content.decode()
    colleague.post(f"{ROOT}swaps/{swap.pk}/", {"answer": "yes"})
    assert Shift.objects.standing().get(uid=shift.uid).person == team[1]
    asked = {"starts_on": day.isoformat(), "ends_on": day.isoformat(), "kind": "sick", "note": ""}
    assert colleague.post(f"{ROOT}leave/new/", asked).status_code == 302
    again = colleague.post(f"{ROOT}leave/new/", asked)
    assert (again.status_code, "已经请过假" in again.content.decode()) == (409, True)
    leave = Leave.objects.get()
    head = as_user(made.head_of(cast))
    assert "白班" in head.get(f"{ROOT}leave/{leave.pk}/").content.decode()
    assert me.get(f"{ROOT}leave/{leave.pk}/").status_code == 404
    head.post(f"{ROOT}leave/{leave.pk}/", {"approve": "yes"})
    assert Shift.objects.standing().get(uid=shift.uid).person is None


def test_the_station_page_adds_and_ends_members(
    cast: Cast, team: list[Any], as_user: Callable[[User], Client]
) -> None:
    client, path = as_user(cast.command), f"{ROOT}stations/{cast.station.pk}/"
    assert client.post(path, {"person": cast.mediator.pk, "nights": "on"}).status_code == 302
    assert client.post(path, {"person": cast.mediator.pk}).status_code == 409
    assert client.post(path, {"person": cast.worker.pk}).status_code == 400
    assert as_user(cast.police).get(path).status_code == 200
    member = team[0].roster_memberships.get()
    assert client.post(f"{path}members/{member.pk}/end/").status_code == 302
    assert client.get(f"{path}members/{member.pk}/end/").status_code == 404


def test_the_months_workbook_has_the_grid_and_the_hours(
    cast: Cast, team: list[Any], as_user: Callable[[User], Client]
) -> None:
    made.shift(cast.station, team[0], made.monday())
    answer: Any = as_user(cast.police).get(f"{ROOT}month.xlsx?from={made.monday()}")
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    assert book.sheet_names == ["值班表", "工时"]
    cells = [cell for row in book.get_sheet_by_name("值班表").to_python() for cell in row]
    assert "调解员0" in cells
    assert ["调解员", "调解员0", 8.0, 1.0, 0.0, 0.0] in book.get_sheet_by_name("工时").to_python()


def test_no_cell_of_the_workbook_runs(cast: Cast, team: list[Any], as_user: Callable[[User], Client]) -> None:
    """What a head of station calls a shift stands in the header as he wrote it."""
    ShiftPattern.objects.filter(station=cast.station, name="白班").update(name='=HYPERLINK("x")')
    made.shift(cast.station, team[0], made.monday(), '=HYPERLINK("x")')
    answer: Any = as_user(cast.police).get(f"{ROOT}month.xlsx?from={made.monday()}")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as book:
        sheets = [book.read(name) for name in book.namelist() if name.startswith("xl/worksheets/")]
        assert b"HYPERLINK" in b"".join(book.read(name) for name in book.namelist())
    assert not any(b"<f>" in sheet for sheet in sheets)


def test_pages_cost_the_same_however_full_they_are(
    cast: Cast, team: list[Any], as_user: Callable[[User], Client], count_queries: Callable[[], Any]
) -> None:
    client = as_user(cast.command)
    paths = [f"{ROOT}?from={made.monday()}&view=month", f"{ROOT}stations/{cast.station.pk}/", f"{ROOT}now/"]
    counts = []
    for n in range(2):
        for person, name in zip(team[:3], ("夜班", "白班", "晚班"), strict=True):
            made.shift(cast.station, person, made.monday() + timedelta(days=n), name)
            made.shift(cast.station, person, today() - timedelta(days=1 - n), name)
        client.get(paths[0])
        found = []
        for path in paths:
            with count_queries() as seen:
                assert client.get(path).status_code == 200
            found.append(len(seen))
        counts.append(found)
    assert counts[0] == counts[1]


def test_the_api_lists_filters_changes_and_asks(
    cast: Cast, team: list[Any], api: Callable[[User], APIClient]
) -> None:
    shift = made.shift(cast.station, team[0], made.monday())
    made.shift(cast.station, None, made.monday(), "晚班")
    client = api(cast.command)
    assert len(client.get("/api/v1/shifts/").json()["results"]) == 2
    gaps = client.get("/api/v1/shifts/?gap=true").json()["results"]
    assert [row["shift"] for row in gaps] == ["晚班"]
    assert "调解员0" in client.get("/api/v1/shifts/?format=csv").content.decode("utf-8-sig")
    path = f"/api/v1/shifts/{shift.uid}/"
    change = {"version": 0, "person": team[1].pk, "reason": "换人"}
    assert client.post(path, change).json()["version"] == 1
    assert client.post(path, change).status_code == 409
    assert api(cast.program).post(path, change).status_code == 403
    assert [row["version"] for row in api(cast.program).get(path).json()["results"]] == [1, 0]
    ask = {
        "client_id": str(uuid4()),
        "stations": [cast.station.pk],
        "starts_on": made.monday().isoformat(),
        "days": 7,
    }
    first = client.post("/api/v1/rosters/", ask)
    assert (first.status_code, client.post("/api/v1/rosters/", ask).status_code) == (201, 200)
    assert client.post("/api/v1/rosters/", {**ask, "stations": [999_999]}).status_code == 404
    pk = first.json()["id"]
    run(pk)
    assert api(cast.program).get("/api/v1/rosters/").json()["results"] == []
    stale = client.post(f"/api/v1/rosters/{pk}/publish/", {"version": 9})
    assert stale.status_code == 409
    assert client.post(f"/api/v1/rosters/{pk}/publish/", {"version": 1}).json()["state"] == "published"
    assert len(api(cast.program).get("/api/v1/rosters/").json()["results"]) == 1
