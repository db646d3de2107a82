"""A process killed half-way through a digest: nothing half-written, and the next sweep makes it whole."""

import os
import signal
import subprocess
import sys
from datetime import time, timedelta

import pytest
from django.db import connection, transaction

from digests.clock import ensure_schedules
from digests.models import Digest, DigestRun, Schedule
from digests.workflow import run_digest
from matters.models import Notice, Obligation
from shared.dates import today
from tests.cast import Cast
from tests.workers import ROOT, environment, until

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def waiting() -> int:
    """How many other sessions of this database wait for the table of notices."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE relation = 'matters_notice'::regclass AND NOT granted"
        )
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("kind", ["morning", "evening"])
def test_killed_half_way_leaves_nothing_and_is_made_by_the_next_sweep(cast: Cast, kind: str) -> None:
    """Its digests are written and its notices are not, when the process is killed."""
    day = today() - timedelta(days=1)
    for number in range(20):
        cast.target(name=f"场所{number}", due_on=day)
    ensure_schedules()
    Schedule.objects.update(starts_on=day)
    Schedule.objects.filter(kind="morning").update(at=time(0, 0))
    Schedule.objects.filter(street=cast.far_street).update(is_active=False)
    if kind == "evening":
        run_digest(kind="morning", street=cast.street, day=day)
    told, asked = Notice.objects.count(), Obligation.objects.count()

    command = [sys.executable, "manage.py", "send_digest", kind, "--date", f"{day}", "--street", "城东街道"]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE matters_notice IN EXCLUSIVE MODE")
        process = subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL)
        until(waiting, "the process writes its notices")
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    until(lambda: not waiting(), "its session has ended")

    assert not DigestRun.objects.filter(kind=kind).exists()
    assert not Digest.objects.filter(kind=kind).exists()
    assert (Notice.objects.count(), Obligation.objects.count()) == (told, asked)
    assert not Obligation.objects.exclude(escalated_to=None).exists()

    done = subprocess.run(
        [sys.executable, "manage.py", "sweep"], cwd=ROOT, env=environment(), timeout=90, check=True
    )
    assert done.returncode == 0
    assert set(DigestRun.objects.filter(business_date=day).values_list("kind", flat=True)) == {
        "morning",
        "evening",
    }
    evening = Digest.objects.get(kind="evening", area=cast.grid_a, business_date=day)
    assert (evening.expected, evening.open) == (20, 20)
    sources = Notice.objects.filter(recipient=cast.worker).values_list("source", flat=True)
    assert len(sources) == len(set(sources)) == DigestRun.objects.count()
