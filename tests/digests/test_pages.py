"""Pages, plain text and API of digests: what they say, to whom, and at what cost."""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import orjson
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from digests.clock import ensure_schedules
from digests.models import Digest, DigestRun, Schedule
from digests.workflow import run_digest
from grids.models import Area
from matters.models import Obligation
from matters.workflow import advance
from tests.cast import Cast
from tests.digests.conftest import Clock
from tests.digests.street import DAY, digest, hour, incident, night

SignIn = Callable[[User], Client]
Api = Callable[[User], APIClient]


@pytest.fixture
def day(cast: Cast, clock: Clock) -> Cast:
    """A whole day: two incidents and a visit asked of grid A, one incident answered, the evening made."""
    told, open_one = (
        incident(cast.grid_a, night(), address_key="k"),
        incident(cast.grid_a, night("23:55"), address_key="k"),
    )
    cast.target(due_on=DAY)
    incident(cast.grid_b, night())
    run_digest(kind="morning", street=cast.street, day=DAY)
    advance(matter=told, action="echo", actor=cast.worker, note="已回访")
    clock(hour("20:01"))
    run_digest(kind="evening", street=cast.street, day=DAY)
    assert open_one.pk
    return cast


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def at(area: Area, kind: str = "evening", audience: str = "area") -> str:
    return f"/digests/{digest(area, kind, audience=audience).pk}/"


def test_the_list_holds_what_was_written_to_me(day: Cast, as_user: SignIn) -> None:
    text = page(as_user(day.worker), "/digests/")
    assert at(day.grid_a) in text
    assert at(day.grid_a, "morning") in text
    assert at(day.village) not in text
    assert at(day.village) in page(as_user(day.officer), "/digests/")
    police = page(as_user(day.police), "/digests/")
    assert at(day.street, audience="police") in police
    assert at(day.street) not in police


def test_the_list_is_narrowed_by_day(day: Cast, as_user: SignIn) -> None:
    run_digest(kind="morning", street=day.street, day=DAY - timedelta(days=1))
    client = as_user(day.worker)
    older = Digest.objects.get(area=day.grid_a, business_date=DAY - timedelta(days=1))
    assert f"/digests/{older.pk}/" in page(client, "/digests/")
    only = page(client, f"/digests/?day={DAY}")
    assert f"/digests/{older.pk}/" not in only
    assert at(day.grid_a) in only


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("worker", ["grid_a"]),
        ("officer", ["grid_a", "grid_a2", "village"]),
        ("leader", ["grid_a", "grid_a2", "grid_b", "village", "other_village", "street"]),
        ("far_worker", []),
    ],
)
def test_a_digest_opens_inside_the_territory_only(
    day: Cast, as_user: SignIn, who: str, sees: list[str]
) -> None:
    client = as_user(day.people[who])
    for name in ("grid_a", "grid_a2", "grid_b", "village", "other_village", "street"):
        for ending in ("", "items/"):
            status = client.get(f"{at(day.__dict__[name])}{ending}").status_code
            assert status == (200 if name in sees else 404), (name, ending)
        assert client.get(f"{at(day.__dict__[name]).rstrip('/')}.txt").status_code == status


def test_without_the_right_nothing_opens(day: Cast, as_user: SignIn) -> None:
    for user in (day.landlord, day.mediator, day.nobody):
        assert as_user(user).get("/digests/").status_code == 403
        assert as_user(user).get(at(day.grid_a)).status_code == 403


def test_the_page_says_the_sum_and_names_what_is_open(day: Cast, as_user: SignIn) -> None:
    text = page(as_user(day.worker), at(day.grid_a))
    assert "3 件中已回应 1 件，已说明 0 件，待回应 2 件" in text
    assert "老渡口烧烤" in text
    assert "黄牌" in text
    assert text.count("没回应</span>") == 2


def test_a_late_answer_is_shown_beside_what_was_frozen(day: Cast, as_user: SignIn, clock: Clock) -> None:
    owed = Obligation.objects.get(kind="repeat", state="open")
    assert owed.matter is not None
    clock(hour("21:10"))
    advance(matter=owed.matter, action="echo", actor=day.worker, note="刚刚回访")
    text = page(as_user(day.worker), at(day.grid_a))
    assert "后来已回应" in text
    assert '还有 <span class="hot">2</span> 件没回应' in text
    assert "其中 1 件后来已回应" in text
    assert "逾时" in page(as_user(day.worker), f"{at(day.grid_a)}items/?state=done")


