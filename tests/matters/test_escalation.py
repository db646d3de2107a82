"""Cards: what the sweep gives at 80 %, 100 %, the next day and +5 working days, each once."""

from datetime import datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from matters import escalation
from matters.escalation import raise_due
from matters.models import Card, ClockRun, Matter, Notice
from matters.workflow import advance
from shared.dates import SHANGHAI
from tests.cast import Cast
from tests.incidents.made import hazard

pytestmark = pytest.mark.servers


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def told(grade: str) -> set[str]:
    cards = Card.objects.filter(grade=grade).values_list("id", flat=True)
    sources = [f"card:{card}" for card in cards]
    return set(Notice.objects.filter(source__in=sources).values_list("recipient__username", flat=True))


@pytest.fixture
def one(cast: Cast) -> Matter:
    """A serious hazard of Monday 28 September 2026: due with the end of 5 October, warned 1.4 days before."""
    with time_machine.travel(moment("2026-09-28T10:00"), tick=False):
        return hazard(cast, level="serious").matter


@pytest.mark.parametrize(
    ("now", "grades"),
    [
        ("2026-10-04T14:00", []),
        ("2026-10-04T15:00", ["yellow"]),
        ("2026-10-06T00:00", ["red", "reminder"]),
        ("2026-10-13T23:00", ["red", "reminder"]),
        ("2026-10-14T00:01", ["bulletin", "red", "reminder"]),
    ],
)
def test_each_grade_comes_at_its_time(one: Matter, now: str, grades: list[str]) -> None:
    raise_due(moment(now))
    raise_due(moment(now))
    assert sorted(Card.objects.values_list("grade", flat=True)) == grades


def test_each_grade_reaches_one_level_higher(cast: Cast, one: Matter) -> None:
    raise_due(moment("2026-10-05T12:00"))
    assert told("yellow") == {"worker"}
    raise_due(moment("2026-10-14T09:00"))
    assert told("red") == {"worker", "officer"}
    assert told("reminder") == {"worker", "officer", "leader", "command"}
    assert told("bulletin") == {"officer", "leader", "command"}


def test_who_echoed_in_time_gets_no_card_and_a_paused_clock_neither(cast: Cast, one: Matter) -> None:
    with time_machine.travel(moment("2026-09-29T10:00"), tick=False):
        advance(matter=one, action="ask_info", actor=cast.worker, note="请房东补证照")
        assert (one.due_at, one.paused_at) == (None, timezone.now())
    assert raise_due(moment("2026-10-20T09:00")) == {"yellow": 0, "red": 0, "reminder": 0, "bulletin": 0}
    with time_machine.travel(moment("2026-10-20T10:00"), tick=False):
        advance(matter=one, action="answer_info", actor=cast.worker, note="补来了")
        assert one.due_at == moment("2026-10-26T23:59:59")
        advance(matter=one, action="echo", actor=cast.worker, note="清了")
    assert ClockRun.objects.get(matter=one, stopped_at=None).stage == "verify"
    assert raise_due(moment("2026-10-20T11:00"))["red"] == 0


def test_another_deadline_begins_with_its_own_cards(cast: Cast, one: Matter) -> None:
    with time_machine.travel(moment("2026-10-05T12:00"), tick=False):
        assert raise_due(timezone.now())["yellow"] == 1
        assert ClockRun.objects.get(matter=one).graded == 1
        advance(matter=one, action="ask_extension", actor=cast.worker, note="等材料", evidence={"days": 3})
        advance(matter=one, action="grant_extension", actor=cast.officer)
    assert ClockRun.objects.get(matter=one).graded == 0
    assert raise_due(moment("2026-10-08T12:00"))["yellow"] == 1
    assert raise_due(moment("2026-10-30T12:00")) == {"yellow": 0, "red": 1, "reminder": 1, "bulletin": 1}
    assert ClockRun.objects.get(matter=one).graded == 4
    assert sum(raise_due(moment("2026-11-01T12:00")).values()) == 0
    ClockRun.objects.update(graded=0)
    assert sum(raise_due(moment("2026-11-01T12:00")).values()) == 0, "each card is one, whatever is noted"
    assert Card.objects.count() == 5


def test_the_sweep_costs_the_same_at_any_size(cast: Cast) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            raise_due(moment("2026-10-14T09:00"))
        return len(queries)

    with time_machine.travel(moment("2026-09-28T10:00"), tick=False):
        hazard(cast)
    few = cost()
    with time_machine.travel(moment("2026-09-28T11:00"), tick=False):
        for _ in range(6):
            hazard(cast)
    assert cost() == few
    assert Card.objects.filter(grade="red").count() == 7


def test_a_clock_that_stops_while_the_sweep_runs_breaks_nothing(
    one: Matter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between giving the card and reading about the matter somebody closes it."""
    stopped = "UPDATE matters_clockrun SET stopped_at = now() WHERE matter_id = ANY(%s); "
    later = escalation.ABOUT.replace("ANY(%s)", str(one.pk))
    monkeypatch.setattr(escalation, "ABOUT", stopped + later)
    assert raise_due(moment("2026-10-06T00:00"))["red"] == 1
    assert told("red") == set()
