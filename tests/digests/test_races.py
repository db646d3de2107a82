"""Two at once: digests made once, late incidents counted or left, answers that wait for the echo."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import time
from typing import Any

import pytest
from django.db import connection, connections, transaction

from digests.clock import ensure_schedules
from digests.models import Digest, DigestRun, Schedule
from digests.workflow import run_digest, top_up
from matters.models import Obligation
from matters.obligations import answer
from shared.dates import at, today
from tests.cast import Cast
from tests.digests.street import incident
from tests.workers import until

pytestmark = pytest.mark.django_db(transaction=True)
Start = Callable[..., Future[Any]]


@pytest.fixture
def street(cast: Cast) -> Cast:
    """A street whose whole day can be made at any hour: morning at 0:00, evening at 23:59."""
    ensure_schedules()
    Schedule.objects.filter(kind="morning").update(at=time(0, 0))
    Schedule.objects.filter(kind="evening").update(at=time(23, 59, 59))
    return cast


def waits() -> int:
    """How many sessions of this database wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted AND pid IN"
            " (SELECT pid FROM pg_stat_activity WHERE datname = current_database())"
        )
        return int(cursor.fetchone()[0])


@contextmanager
def held_before_its_notices() -> Iterator[Start]:
    """What is started in here stops where it writes notices, its digests made, until the block ends."""

    def run(work: Callable[..., Any], given: dict[str, Any]) -> Any:
        try:
            return work(**given)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE matters_notice IN EXCLUSIVE MODE")
        yield lambda work, **given: pool.submit(run, work, given)


@pytest.mark.parametrize("kind", ["morning", "evening"])
def test_two_runs_at_once_make_one(street: Cast, kind: str) -> None:
    street.target()
    if kind == "evening":
        run_digest(kind="morning", street=street.street, day=today())
    with held_before_its_notices() as start:
        runs = []
        for number in (1, 2):
            runs.append(start(run_digest, kind=kind, street=street.street, day=today()))
            until(lambda n=number: waits() == n, "one stands before its notices, the other before the first")  # type: ignore[misc]
    assert sorted(run.result().created for run in runs) == [False, True]
    assert DigestRun.objects.filter(kind=kind).count() == 1
    assert Obligation.objects.count() == 1


def test_an_answer_during_the_count_comes_after_it(street: Cast) -> None:
    target = street.target()
    run_digest(kind="morning", street=street.street, day=today())
    with held_before_its_notices() as start:
        evening = start(run_digest, kind="evening", street=street.street, day=today())
        until(lambda: waits() == 1, "the evening has counted")
        given = {
            "source": f"target:{target.pk}",
            "actor": street.worker,
            "at": at(today(), time(23, 59, 59, 500_000)),
        }
        late = start(answer, **given)
        until(lambda: waits() == 2, "the answer waits")
    assert (evening.result().created, late.result()) == (True, 1)
    frozen = Digest.objects.get(kind="evening", area=street.grid_a)
    assert (frozen.done, frozen.open) == (0, 1)
    owed = Obligation.objects.get()
    assert (owed.state, owed.late, owed.escalated_to) == ("done", True, street.village)


def test_a_late_incident_is_counted_by_the_evening_or_left_for_tomorrow(street: Cast) -> None:
    run_digest(kind="morning", street=street.street, day=today())
    incident(street.grid_a, at(today(), time(0, 0)))
    with held_before_its_notices() as start:
        start(run_digest, kind="evening", street=street.street, day=today())
        until(lambda: waits() == 1, "the evening has counted")
        asked = start(top_up, street=street.street, day=today())
        until(lambda: waits() == 2, "the late incident waits")
    assert asked.result() == 0
    assert not Obligation.objects.exists()
