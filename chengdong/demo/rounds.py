"""The rounds of the grid workers: targets, suspensions, visits, and what each morning asked for."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from chengdong.demo.answers import Ledger
from chengdong.demo.copying import Table
from chengdong.demo.lives import Life, lived, owed_on
from chengdong.demo.places import Grid
from chengdong.demo.plan import Plan, moment, read
from chengdong.demo.targets import Subject, first_letters
from grids.intervals import interval_days
from grids.models import DueChange, Suspension, Target, Visit
from grids.queries import labels
from shared.crypto import blind, mask

KNOCKED_IN_VAIN = 0.03
"""Share of visits before which the worker had come once and met nobody."""
LOCATED = 0.25
"""Share of visits with a position: it is optional."""


@dataclass(frozen=True)
class Finding:
    """What a visit found that became a hazard."""

    visit: int
    client_id: UUID
    target: int
    name: str
    address: str
    grid: Grid
    at: datetime
    hazard_type: str
    note: str


class Rounds:
    """Writes targets, suspensions and visits, and tells the ledger what was owed on which day."""

    def __init__(self, plan: Plan, ledger: Ledger) -> None:
        self.plan, self.ledger = plan, ledger
        self.days = interval_days()
        self.labels = {**labels("place_type"), **labels("key_person")}
        self.words = read("words")
        self.findings: list[Finding] = []
        self.targets, self.suspensions, self.changes, self.visits = map(
            Table, (Target, Suspension, DueChange, Visit)
        )

    def follow(self, subject: Subject, grid: Grid, dice: Random, wanted: date | None = None) -> None:
        """Write one target with all that happened to it; `wanted` sets the day that is owed now."""
        life = lived(subject, self.days[subject.colour], self.plan, dice)
        if wanted:
            life = owed_on(life, subject, wanted)
        target = self._register(subject, grid, life)
        self._suspend(target, subject, grid, life, dice)
        for day, owed in life.visits:
            at = self._visit(target, subject, grid, day, owed, dice)
            if day >= owed:
                self._owe(target, subject, grid, owed, at, dice)
        if life.suspended_on is None:
            self._owe(target, subject, grid, life.due_on, None, dice)

    def _register(self, subject: Subject, grid: Grid, life: Life) -> int:
        return self.targets.add(
            kind=subject.kind,
            category=subject.category,
            name=subject.name,
            initials=first_letters(subject.name),
            colour=subject.colour,
            grid=grid.id,
            address=subject.address,
            latitude=subject.latitude,
            longitude=subject.longitude,
            contact_name=subject.contact_name,
            phone=subject.phone,
            phone_index=blind(subject.phone, "phone"),
            phone_tail=subject.phone[-4:],
            id_number=subject.id_number,
            id_index=blind(subject.id_number, "id"),
            born_in=subject.born_in,
            note=subject.note,
            chips=subject.chips,
            enrolled_on=subject.enrolled_on,
            last_visit_on=life.last_visit_on,
            due_on=life.due_on,
            suspended_on=life.suspended_on,
            external_id=f"{'CS' if subject.is_place else 'RY'}{self.targets.next_id:07d}",
        )

    def _suspend(self, target: int, subject: Subject, grid: Grid, life: Life, dice: Random) -> None:
        officer = grid.village.officer
        for pause in life.pauses:
            self.suspensions.add(
                target=target,
                starts_on=pause.since,
                ends_on=pause.until,
                reason=dice.choice(self.words["suspensions"][subject.kind]),
                by=officer,
                at=moment(pause.since, 570),
            )
            self.changes.add(
                target=target,
                due_on=pause.owed_on,
                changed_on=pause.since,
                reason=DueChange.Reason.SUSPENDED,
                by=officer,
            )

    def _visit(
        self, target: int, subject: Subject, grid: Grid, day: date, owed: date, dice: Random
    ) -> datetime:
        """A valid visit, sometimes after one in vain; returns its time."""
        at = moment(day, 650 + int(dice.random() * 450))
        if dice.random() < KNOCKED_IN_VAIN:
            note = dice.choice(self.words["notes"]["nobody"])
            self._row(target, subject, grid, at - timedelta(minutes=130), owed, dice, met="nobody", note=note)
        met = "principal" if dice.random() < 0.84 else "other"
        luck = dice.random()
        hazard_type = note = ""
        if luck < 0.985:
            result = "normal" if luck < 0.925 else "changed"
            if result == "changed" or dice.random() < 0.18:
                note = dice.choice(self.words["notes"][f"{result}_{subject.kind}"])
        else:
            result = "action"
            actions = self.words["actions"][subject.kind]
            hazard_type = dice.choice(list(actions))
            note = dice.choice(actions[hazard_type])
        chips = subject.chips if dice.random() < 0.7 else subject.chips[:1]
        visit, client_id = self._row(
            target, subject, grid, at, owed, dice, met=met, result=result, chips=chips, note=note
        )
        if hazard_type and hazard_type != "none":
            name = shown(subject)
            self.findings.append(
                Finding(visit, client_id, target, name, subject.address, grid, at, hazard_type, note)
            )
        return at

    def _row(
        self,
        target: int,
        subject: Subject,
        grid: Grid,
        at: datetime,
        owed: date,
        dice: Random,
        *,
        met: str,
        note: str,
        result: str = "",
        chips: list[str] | None = None,
    ) -> tuple[int, UUID]:
        client_id = UUID(int=dice.getrandbits(128), version=4)
        located = dice.random() < LOCATED
        visit = self.visits.add(
            client_id=client_id,
            payload_hash=hashlib.sha256(client_id.bytes).hexdigest(),
            target=target,
            grid=grid.id,
            visitor=grid.worker,
            visited_at=at,
            visited_on=at.date(),
            received_at=at + timedelta(minutes=1 if dice.random() < 0.95 else 240),
            met=met,
            result=result,
            chips=chips or [],
            note=note,
            latitude=subject.latitude if located else None,
            longitude=subject.longitude if located else None,
            accuracy=18.0 if located else None,
            due_on=owed,
            is_valid=met != "nobody",
        )
        return visit, client_id

    def _owe(
        self, target: int, subject: Subject, grid: Grid, due: date, answered: datetime | None, dice: Random
    ) -> None:
        category, colour = self.labels[subject.category], Target.Colour(subject.colour)
        place = f"，{subject.address}" if subject.is_place else ""

        self.ledger.ask(
            kind="visit",
            title=shown(subject),
            grid=grid,
            first=due,
            answered=answered,
            answer="已走访：正常",
            dice=dice,
            detail=f"{category}，{colour.label}，{due.month}月{due.day}日到期{place}",
            colour=subject.colour,
            target=target,
        )

    def close(self) -> None:
        """Send all, targets first."""
        for table in (self.targets, self.suspensions, self.changes, self.visits):
            table.close()


def shown(subject: Subject) -> str:
    """The name as `Target.shown` has it."""
    return subject.name if subject.is_place else mask(subject.name)
