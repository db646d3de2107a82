"""What happens to a target over the history: when it was visited, paused, and what is owed at the end."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from chengdong.demo.plan import Plan
from chengdong.demo.targets import Subject

LATE, LOST = 0.026, 0.002
"""Shares of visits some days late, and of those forgotten for weeks: about 97 % are in time."""
EARLY = (-3, -2, -2, -1, -1, -1, -1, 0, 0, 0, 0)
PAUSED_ONCE, PAUSED_NOW = 0.02, 0.03


@dataclass(frozen=True)
class Pause:
    """A suspension; `owed_on` is the visit that was owed when it began."""

    since: date
    until: date | None
    owed_on: date


@dataclass
class Life:
    """`visits` are (day, owed day) in order; `due_on` is what is owed now."""

    due_on: date
    last_visit_on: date | None
    visits: list[tuple[date, date]] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)

    @property
    def suspended_on(self) -> date | None:
        """Since when it is paused, where it still is."""
        return self.pauses[-1].since if self.pauses and self.pauses[-1].until is None else None


def lived(subject: Subject, interval: int, plan: Plan, dice: Random) -> Life:
    """From enrolment or the start of the history up to the evening before today."""
    step = timedelta(days=interval)
    if subject.enrolled_on < plan.start:
        first = plan.start + timedelta(days=dice.randrange(interval))
        life = Life(first, first - step)
    else:
        life = Life(subject.enrolled_on + step, None)
    for pause in _pauses(plan, dice):
        if pause.since > subject.enrolled_on:
            _go_round(life, step, pause.since, dice)
            life.pauses.append(Pause(pause.since, pause.until, life.due_on))
            if pause.until is None:
                return life
            life.due_on = pause.until + timedelta(days=1) + step
    _go_round(life, step, plan.until, dice)
    return life


def owed_on(life: Life, subject: Subject, wanted: date) -> Life:
    """The same life without pauses, moved by some days so that the wanted day is what is owed now."""
    shift = wanted - life.due_on
    subject.enrolled_on += min(shift, timedelta(0))
    visits = [(day + shift, owed + shift) for day, owed in life.visits]
    return Life(wanted, life.last_visit_on + shift if life.last_visit_on else None, visits)


def _pauses(plan: Plan, dice: Random) -> Iterator[Pause]:
    luck = dice.random()
    if luck < PAUSED_ONCE:
        since = plan.until - timedelta(days=dice.randint(30, 80))
        yield Pause(since, since + timedelta(days=dice.randint(5, 25)), since)
    elif luck < PAUSED_ONCE + PAUSED_NOW:
        since = plan.until - timedelta(days=dice.randint(1, 40))
        yield Pause(since, None, since)


def _go_round(life: Life, step: timedelta, until: date, dice: Random) -> None:
    """Visit after visit, each owed one interval after the last."""
    while True:
        luck = dice.random()
        if luck < LOST:
            late = dice.randint(8, 20)
        elif luck < LOST + LATE:
            late = dice.randint(1, 4)
        else:
            late = dice.choice(EARLY)
        day = life.due_on + timedelta(days=late)
        if day >= until:
            return
        life.visits.append((day, life.due_on))
        life.last_visit_on, life.due_on = day, day + step