def test_the_rollup_opens_each_part_of_it(day: Cast, as_user: SignIn) -> None:
    village = page(as_user(day.officer), at(day.village))
    assert at(day.grid_a) in village
    assert at(day.grid_a2) in village
    assert at(day.street) not in village
    street = page(as_user(day.leader), at(day.street))
    assert at(day.village) in street
    assert at(day.other_village) in street
    assert "河边村第一网格（网格员示例）" in street
    up = page(as_user(day.leader), at(day.grid_a))
    assert at(day.village) in up
    assert at(day.grid_a, "morning") in up


def test_the_rows_behind_each_number(day: Cast, as_user: SignIn) -> None:
    client, address = as_user(day.leader), f"{at(day.street)}items/"
    frozen = digest(day.street, "evening").snapshot["numbers"]
    for kind in ("incident", "repeat", "overdue", "visit", "carried"):
        assert page(client, f"{address}?kind={kind}").count('<td class="table__title">') == frozen[kind], kind
    assert page(client, f"{address}?state=open").count('<td class="table__title">') == 3
    assert page(client, f"{address}?kind=nonsense").count('<td class="table__title">') == 4


def test_the_plain_text(day: Cast, as_user: SignIn) -> None:
    answer = as_user(day.worker).get(at(day.grid_a).rstrip("/") + ".txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    lines = answer.content.decode().splitlines()
    assert lines[0] == "【晚间回响】11月24日 星期二 河边村第一网格"
    assert lines[1] == "应回应 3 = 已回应 1 + 已说明 0 + 待回应 2"
    assert lines[-1] == "没回应的已上报上一级，明早预响再提醒。"
    assert len(lines) == 5


@pytest.mark.parametrize("address", ["/digests/", "street", "items"])
def test_pages_cost_the_same_at_sixty_grids(
    cast: Cast, clock: Clock, as_user: SignIn, count_queries: Any, address: str
) -> None:
    seen = []
    for n, grids in enumerate((0, 60)):
        when = DAY + timedelta(days=n)
        clock(hour("20:05", when))
        client = as_user(cast.leader)
        for number in range(grids):
            grid = Area.objects.plant(parent=cast.village, name=f"小网格{number}", level=Area.Level.GRID)
            cast.target(grid, due_on=when)
        cast.target(due_on=when)
        run_digest(kind="evening", street=cast.street, day=when)
        one = f"/digests/{digest(cast.street, 'evening', when).pk}/"
        where = {"street": one, "items": f"{one}items/"}.get(address, address)
        client.get(where)
        with count_queries() as queries:
            page(client, where)
        seen.append(len(queries))
    assert seen[0] == seen[1] <= 8


def test_the_api_lists_and_shows(day: Cast, api: Api) -> None:
    rows = api(day.officer).get("/api/v1/digests/?kind=evening").json()["results"]
    assert {row["area_name"] for row in rows} == {"河边村", "河边村第一网格", "河边村第二网格"}
    assert all(row["expected"] == row["done"] + row["excused"] + row["open"] for row in rows)
    row = next(row for row in rows if row["level"] == "grid" and row["expected"])
    detail = api(day.officer).get(f"/api/v1/digests/{row['id']}/").json()
    assert detail["snapshot"] == digest(day.grid_a, "evening").snapshot
    assert detail["text"].startswith("【晚间回响】")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("level=village", 4),
        ("kind=morning&level=grid", 3),
        ("audience=police", 2),
        (f"day={DAY}&level=street&audience=area", 2),
        (f"since={DAY + timedelta(days=1)}", 0),
    ],
)
def test_the_api_is_narrowed(day: Cast, api: Api, asked: str, found: int) -> None:
    assert len(api(day.leader).get(f"/api/v1/digests/?{asked}").json()["results"]) == found


