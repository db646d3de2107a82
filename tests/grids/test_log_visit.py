"""Logging a visit: once, in order, within the territory, and what it moves."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connections
from django.utils import timezone

from grids.facts import visit_logged
from grids.models import Target, Visit
from grids.workflow import Position, log_visit, remove_target, suspend
from shared.dates import local, today
from shared.errors import Conflict, InvalidInput, NotFound
from tests.cast import Cast

Log = Callable[..., tuple[Visit, bool]]


@pytest.fixture
def log(cast: Cast) -> Log:
    """`log(target, …)` by the worker of grid A, met the principal, all well, unless said otherwise."""

    def _log(target: Target, **given: Any) -> tuple[Visit, bool]:
        fields: dict[str, Any] = {
            "actor": cast.worker,
            "client_id": uuid4(),
            "visited_at": None,
            "met": "principal",
            "result": "normal",
        }
        return log_visit(target=target, **{**fields, **given})

    return _log


def noon(days_ago: int) -> datetime:
    return timezone.now() - timedelta(days=days_ago)


def fresh(target: Target) -> Target:
    return Target.objects.get(pk=target.pk)


@pytest.mark.parametrize(("colour", "days"), [("red", 7), ("yellow", 14), ("green", 30)])
def test_a_valid_visit_moves_the_due_day_by_the_colour(cast: Cast, log: Log, colour: str, days: int) -> None:
    target = cast.target(colour=colour, due_on=today() - timedelta(days=3))
    visit, created = log(target)
    assert created
    assert visit.due_on == today() - timedelta(days=3)
    assert (visit.grid, visit.visitor, visit.visited_on) == (cast.grid_a, cast.worker, today())
    assert fresh(target).last_visit_on == today()
    assert fresh(target).due_on == today() + timedelta(days=days)


def test_nobody_met_is_kept_and_moves_nothing(cast: Cast, log: Log) -> None:
    target = cast.target()
    visit, _ = log(target, met="nobody", result="")
    assert not visit.is_valid
    assert fresh(target).due_on == today()
    assert fresh(target).last_visit_on is None


def test_the_same_again_gives_the_first_answer(cast: Cast, log: Log) -> None:
    target = cast.target()
    same: dict[str, Any] = {
        "client_id": uuid4(),
        "chips": ["quiet", "wiring"],
        "position": Position(28.4, 121.4, 9.0),
    }
    first, created = log(target, **same)
    again, repeated = log(target, **same)
    assert (created, repeated) == (True, False)
    assert again.pk == first.pk
    assert Visit.objects.count() == 1
    assert fresh(target).due_on == today() + timedelta(days=14)


@pytest.mark.parametrize(
    "other",
    [
        {"note": "另一次"},
        {"met": "other"},
        {"chips": ["leaflet"]},
        {"position": Position(28.4, 121.4)},
        {"hazard": {"hazard_type": "fire", "level": "ordinary", "description": "x", "address": ""}},
    ],
)
def test_the_same_id_with_other_content_is_a_conflict(cast: Cast, log: Log, other: dict[str, Any]) -> None:
    target = cast.target()
    client_id = uuid4()
    first, _ = log(target, client_id=client_id)
    with pytest.raises(Conflict) as refused:
        log(target, client_id=client_id, **other)
    assert refused.value.extra == {"visit": first.pk}
    assert Visit.objects.count() == 1


def test_the_same_id_of_another_worker_is_a_conflict(cast: Cast, log: Log) -> None:
    target = cast.target()
    client_id = uuid4()
    log(target, client_id=client_id)
    with pytest.raises(Conflict):
        log(target, client_id=client_id, actor=cast.officer)


@pytest.mark.parametrize("who", ["neighbour", "far_worker", "leader", "police", "nobody"])
def test_outside_the_territory_there_is_no_such_target(cast: Cast, log: Log, who: str) -> None:
    target = cast.target()
    with pytest.raises(NotFound):
        log(target, actor=cast.people[who])
    assert not Visit.objects.exists()


@pytest.mark.parametrize(
    ("moment", "word"),
    [(timedelta(minutes=6), "将来"), (timedelta(days=-7, minutes=-1), "7 天")],
)
def test_times_that_cannot_be_are_refused(cast: Cast, log: Log, moment: timedelta, word: str) -> None:
    with pytest.raises(InvalidInput, match=word) as refused:
        log(cast.target(), visited_at=timezone.now() + moment)
    assert refused.value.field == "visited_at"


def test_a_fast_clock_is_forgiven_and_set_right(cast: Cast, log: Log) -> None:
    visit, _ = log(cast.target(), visited_at=timezone.now() + timedelta(minutes=4))
    assert visit.visited_at <= timezone.now()


def test_not_before_enrolment(cast: Cast, log: Log) -> None:
    target = cast.target(enrolled_on=today() - timedelta(days=2))
    with pytest.raises(InvalidInput, match="列入"):
        log(target, visited_at=noon(3))


def test_a_repeat_is_answered_even_when_it_would_be_too_late_by_now(
    cast: Cast, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = cast.target()
    same: dict[str, Any] = {"client_id": uuid4(), "visited_at": noon(2)}
    first, _ = log(target, **same)
    remove_target(target=target, actor=cast.officer)
    again, created = log(target, **same)
    assert (again.pk, created) == (first.pk, False)


def test_a_removed_target_is_not_visited(cast: Cast, log: Log) -> None:
    target = cast.target()
    remove_target(target=target, actor=cast.officer)
    with pytest.raises(InvalidInput, match="名册"):
        log(target)


def test_what_needs_action_must_be_said(cast: Cast, log: Log) -> None:
    with pytest.raises(InvalidInput) as refused:
        log(cast.target(), result="action", note="  ")
    assert refused.value.field == "note"
    log(cast.target(), result="action", note="线路老化，要换")


def test_an_older_visit_that_arrives_late_takes_its_place(cast: Cast, log: Log) -> None:
    """In order: day 6 answers what was due on day 5, day 2 what is due seven days after that."""
    target = cast.target(colour="red", due_on=today() - timedelta(days=5))
    newer, _ = log(target, visited_at=noon(2))
    due_then = fresh(target).due_on
    older, _ = log(target, visited_at=noon(6))
    newer.refresh_from_db()
    assert fresh(target).due_on == due_then == today() + timedelta(days=5)
    assert fresh(target).last_visit_on == today() - timedelta(days=2)
    assert older.due_on == today() - timedelta(days=5)
    assert newer.due_on == today() + timedelta(days=1)


def test_two_visits_on_one_day_answer_one_due_day(cast: Cast, log: Log) -> None:
    target = cast.target(due_on=today() - timedelta(days=1))
    first, _ = log(target)
    second, _ = log(target)
    assert second.due_on == first.due_on == today() - timedelta(days=1)
    assert fresh(target).due_on == today() + timedelta(days=14)


def test_a_visit_from_before_a_suspension_answers_what_was_owed_then(cast: Cast, log: Log) -> None:
    target = cast.target(due_on=today() - timedelta(days=4))
    suspend(target=target, actor=cast.officer, reason="住院", until=None)
    visit, _ = log(target, visited_at=noon(3))
    change = target.due_changes.get()
    assert visit.due_on == today() - timedelta(days=4)
    assert change.due_on == today() + timedelta(days=11)
    assert fresh(target).last_visit_on == today() - timedelta(days=3)


def test_what_was_found_goes_out_with_the_fact(cast: Cast, log: Log) -> None:
    seen: list[Any] = []

    def hear(visit: Visit, findings: dict[str, Any], **_: Any) -> None:
        seen.append((visit.pk, findings))

    visit_logged.connect(hear, weak=False)
    try:
        hazard = {
            "hazard_type": "fire",
            "level": "ordinary",
            "description": "灭火器过期",
            "address": "一区26号",
        }
        visit, _ = log(cast.target(), result="action", hazard=hazard)
        log(cast.target())
    finally:
        visit_logged.disconnect(hear)
    assert seen[0] == (visit.pk, {"hazard": hazard, "dispute": None})
    assert seen[1][1] == {"hazard": None, "dispute": None}


def test_midnight_in_shanghai_decides_the_day(cast: Cast, log: Log) -> None:
    late = local(timezone.now()).replace(hour=0, minute=10) - timedelta(days=1)
    visit, _ = log(cast.target(), visited_at=late.astimezone(UTC))
    assert visit.visited_on == late.date()


@pytest.mark.django_db(transaction=True)
def test_two_identical_visits_at_once_are_one_row(cast: Cast, log: Log) -> None:
    target = cast.target()
    client_id = uuid4()
    start = Barrier(2)

    def send(_: int) -> tuple[int, bool]:
        start.wait(10)
        try:
            visit, created = log(Target.objects.select_related("grid").get(pk=target.pk), client_id=client_id)
            return visit.pk, created
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(send, range(2)))
    assert Visit.objects.count() == 1
    assert {pk for pk, _ in answers} == {Visit.objects.get().pk}
    assert sorted(created for _, created in answers) == [False, True]


@pytest.mark.django_db(transaction=True)
def test_one_id_for_two_targets_at_once_is_one_visit_and_one_conflict(cast: Cast, log: Log) -> None:
    targets = [cast.target(), cast.target(name="后岸出租房")]
    client_id = UUID("5f1f3a86-1c6f-4d27-9d6e-0c6b7d1f0a11")
    start = Barrier(2)

    def send(number: int) -> str:
        start.wait(10)
        try:
            log(Target.objects.select_related("grid").get(pk=targets[number].pk), client_id=client_id)
        except Conflict:
            return "conflict"
        finally:
            connections.close_all()
        return "created"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(send, range(2))) == ["conflict", "created"]
    assert Visit.objects.count() == 1
