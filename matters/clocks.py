"""The clocks of a matter: started, stopped, paused, resumed and extended under the lock of `advance`.

Each sets `due_at`, `warn_at` and `paused_at` on the matter; the caller saves it.
"""

from datetime import datetime
from functools import cached_property

from django.utils import timezone

from accounts.models import User
from grids.queries import parameters
from matters import terms
from matters.loop import Transition
from matters.models import ClockRule, ClockRun, Extension, Matter, Pause
from matters.models.clock import Unit
from matters.workdays import Calendar, calendar
from shared.dates import local
from shared.errors import TransitionRefused

WARN = "clock_warn_percent"


class Limits:
    """The limits of a kind with the calendar, read once for one matter or for a whole import."""

    def __init__(self, kind: str) -> None:
        rules = ClockRule.objects.filter(kind=kind)
        self.rules = {(rule.stage, rule.level): rule for rule in rules}

    @cached_property
    def calendar(self) -> Calendar:
        """Read when the first limit asks for it."""
        return calendar()

    @cached_property
    def percent(self) -> int:
        """Likewise."""
        return parameters(WARN)[WARN]

    def begin(self, matter: Matter, stage: str, at: datetime) -> ClockRun | None:
        """A new run, not saved yet, on the matter as its deadline; None where the stage has no limit. The
        level's own limit goes before the kind's."""
        rule = self.rules.get((stage, matter.gravity)) or self.rules.get((stage, ""))
        if rule is None:
            return None
        due = terms.deadline(at, rule.amount, rule.unit, self.calendar)
        warn = terms.warning(due, rule.amount, rule.unit, self.percent, self.calendar)
        matter.due_at, matter.warn_at = due, warn
        return ClockRun(
            matter=matter,
            life=matter.reopened,
            stage=stage,
            amount=rule.amount,
            unit=rule.unit,
            started_at=at,
            due_at=due,
            warn_at=warn,
        )


def running(matter: Matter) -> ClockRun | None:
    """The clock that runs or is paused."""
    return ClockRun.objects.filter(matter=matter, stopped_at=None).first()


def turn(matter: Matter, transition: Transition, actor: User | None, note: str) -> None:
    """Do to the clock what the move says; an end stops it, whatever the move."""
    now = timezone.now()
    how, _, stage = transition.clock.partition(":")
    if matter.closed_at or how == "stop":
        stop(matter, now)
    elif how == "start":
        start(matter, stage, now)
    elif how == "pause":
        pause(matter, actor, note, now)
    elif how == "resume" or transition.target:
        resume(matter, now)


MEANWHILE = {"handle": "等审核", "verify": "重新办理"}
"""What went on while a stage's clock stood still for another stage."""


def first(matter: Matter, stage: str, at: datetime) -> None:
    """Let the first clock of a new matter run."""
    if new := Limits(matter.kind).begin(matter, stage, at):
        new.save(force_insert=True)


def start(matter: Matter, stage: str, at: datetime) -> None:
    """Let a stage's clock run instead of the one before. One that runs already goes on; one that was stopped
    goes on where it stopped, the time in between is a pause of it."""
    run = running(matter)
    if run and run.stage == stage:
        resume(matter, at)
        return
    stop(matter, at)
    run = ClockRun.objects.filter(matter=matter, life=matter.reopened, stage=stage).first()
    if run is not None:
        _go_on(matter, run, at)
    elif new := Limits(matter.kind).begin(matter, stage, at):
        new.save(force_insert=True)


def _go_on(matter: Matter, run: ClockRun, at: datetime) -> None:
    stopped, run.stopped_at = run.stopped_at or at, None
    if stopped <= run.due_at:
        away = Pause(run=run, reason=MEANWHILE.get(run.stage, "在别的环节"), started_at=stopped)
        _end(run, away, at)
    run.save()
    matter.due_at, matter.warn_at = run.due_at, run.warn_at


def until(matter: Matter, stage: str, at: datetime, due: datetime) -> None:
    """Let a stage's clock run to a deadline that was told already."""
    span = due - at
    matter.due_at, matter.warn_at = due, due - span * (100 - parameters(WARN)[WARN]) / 100
    ClockRun.objects.create(
        matter=matter,
        life=matter.reopened,
        stage=stage,
        amount=max((local(due).date() - local(at).date()).days, 0),
        unit=Unit.DAYS,
        started_at=at,
        due_at=due,
        warn_at=matter.warn_at,
    )


def stop(matter: Matter, at: datetime) -> None:
    """No clock runs any more; a pause ends with it, a request for more time lapses."""
    resume(matter, at)
    if run := running(matter):
        run.stopped_at = at
        run.save(update_fields=["stopped_at"])
        run.extensions.filter(state=Extension.State.ASKED).update(state=Extension.State.LAPSED, decided_at=at)
        matter.asked_by, matter.warn_at = None, None
        matter.due_at = run.due_at if matter.closed_at else None


def pause(matter: Matter, actor: User | None, reason: str, at: datetime) -> None:
    """Time from now on does not count; refused after expiry, where waiting would hide that it is late."""
    matter.paused_at = at
    run = running(matter)
    if run is None:
        return
    if run.due_at < at:
        raise TransitionRefused("期限已过，不能再暂停计时。请先办理，或请上级督办。", allowed=[])
    Pause.objects.create(run=run, reason=reason[:200], started_at=at, by=actor)
    matter.due_at = matter.warn_at = None


def resume(matter: Matter, at: datetime) -> None:
    """The clock goes on, its deadline later by the pause; nothing where none is paused."""
    if matter.paused_at is None:
        return
    matter.paused_at = None
    open_one = Pause.objects.select_related("run").filter(run__matter=matter, ended_at=None).first()
    if open_one is None:
        return
    _end(open_one.run, open_one, at)
    open_one.run.save()
    matter.due_at, matter.warn_at = open_one.run.due_at, open_one.run.warn_at


def _end(run: ClockRun, one: Pause, at: datetime) -> None:
    days = calendar()
    one.ended_at = max(at, one.started_at)
    one.moved = terms.paused(one.started_at, one.ended_at, run.unit, days)
    one.save()
    run.due_at = terms.moved(run.due_at, one.moved, run.unit, days)
    _warn(run)


def extend(matter: Matter, asked: Extension) -> None:
    """More time, as granted; a paused clock gets it when it goes on."""
    run = asked.run
    run.due_at = terms.extended(run.due_at, asked.days, run.unit, calendar())
    _warn(run)
    run.save()
    if matter.paused_at is None:
        matter.due_at, matter.warn_at = run.due_at, run.warn_at


def _warn(run: ClockRun) -> None:
    """The deadline is another now: its warning too, and the cards begin anew."""
    run.graded = 0
    granted = run.extensions.filter(state=Extension.State.GRANTED).values_list("days", flat=True)
    factor = 1440 if run.unit == "minutes" else 1
    limit = run.amount + sum(granted) * factor
    run.warn_at = terms.warning(run.due_at, limit, run.unit, parameters(WARN)[WARN], calendar())
