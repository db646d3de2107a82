"""What is due when: missed runs are caught up, doubled ones change nothing, each street has its own hours."""

from datetime import date, time, timedelta

import pytest

from digests.clock import due_at, due_runs, ensure_schedules
from digests.models import Digest, DigestRun, Schedule
from digests.workflow import run_due
from grids.models import Area
from matters.models import Notice, Obligation
from tests.cast import Cast
from tests.digests.conftest import Clock
from tests.digests.street import DAY, hour, incident, night


@pytest.fixture
def street(cast: Cast, clock: Clock) -> Area:
    """The cast's street with the default hours since ten days; the other street is switched off."""
    ensure_schedules()
    Schedule.objects.update(starts_on=DAY - timedelta(days=10))
    Schedule.objects.filter(street=cast.far_street).update(is_active=False)
    return cast.street


def runs(now_at: str, day: date = DAY) -> list[tuple[str, int]]:
    """(kind, days from DAY) of what is due then."""
    return [(due.kind, (due.day - DAY).days) for due in due_runs(hour(now_at, day))]


def test_every_street_gets_its_hours_once(cast: Cast, clock: Clock) -> None:
    assert ensure_schedules() == 4
    assert ensure_schedules() == 0
    found = Schedule.objects.filter(street=cast.street).order_by("at")
    assert list(found.values_list("kind", "at", "starts_on")) == [
        ("morning", time(8), DAY),
        ("evening", time(20), DAY),
    ]


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("07:59", []),
        ("08:00", [("morning", 0)]),
        ("19:59", [("morning", 0)]),
        ("20:00", [("morning", 0), ("evening", 0)]),
    ],
)
def test_a_digest_is_due_from_its_minute_on(
    cast: Cast, clock: Clock, now: str, due: list[tuple[str, int]]
) -> None:
    ensure_schedules()
    Schedule.objects.filter(street=cast.far_street).delete()
    assert runs(now) == due


def test_missed_runs_are_caught_up_in_order_but_not_older_than_three_days(street: Area) -> None:
    assert runs("08:30") == [(kind, n) for n in (-3, -2, -1) for kind in ("morning", "evening")] + [
        ("morning", 0)
    ]


def test_catching_up_makes_each_once(street: Area, cast: Cast) -> None:
    incident(cast.grid_a, night())
    assert [one.created for one in run_due(hour("08:30"))] == [True] * 7
    assert run_due(hour("08:30")) == []
    assert DigestRun.objects.count() == 7
    assert Obligation.objects.get().business_date == DAY


def test_a_changed_hour_counts_from_then_on(street: Area) -> None:
    run_due(hour("06:00"))
    Schedule.objects.filter(street=street, kind="morning").update(at=time(7, 30))
    assert runs("07:29") == []
    assert runs("07:30") == [("morning", 0)]
    assert due_at(street, "morning", DAY) == hour("07:30")


def test_the_window_and_the_cut_off_follow_the_hours(street: Area, cast: Cast) -> None:
    Schedule.objects.filter(street=street, kind="morning").update(at=time(7))
    Schedule.objects.filter(street=street, kind="evening").update(at=time(19, 30))
    incident(cast.grid_a, night("07:00"))
    incident(cast.grid_a2, hour("07:00"))
    run_due(hour("08:00"))
    owed = Obligation.objects.get(business_date=DAY)
    assert (owed.area, owed.due_at) == (cast.grid_a, hour("19:30"))


def test_a_street_that_is_switched_off_is_left_alone(street: Area) -> None:
    Schedule.objects.filter(street=street).update(is_active=False)
    assert runs("23:00") == []


@pytest.mark.parametrize("day", [date(2026, 12, 31), date(2028, 2, 28), date(2028, 2, 29)])
def test_the_turn_of_year_and_leap_day(street: Area, cast: Cast, clock: Clock, day: date) -> None:
    incident(cast.grid_a, hour("23:59", day))
    clock(hour("20:05", day + timedelta(days=1)))
    run_due(hour("20:05", day + timedelta(days=1)))
    owed = Obligation.objects.get(business_date=day + timedelta(days=1))
    assert owed.due_at == hour("20:00", day + timedelta(days=1))
    assert Digest.objects.filter(business_date=day + timedelta(days=1), kind="evening", open=1).count() == 4


def test_one_street_that_fails_does_not_keep_the_other_waiting(
    cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure_schedules()
    Area.objects.filter(pk=cast.street.pk).update(path="broken")
    broken = Area.objects.get(pk=cast.street.pk)
    Schedule.objects.filter(street=broken, kind="morning").update(at=time(0, 1))
    from digests import workflow  # noqa: PLC0415

    real = workflow._freeze

    def fails(run: DigestRun, audience: str) -> object:
        if run.street_id == broken.pk:
            raise RuntimeError("disk full")
        return real(run, audience)

    monkeypatch.setattr(workflow, "_freeze", fails)
    with pytest.raises(RuntimeError):
        run_due(hour("08:30"))
    assert list(DigestRun.objects.values_list("street", flat=True)) == [cast.far_street.pk]
    assert Notice.objects.filter(recipient=cast.far_worker).count() == 1
