"""Two beats at once: one digest."""

import subprocess
import sys

import pytest

from digests.clock import ensure_schedules
from digests.models import Digest, DigestRun
from grids.models import Area
from matters.models import Notice, Obligation
from shared.dates import today
from tests.cast import Cast
from tests.workers import ROOT, environment

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_two_processes_make_one_digest(cast: Cast) -> None:
    for number in range(40):
        cast.target(name=f"场所{number}", grid=cast.grid_a if number % 2 else cast.grid_b)
    ensure_schedules()
    command = [sys.executable, "manage.py", "send_digest", "morning", "--date", f"{today()}"]
    both = [
        subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=90)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], said

    streets = Area.objects.filter(level=Area.Level.STREET)
    assert DigestRun.objects.filter(kind="morning").count() == streets.count()
    assert Obligation.objects.count() == 40
    areas = Digest.objects.filter(kind="morning", audience="area").values_list("area_id", flat=True)
    assert len(areas) == len(set(areas))
    told = Notice.objects.filter(recipient=cast.worker, channel="inbox")
    assert told.count() == 1
