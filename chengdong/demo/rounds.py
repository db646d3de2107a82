"""The rounds of the grid workers: each target's visits, what was owed when, and what is owed now."""

import hashlib
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from uuid import UUID

from chengdong.demo.answers import Ledger
from chengdong.demo.copying import Table
from chengdong.demo.places import Grid, Village
from chengdong.demo.plan import Plan, moment, read
from chengdong.demo.targets import Subject, first_letters
from grids.intervals import interval_days
from grids.models import DueChange, Suspension, Target, Visit
from shared.crypto import blind, mask

LATE, LOST = 0.034, 0.003
"""Shares of visits some days late, and of those forgotten for weeks: about 96 % are in time."""
EARLY = (-3, -2, -2, -1, -1, -1, -1, 0, 0, 0, 0)


@dataclass
class Life:
    """What happened to a target: visits as (day, owed day), suspensions, and what is owed at the end."""

    due: date
    last: date | None
    visits: list[tuple[date, date]] = field(default_factory=list)
    pauses: list[tuple[date, date | None, date]] = field(default_factory=list)
    """(from, to, the day that was owed)."""
    suspended_on: date | None = None


@dataclass(frozen=True)
class Finding:
    """A visit after which something had to be done."""

    visit: int
    client_id: UUID
    target: int
    name: str
    address: str
    grid: Grid
    day: date
    minutes: int