def test_the_api_keeps_to_the_territory(day: Cast, api: Api) -> None:
    foreign = digest(day.grid_b, "evening").pk
    assert api(day.worker).get(f"/api/v1/digests/{foreign}/").status_code == 404
    assert api(day.landlord).get("/api/v1/digests/").status_code == 403
    areas = {row["area"] for row in api(day.worker).get("/api/v1/digests/").json()["results"]}
    assert areas == {day.grid_a.pk}
    below = api(day.leader).get(f"/api/v1/digests/?area={day.village.pk}").json()["results"]
    assert {row["area"] for row in below} == {day.village.pk, day.grid_a.pk, day.grid_a2.pk}


def test_the_api_pages_by_key(day: Cast, api: Api) -> None:
    caller = api(day.leader)
    first = caller.get("/api/v1/digests/?limit=3").json()
    second = caller.get(first["next"]).json()
    ids = [row["id"] for row in first["results"] + second["results"]]
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == 6


def test_the_hours_are_set_by_who_runs_digests(cast: Cast, clock: Clock, as_user: SignIn) -> None:
    ensure_schedules()
    given = {"street": cast.street.pk, "morning": "07:30", "evening": "19:00", "active": "on"}
    assert as_user(cast.leader).post("/digests/schedule/", given).status_code == 403
    assert as_user(cast.far_command).post("/digests/schedule/", given).status_code == 400
    assert as_user(cast.command).post("/digests/schedule/", given).status_code == 302
    rows = Schedule.objects.filter(street=cast.street).order_by("at")
    assert list(rows.values_list("kind", "at", "is_active")) == [
        ("morning", time(7, 30), True),
        ("evening", time(19), True),
    ]
    assert "07:30、19:00" in page(as_user(cast.command), "/digests/schedule/")


def test_an_evening_before_the_morning_is_refused(cast: Cast, clock: Clock, as_user: SignIn) -> None:
    given = {"street": cast.street.pk, "morning": "20:00", "evening": "08:00"}
    answer = as_user(cast.command).post("/digests/schedule/", given)
    assert answer.status_code == 400
    assert "晚间回响要晚于早上预响" in answer.content.decode()
    assert not Schedule.objects.exists()


def test_a_run_by_hand(cast: Cast, clock: Clock, as_user: SignIn) -> None:
    client = as_user(cast.command)
    given = {"street": cast.street.pk, "kind": "morning", "day": f"{DAY}"}
    assert client.post("/digests/run/", given).status_code == 302
    assert client.post("/digests/run/", given).status_code == 302
    run = DigestRun.objects.get()
    assert (run.by, run.kind, run.street) == (cast.command, "morning", cast.street)
    late = client.post("/digests/run/", {**given, "day": f"{DAY + timedelta(days=1)}"})
    assert late.status_code == 400
    assert "还没到" in late.content.decode()
    assert client.get("/digests/run/").status_code == 405


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    call_command(*arguments)
    found: dict[str, Any] = orjson.loads(capsys.readouterr().out.splitlines()[-1])
    return found


def test_send_digest_by_hand(cast: Cast, clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    incident(cast.grid_a, night())
    incident(cast.far_grid, night())
    first = said(capsys, "send_digest", "morning", "--street", "城东街道")
    assert (first["created"], first["unchanged"], first["obligations"]) == (1, 0, 1)
    assert first["notices"] == 8
    both = said(capsys, "send_digest", "morning", "--date", f"{DAY}")
    assert (both["created"], both["unchanged"], both["obligations"]) == (1, 1, 1)
    again = said(capsys, "send_digest", "morning", "--street", str(cast.street.pk))
    assert (again["created"], again["unchanged"], again["notices"]) == (0, 1, 0)


def test_send_digest_says_what_is_wrong(cast: Cast, clock: Clock) -> None:
    with pytest.raises(CommandError, match="没有叫“不存在街道”的街道"):
        call_command("send_digest", "morning", "--street", "不存在街道")
    with pytest.raises(CommandError, match="还没到"):
        call_command("send_digest", "morning", "--date", f"{DAY + timedelta(days=1)}")


def test_the_sweep_does_what_is_due(cast: Cast, clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    cast.target(due_on=DAY)
    first = said(capsys, "sweep")
    assert first["schedules"] == 4
    assert first["digests"] == {"digests": 2, "obligations": 1, "notices": 10}
    incident(cast.grid_a, hour("07:30"))
    assert said(capsys, "sweep")["late_incidents"] == 1
    last = said(capsys, "sweep")
    assert (last["late_incidents"], last["digests"]["digests"]) == (0, 0)
