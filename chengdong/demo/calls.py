"""Police incidents of a demo street: where and when they happen, and who calls again."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random

from chengdong.demo.people import invented_name, phone
from chengdong.demo.places import Grid, Street
from chengdong.demo.plan import Plan, moment, pool, read

PER_DAY = 27
"""Incidents a day on a street of 110,000 (as many as the sample export has)."""
SAME_PLACE, SAME_CALLER = 0.11, 0.05
AT_NIGHT = (18 * 60, 26 * 60 + 30)
BY_DAY = (8 * 60, 18 * 60)
BEFORE_DAWN = (26 * 60 + 30, 29 * 60 + 30)
"""Minutes after the midnight that begins the day before the morning alert."""
EARLIER, JUST_NOW = timedelta(hours=6), timedelta(minutes=75)


@dataclass(frozen=True)
class Call:
    """One call to the police."""

    at: datetime
    kind: str
    summary: str
    urgent: bool
    mediated: bool
    grid: Grid
    house: int
    caller: str
    phone: str
    repeated: bool = False


class Switchboard:
    """The calls of a street, day by day."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.words = read("words")["incidents"]
        self.pool = pool(self.words)

    def days(self, street: Street, lively: Grid | None) -> Iterator[tuple[date, list[Call]]]:
        """Each day with the calls its alert tells of; `lively` gets three today, two from one house."""
        dice = self.plan.dice("calls", street.number)
        weights = [grid.population * dice.uniform(0.3, 1.9) for grid in street.grids]
        recent: deque[Call] = deque(maxlen=PER_DAY * 30)
        for back in range(self.plan.days, -1, -1):
            day = self.plan.until - timedelta(days=back)
            number = max(4, round(dice.gauss(PER_DAY, 4.5)))
            grids = dice.choices(street.grids, weights, k=number)
            if back == 0 and lively:
                calls = [self._call(day, grid, dice, ()) for grid in grids if grid is not lively]
                calls += self._lively_night(lively, dice)
            else:
                calls = [self._call(day, grid, dice, recent) for grid in grids]
            known = {(call.grid.id, call.house) for call in recent}
            marked = []
            for call in sorted(calls, key=lambda call: call.at):
                place = call.grid.id, call.house
                marked.append(replace(call, repeated=place in known))
                known.add(place)
            recent.extend(marked)
            yield day, marked

    def _lively_night(self, grid: Grid, dice: Random) -> list[Call]:
        noise = self._call(self.plan.until, grid, dice, (), "noise")
        quarrel = replace(
            noise,
            at=noise.at + timedelta(minutes=47),
            kind="dispute",
            summary="邻里噪音引发争执",
            mediated=True,
        )
        return [noise, quarrel, self._call(self.plan.until, grid, dice, (), "theft")]

    def _heard(self, at: datetime) -> datetime:
        """Some hours earlier where the hour has not come yet, or has just: what followed is past too."""
        now = self.plan.now
        return at - EARLIER if now and at > now - JUST_NOW else at

    def _call(
        self, day: date, grid: Grid, dice: Random, recent: deque[Call] | tuple[()], kind: str = ""
    ) -> Call:
        """A call of the 24 hours before the morning of `day`; some from a place or caller known already."""
        place = recent[int(dice.random() * len(recent))] if recent and dice.random() < SAME_PLACE else None
        kind = kind or (place.kind if place and dice.random() < 0.6 else dice.choice(self.pool))
        words = self.words[kind]
        span = (
            AT_NIGHT
            if dice.random() * 100 < words["night"]
            else BY_DAY
            if dice.random() < 0.88
            else BEFORE_DAWN
        )
        caller = recent[int(dice.random() * len(recent))] if recent and dice.random() < SAME_CALLER else None
        if caller is None and dice.random() < 0.5:
            caller = place
        return Call(
            at=self._heard(moment(day - timedelta(days=1), dice.randrange(*span))),
            kind=kind,
            summary=dice.choice(words["summaries"]),
            urgent=dice.random() * 100 < words["urgent"],
            mediated=dice.random() * 100 < words["mediated"],
            grid=place.grid if place else grid,
            house=place.house if place else dice.randint(grid.low, grid.high),
            caller=caller.caller if caller else invented_name(dice),
            phone=caller.phone if caller else phone(dice.randrange(30_000, 89_000)),
        )
