"""The one job that beat wakes: look for rows that are due and do them; missed or doubled, it is harmless."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from django.utils import timezone

from digests.bulletins.workflow import issue_due
from digests.clock import ensure_schedules
from digests.workflow import run_due, top_up_all
from grids.imports.workflow import resume_stuck
from grids.workflow import resume_ended
from incidents.diversions.workflow import flag_late
from incidents.reports.limits import forget
from matters.escalation import raise_due
from matters.outbox import deliver_due
from matters.summaries import bundle_due
from mediation.reminders import remind
from mediation.roster.workflow.proposals import resume_stuck as rosters_resumed
from mediation.van.workflow import assign_waiting, escalate_late
from shared.dates import today


def _digests() -> dict[str, int]:
    made = run_due(timezone.now())
    return {
        "digests": sum(one.created for one in made),
        "obligations": sum(one.obligations for one in made),
        "notices": sum(one.notices for one in made),
    }


JOBS: dict[str, Callable[[], Any]] = {
    "schedules": ensure_schedules,
    "targets_resumed": lambda: resume_ended(day=today()),
    "digests": _digests,
    "bulletins": lambda: issue_due(timezone.now()),
    "late_incidents": top_up_all,
    "cards": lambda: raise_due(timezone.now()),
    "bundled": bundle_due,
    "case_reminders": remind,
    "diversions_late": flag_late,
    "sent": deliver_due,
    "imports_resumed": resume_stuck,
    "counters_forgotten": forget,
    "rosters_resumed": rosters_resumed,
    "vans_assigned": assign_waiting,
    "vans_escalated": escalate_late,
}
"""In this order; each is idempotent and takes its own locks."""


def sweep() -> dict[str, Any]:
    """Run every job and count what it did; an error is raised after all the others have run."""
    done: dict[str, Any] = {}

    def run(name: str) -> None:
        done[name] = JOBS[name]()

    with ExitStack() as all_of_them:
        for name in reversed(JOBS):
            all_of_them.callback(run, name)
    return done
