"""Two officials at one matter at the same moment, on the real database."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from grids import reference
from matters.escalation import raise_due
from matters.models import Card, ClockRun, Matter
from matters.queries import main_of
from matters.workflow import advance, open_matter
from shared.errors import Conflict, DomainError, TransitionRefused
from tests.cast import Cast, build_cast


@pytest.fixture
def street(transactional_db: None) -> Cast:
    reference.load()
    return build_cast()


def at_once(*calls: Callable[[], Any]) -> list[str]:
    """Run the calls in threads that start together; what each gave or raised."""
    barrier, results = Barrier(len(calls)), [""] * len(calls)

    def run(place: int, call: Callable[[], Any]) -> None:
        try:
            barrier.wait()
            call()
            results[place] = "won"
        except DomainError as error:
            results[place] = type(error).__name__
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def mover(matter_id: int, action: str, user_id: int, version: int | None = None) -> Callable[[], Any]:
    def move() -> None:
        advance(
            matter=Matter.objects.get(pk=matter_id),
            action=action,
            actor=User.objects.get(pk=user_id),
            note="重复",
            evidence={"outcome": "settled", "answer": "已处理。"},
            version=version,
        )

    return move


def opened(cast: Cast, state: str) -> Matter:
    matter = open_matter(
        kind="hazard",
        title="样例",
        area=cast.grid_a,
        occurred_at=timezone.now(),
        actor=cast.worker,
        state=state,
        level="ordinary",
    )
    Matter.objects.filter(pk=matter.pk).update(handler=cast.worker)
    return matter


@pytest.mark.parametrize("round_", range(5))
def test_two_officials_verify_one_matter_and_one_of_them_wins(street: Cast, round_: int) -> None:
    matter = opened(street, "echoed")
    results = at_once(
        mover(matter.pk, "verify", street.officer.pk), mover(matter.pk, "verify", street.command.pk)
    )
    assert sorted(results) == [TransitionRefused.__name__, "won"]
    matter.refresh_from_db()
    assert (matter.state, matter.version, matter.events.count()) == ("closed", 2, 2)


def test_different_moves_from_the_same_version_leave_one(street: Cast) -> None:
    matter = opened(street, "echoed")
    results = at_once(
        mover(matter.pk, "redo", street.officer.pk, version=1),
        mover(matter.pk, "verify", street.command.pk, version=1),
    )
    assert sorted(results) == [Conflict.__name__, "won"]
    assert matter.events.count() == 2


def test_a_move_that_both_may_repeat_happens_once_per_version(street: Cast) -> None:
    matter = opened(street, "assigned")
    calls = [mover(matter.pk, "echo", user.pk, version=1) for user in (street.worker, street.officer)] * 3
    results = at_once(*calls)
    assert sorted(results) == [Conflict.__name__] * 5 + ["won"]
    assert matter.events.count() == 2


def merger(matter_id: int, main: str, user_id: int) -> Callable[[], Any]:
    def move() -> None:
        matter, actor = Matter.objects.get(pk=matter_id), User.objects.get(pk=user_id)
        advance(matter=matter, action="merge", actor=actor, evidence={"main": main})

    return move


@pytest.mark.parametrize("round_", range(5))
def test_two_that_are_merged_into_each_other_never_end_in_a_circle(street: Cast, round_: int) -> None:
    """At most one of the two wins; who comes upon the other's lock is told to try again, and then can."""
    one, other = opened(street, "assigned"), opened(street, "assigned")
    results = at_once(
        merger(one.pk, other.number, street.officer.pk), merger(other.pk, one.number, street.command.pk)
    )
    assert results.count("won") <= 1
    assert set(results) <= {"won", "Conflict", "TransitionRefused", "InvalidInput"}
    if "won" not in results:
        assert results == ["Conflict", "Conflict"]
        merger(one.pk, other.number, street.officer.pk)()
    rows = {m.pk: m for m in Matter.objects.filter(pk__in=[one.pk, other.pk])}
    (gone,) = [m for m in rows.values() if m.closed_at]
    (main,) = [m for m in rows.values() if not m.closed_at]
    assert (gone.state, gone.merged_into_id, main.state, main.merged_into_id) == (
        "merged",
        main.pk,
        "assigned",
        None,
    )
    assert main.events.filter(action="merged").count() == 1
    assert (main.version, main.events.count(), gone.version, gone.events.count()) == (2, 2, 2, 2)
    assert main_of(gone) == main


@pytest.mark.parametrize("round_", range(5))
def test_a_matter_is_merged_or_cancelled_but_not_both(street: Cast, round_: int) -> None:
    matter, main = opened(street, "assigned"), opened(street, "assigned")
    results = at_once(
        merger(matter.pk, main.number, street.officer.pk), mover(matter.pk, "cancel", street.command.pk)
    )
    assert sorted(results) == [TransitionRefused.__name__, "won"]
    matter.refresh_from_db()
    won = ("merged", main.pk, 1) if results[0] == "won" else ("cancelled", None, 0)
    told = main.events.filter(action="merged").count()
    assert (matter.state, matter.merged_into_id, told) == won
    assert (matter.version, matter.events.count()) == (2, 2)


@pytest.mark.parametrize("round_", range(5))
def test_nothing_is_merged_into_what_is_being_closed(street: Cast, round_: int) -> None:
    """The merge comes first and the main one is closed with its line, or the closing does and the merge is
    refused: a duplicate never points at a matter that does not know of it."""
    matter, main = opened(street, "assigned"), opened(street, "echoed")
    results = at_once(
        merger(matter.pk, main.number, street.officer.pk), mover(main.pk, "verify", street.command.pk)
    )
    assert results[1] == "won"
    assert results[0] in {"won", "Conflict", "InvalidInput"}
    matter.refresh_from_db()
    main.refresh_from_db()
    merged = results[0] == "won"
    assert main.state == "closed"
    assert (matter.state, matter.merged_into) == (("merged", main) if merged else ("assigned", None))
    assert list(main.events.values_list("action", flat=True)) == (
        ["open", "merged", "verify"] if merged else ["open", "verify"]
    )


@pytest.mark.parametrize("round_", range(3))
def test_sweeps_and_moves_at_once_give_each_card_once(street: Cast, round_: int) -> None:
    """Nobody waits for another in a circle; what was just being moved is graded by the next sweep."""
    matters = [opened(street, "assigned") for _ in range(6)]
    late = timezone.now() - timedelta(minutes=5)
    ClockRun.objects.update(due_at=late, warn_at=late)
    Matter.objects.update(due_at=late, warn_at=late)
    now = timezone.now()
    sweeps = [lambda: raise_due(now)] * 2
    moves = [mover(matter.pk, "handle", street.worker.pk) for matter in matters[:3]]
    assert at_once(*sweeps, *moves) == ["won"] * 5
    raise_due(now)
    assert sorted(Card.objects.filter(grade="red").values_list("matter", flat=True)) == [
        matter.pk for matter in matters
    ]
    assert set(ClockRun.objects.values_list("graded", flat=True)) <= {2, 3}
