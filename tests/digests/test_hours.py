"""An hour edited in the course of the day: more time counts at once, less time from tomorrow on."""

from datetime import time, timedelta

import pytest

from digests.clock import due_at, due_runs, ensure_schedules
from digests.models import Digest, Schedule
from digests.workflow import run_digest, run_due, set_hours
from grids.models import Area
from matters.models import Obligation
from matters.obligations import answer
from tests.cast import Cast
from tests.digests.conftest import Clock
from tests.digests.street import DAY, hour, incident, night

NEXT = DAY + timedelta(days=1)


@pytest.fixture
def alerted(cast: Cast, clock: Clock) -> Area:
    """Two incidents of the night, asked for at eight with 20:00 as the end; it is three o'clock now."""
    ensure_schedules()
    Schedule.objects.filter(street=cast.far_street).update(is_active=False)
    incident(cast.grid_a, night())
    incident(cast.grid_b, night())
    clock(hour("08:00"))
    run_digest(kind="morning", street=cast.street, day=DAY)
    clock(hour("15:00"))
    return cast.street


def edit(cast: Cast, evening: time) -> None:
    set_hours(street=cast.street, morning=time(8), evening=evening, active=True, actor=cast.command)


def owed(area: Area) -> Obligation:
    return Obligation.objects.get(area=area, business_date=DAY)


def reply(area: Area, cast: Cast, at: str) -> bool:
    """Answer what an area owes; whether that was late."""
    answer(source=owed(area).source, actor=cast.worker, at=hour(at))
    return owed(area).late


def evening_due(now: str) -> bool:
    return any(due.kind == "evening" and due.day == DAY for due in due_runs(hour(now)))


def test_a_later_hour_gives_today_more_time(alerted: Area, cast: Cast) -> None:
    assert not reply(cast.grid_a, cast, "14:00")
    edit(cast, time(22))
    assert owed(cast.grid_b).due_at == hour("22:00")
    assert (evening_due("21:59"), evening_due("22:00")) == (False, True)
    assert not reply(cast.grid_b, cast, "21:30")
    assert not owed(cast.grid_a).late


def test_what_comes_after_the_later_hour_is_late(alerted: Area, cast: Cast) -> None:
    edit(cast, time(21))
    assert reply(cast.grid_a, cast, "21:30")


def test_an_earlier_hour_makes_nobody_late_whom_the_alert_told_another(alerted: Area, cast: Cast) -> None:
    edit(cast, time(18))
    assert owed(cast.grid_b).due_at == hour("20:00")
    assert (evening_due("19:59"), evening_due("20:00")) == (False, True)
    assert not reply(cast.grid_a, cast, "19:00")
    run_due(hour("20:00"))
    assert Digest.objects.get(area=alerted, kind="evening", audience="area").done == 1
    assert due_at(alerted, "evening", DAY) == hour("20:00")
    assert due_at(alerted, "evening", NEXT) == hour("18:00", NEXT)


def test_editing_to_and_fro_measures_against_what_was_told(alerted: Area, cast: Cast) -> None:
    for evening, today_until in ((18, 20), (19, 20), (21, 21), (20, 21), (17, 21), (21, 21)):
        edit(cast, time(evening))
        assert due_at(alerted, "evening", DAY) == hour(f"{today_until}:00")
        assert owed(cast.grid_a).due_at == hour(f"{today_until}:00")
        assert due_at(alerted, "evening", NEXT) == hour(f"{evening}:00", NEXT)


def test_before_the_alert_and_after_the_echo_the_hour_counts_as_set(cast: Cast, clock: Clock) -> None:
    ensure_schedules()
    clock(hour("07:00"))
    edit(cast, time(18))
    assert due_at(cast.street, "evening", DAY) == hour("18:00")
    incident(cast.grid_a, night())
    clock(hour("18:01"))
    run_digest(kind="evening", street=cast.street, day=DAY)
    edit(cast, time(22))
    assert owed(cast.grid_a).due_at == hour("18:00"), "the echo has counted"
    assert reply(cast.grid_a, cast, "21:00")


def test_the_page_says_what_holds_today(alerted: Area, cast: Cast, as_user: object) -> None:
    client = as_user(cast.command)  # type: ignore[operator]
    given = {"street": alerted.pk, "morning": "08:00", "evening": "18:00", "active": "on"}
    page = client.post("/digests/schedule/", given, follow=True).content.decode()
    assert "今天的预响已通知 20:00 截止，不提前；明天起 18:00。" in page
    page = client.post("/digests/schedule/", {**given, "evening": "21:00"}, follow=True).content.decode()
    assert "从下一次起按新时间生成" in page