class Rounds:
    """Writes targets, suspensions and visits, and tells the ledger what was owed on which day."""

    def __init__(self, plan: Plan, ledger: Ledger) -> None:
        self.plan, self.ledger = plan, ledger
        self.days = interval_days()
        self.notes = read("words")["notes"]
        self.reasons = read("words")["suspensions"]
        self.findings: list[Finding] = []
        self.targets = Table(
            Target, "kind", "category", "name", "initials", "colour", "grid", "address", "latitude", "longitude",
            "contact_name", "phone", "phone_index", "phone_tail", "id_number", "id_index", "born_in", "note", "chips",
            "enrolled_on", "last_visit_on", "due_on", "suspended_on", "external_id",
        )  # fmt: skip
        self.suspensions = Table(Suspension, "target", "starts_on", "ends_on", "reason", "by", "at")
        self.changes = Table(DueChange, "target", "due_on", "changed_on", "reason", "by")
        self.visits = Table(
            Visit, "client_id", "payload_hash", "target", "grid", "visitor", "visited_at", "visited_on", "received_at",
            "met", "result", "chips", "note", "latitude", "longitude", "accuracy", "due_on", "is_valid",
        )  # fmt: skip

    def follow(self, subject: Subject, grid: Grid, dice: Random, wanted: date | None = None) -> None:
        """Write one target with all that happened to it; `wanted` sets the day that is owed now."""
        life = self.live(subject, dice, wanted)
        target = self._register(subject, grid, life)
        self._suspend(target, subject, grid.village, life, dice)
        for day, owed in life.visits:
            self._visit(target, subject, grid, day, owed, dice)
        if life.suspended_on is None:
            self._owe(target, subject, grid, life.due, None, dice)

    def live(self, subject: Subject, dice: Random, wanted: date | None) -> Life:
        """What happened to the target up to the evening before today."""
        interval = self.days[subject.colour]
        if subject.enrolled < self.plan.start:
            due = self.plan.start + timedelta(days=dice.randrange(interval))
            life = Life(due, due - timedelta(days=interval))
        else:
            life = Life(subject.enrolled + timedelta(days=interval), None)
        luck = 1.0 if wanted else dice.random()
        if luck < 0.02:
            since = self.plan.until - timedelta(days=dice.randint(30, 80))
            until = since + timedelta(days=dice.randint(5, 25))
            if since > subject.enrolled:
                self._go_round(life, interval, since, dice)
                life.pauses.append((since, until, life.due))
                life.due = until + timedelta(days=1 + interval)
        elif luck < 0.05:
            since = self.plan.until - timedelta(days=dice.randint(1, 40))
            if since > subject.enrolled:
                self._go_round(life, interval, since, dice)
                life.pauses.append((since, None, life.due))
                life.suspended_on = since
                return life
        self._go_round(life, interval, self.plan.until, dice)
        return self._moved(life, subject, wanted) if wanted else life

    def _go_round(self, life: Life, interval: int, until: date, dice: Random) -> None:
        """Visit after visit, each owed one interval after the last."""
        while True:
            luck = dice.random()
            if luck < LOST:
                late = dice.randint(8, 20)
            elif luck < LOST + LATE:
                late = dice.randint(1, 4)
            else:
                late = dice.choice(EARLY)
            day = life.due + timedelta(days=late)
            if day >= until:
                return
            life.visits.append((day, life.due))
            life.last, life.due = day, day + timedelta(days=interval)

    @staticmethod
    def _moved(life: Life, subject: Subject, wanted: date) -> Life:
        """The same life some days earlier or later, so that what is owed now is owed on the wanted day."""
        shift = wanted - life.due
        subject.enrolled += min(shift, timedelta(0))
        moved = [(day + shift, owed + shift) for day, owed in life.visits]
        return Life(wanted, life.last + shift if life.last else None, moved)

    def _register(self, subject: Subject, grid: Grid, life: Life) -> int:
        number = f"{'CS' if subject.kind == 'place' else 'RY'}{self.targets.next_id:07d}"
        return self.targets.add(
            subject.kind, subject.category, subject.name, first_letters(subject.name), subject.colour, grid.id,
            subject.address, subject.latitude, subject.longitude, subject.contact, subject.phone,
            blind(subject.phone, "phone"), subject.phone[-4:], subject.id_number, blind(subject.id_number, "id"),
            subject.born, subject.note, subject.chips, subject.enrolled, life.last, life.due, life.suspended_on, number,
        )  # fmt: skip

    def _suspend(self, target: int, subject: Subject, village: Village, life: Life, dice: Random) -> None:
        for since, until, owed in life.pauses:
            reason = dice.choice(self.reasons[subject.kind])
            self.suspensions.add(target, since, until, reason, village.officer, moment(since, 570))
            self.changes.add(target, owed, since, DueChange.Reason.SUSPENDED, village.officer)

    def _visit(self, target: int, subject: Subject, grid: Grid, day: date, owed: date, dice: Random) -> None:
        minutes = 515 + int(dice.random() * 590)
        if dice.random() < 0.03:
            self._knock(target, subject, grid, day, owed, minutes - 120, dice, "nobody")
        luck = dice.random()
        result = "normal" if luck < 0.905 else "changed" if luck < 0.965 else "action"
        visit, client_id = self._knock(target, subject, grid, day, owed, minutes, dice, result)
        self._owe(target, subject, grid, owed, (day, minutes), dice)
        if result == "action":
            self.findings.append(
                Finding(visit, client_id, target, shown(subject), subject.address, grid, day, minutes)
            )

    def _knock(
        self, target: int, subject: Subject, grid: Grid, day: date, owed: date, minutes: int, dice: Random, result: str
    ) -> tuple[int, UUID]:  # fmt: skip
        client_id = UUID(int=dice.getrandbits(128), version=4)
        at = moment(day, minutes)
        if result == "nobody":
            met, note, chips, result = "nobody", dice.choice(self.notes["nobody"]), [], ""
        else:
            met = "principal" if dice.random() < 0.84 else "other"
            spoken = result != "normal" or dice.random() < 0.18
            note = dice.choice(self.notes[f"{result}_{subject.kind}"]) if spoken else ""
            chips = subject.chips if dice.random() < 0.7 else subject.chips[:1]
        located = dice.random() < 0.25
        visit = self.visits.add(
            client_id, hashlib.sha256(client_id.bytes).hexdigest(), target, grid.id, grid.worker, at, day,
            at + timedelta(minutes=1 if dice.random() < 0.95 else 240), met, result, chips, note,
            subject.latitude if located else None, subject.longitude if located else None, 18.0 if located else None,
            owed, met != "nobody",
        )  # fmt: skip
        return visit, client_id

    def _owe(
        self, target: int, subject: Subject, grid: Grid, due: date, visited: tuple[date, int] | None, dice: Random
    ) -> None:  # fmt: skip
        """Tell the ledger of every morning on which this visit was asked for."""
        if visited and visited[0] < due:
            return
        self.ledger.visit(target, shown(subject), grid, due, visited, dice)

    def close(self) -> None:
        """Send all, targets first."""
        for table in (self.targets, self.suspensions, self.changes, self.visits):
            table.close()


def shown(subject: Subject) -> str:
    """The name as `Target.shown` has it."""
    return mask(subject.name) if subject.kind == "person" else subject.name
