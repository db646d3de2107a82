"""Police incidents of a demo street: where and when they happen, who calls again, and how the grids answered."""

import hashlib
from collections import deque
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from chengdong.demo.answers import Ledger
from chengdong.demo.copying import Table
from chengdong.demo.people import invented_name, phone
from chengdong.demo.places import Grid, Street
from chengdong.demo.plan import Plan, moment, pool, read
from chengdong.demo.timelines import Clerk, Opened, Step
from grids.queries import labels
from incidents.models import PoliceIncident
from shared.crypto import blind

PER_DAY = 27
"""Incidents a day on a street of 110,000 (as many as the sample export has)."""
SAME_PLACE, SAME_CALLER = 0.11, 0.05
MORNING = 8 * 60
IMPORTED = 7 * 60 + 40
"""Minutes after midnight: when the command room takes in last night's file."""
FIRST_NUMBER = 50_000
"""Running numbers of a month start here, clear of those in the sample files."""


@dataclass(frozen=True)
class Call:
    """One call to the police."""

    at: datetime
    kind: str
    summary: str
    urgent: bool
    to_mediation: bool
    grid: Grid
    house: int
    caller: str
    phone: str


class Switchboard:
    """Writes the incidents of one street after another, day by day."""

    def __init__(self, plan: Plan, clerk: Clerk, ledger: Ledger) -> None:
        self.plan, self.clerk, self.ledger = plan, clerk, ledger
        self.words = read("words")
        self.types, self.pool = labels("incident_type"), pool(self.words["incidents"])
        self.numbers: dict[str, int] = {}
        self.incidents = Table(
            PoliceIncident, "matter", "police_number", "incident_type", "level", "address", "address_key",
            "village_text", "summary", "caller_name", "caller_phone", "phone_index", "police_unit", "attended_at",
            "attended_result", "to_mediation", "placed", "row_hash",
        )  # fmt: skip

    def street(self, street: Street, lively: Grid | None) -> None:
        """All days of a street; `lively` is a grid with three calls last night, two of them from one house."""
        dice = self.plan.dice("calls", street.number)
        weights = [grid.population * dice.uniform(0.3, 1.9) for grid in street.grids]
        recent: deque[Call] = deque(maxlen=PER_DAY * 30)
        for back in range(self.plan.days, -1, -1):
            day = self.plan.until - timedelta(days=back)
            number = max(4, round(dice.gauss(PER_DAY, 4.5)))
            grids = dice.choices(street.grids, weights, k=number)
            calls = [self._call(day, grid, dice, recent) for grid in grids if not (back == 0 and grid is lively)]
            if back == 0 and lively:
                calls += self._lively_night(lively, dice)
            calls.sort(key=lambda call: call.at)
            known = {(call.grid.id, call.house) for call in recent}
            for call in calls:
                repeated = (call.grid.id, call.house) in known
                self._write(street, day, call, dice, repeated)
                known.add((call.grid.id, call.house))
            recent.extend(calls)

    def _lively_night(self, grid: Grid, dice: Random) -> list[Call]:
        first = self._call(self.plan.until, grid, dice, deque(), "noise")
        at = first.at
        again = Call(
            at + timedelta(minutes=47), "dispute", "邻里噪音引发争执", False, True, grid, first.house, first.caller, first.phone
        )
        return [first, again, self._call(self.plan.until, grid, dice, deque(), "theft")]

    def _call(self, day: date, grid: Grid, dice: Random, recent: deque[Call], kind: str = "") -> Call:
        """A call between 08:00 of the day before and 08:00 of the day whose morning alert tells of it."""
        again = recent[int(dice.random() * len(recent))] if recent and dice.random() < SAME_PLACE else None
        kind = kind or (again.kind if again and dice.random() < 0.6 else dice.choice(self.pool))
        _, night, happened, urgent, mediated = self.words["incidents"][kind]
        if dice.random() * 100 < night:  # 18:00–02:30
            at = moment(day - timedelta(days=1), 18 * 60 + dice.randrange(510))
        else:  # 08:00–18:00, now and then before dawn
            minutes = dice.randrange(MORNING, 18 * 60) if dice.random() < 0.88 else 24 * 60 + dice.randrange(150, 330)
            at = moment(day - timedelta(days=1), minutes)
        where, house = (again.grid, again.house) if again else (grid, dice.randint(grid.low, grid.high))
        old = recent[int(dice.random() * len(recent))] if recent and dice.random() < SAME_CALLER else again
        caller = (old.caller, old.phone) if old and (old is not again or dice.random() < 0.5) else None
        name, number = caller or (invented_name(dice), phone(dice.randrange(30_000, 89_000)))
        return Call(
            at, kind, dice.choice(happened), dice.random() * 100 < urgent, dice.random() * 100 < mediated,
            where, house, name, number,
        )  # fmt: skip

    def _write(self, street: Street, day: date, call: Call, dice: Random, repeated: bool) -> None:
        number = self._number(street, call.at)
        village = "殿前村" if call.grid.road in {"殿前街", "城中村改造区"} else call.grid.village.name
        where = f"{village}{call.grid.road}{call.house}号"
        lost = street.number == 0 and day == self.plan.until and call.kind == "missing"
        title = f"{self.types[call.kind]}：{call.summary}"
        opened = Opened(
            "police_incident", number, title, street.id if lost else call.grid.id, street.people["command"], call.at,
            moment(day, IMPORTED), "reported" if lost else "assigned",
        )  # fmt: skip
        steps = [] if lost else self._steps(day, call, dice)
        matter = self.clerk.write(opened, steps)
        attended = call.at + timedelta(minutes=dice.randint(6, 40))
        address = "温岭市城东街道夜市一带" if lost else f"温岭市{street.name}{where}"
        placed = "tray" if lost else "alias" if village != call.grid.village.name else "column"
        self.incidents.add(
            matter, number, call.kind, "urgent" if call.urgent else "ordinary", address, "" if lost else where,
            "" if lost else village, call.summary, call.caller, call.phone, blind(call.phone, "phone"),
            "城东派出所" if street.number == 0 else f"{street.name}派出所", attended,
            dice.choice(self.words["attended"]["results"]), call.to_mediation, placed,
            hashlib.sha256(number.encode()).hexdigest(),
        )  # fmt: skip
        if not lost:
            kind = "repeat" if repeated else "incident"
            answered = next((step for step in steps if step.action == "echo"), None)
            when = None
            if answered:
                when = (answered.at.date(), answered.at.hour * 60 + answered.at.minute)
            self.ledger.matter(
                kind, matter, title, call.grid, day, when, answered.note if answered else "", dice
            )

    def _number(self, street: Street, at: datetime) -> str:
        """Code of the street, year, month and a running number, as the police count."""
        month = f"{street.code or f'99{street.number:07d}'}{at:%Y%m}"
        self.numbers[month] = self.numbers.get(month, FIRST_NUMBER) + 1
        return f"{month}{self.numbers[month]:05d}"

    def _steps(self, day: date, call: Call, dice: Random) -> list[Step]:
        """Answered by the grid, mostly the same day; looked at and closed by the village a day or two later."""
        luck = dice.random()
        days = 0 if luck < 0.95 else dice.randint(1, 3)
        echoed = moment(day + timedelta(days=days), dice.randint(525, 1170))
        verified = moment(day + timedelta(days=days + dice.randint(1, 2)), dice.randint(540, 1080))
        answers = self.words["answers"]
        outcome = "passed_on" if call.to_mediation else "settled"
        evidence = {"outcome": outcome, "answer": dice.choice(answers["incident_closed"])}
        steps = [
            Step("echo", call.grid.worker, echoed, dice.choice(answers["incident"])),
            Step("verify", call.grid.village.officer, verified, "", evidence),
        ]
        now = moment(self.plan.until, 0)
        return [step for step in steps if step.at < now]

    def close(self) -> None:
        """Send all."""
        self.incidents.close()
