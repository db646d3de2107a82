"""Hazards of a demo street in every state of the loop, from all six sources."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID, uuid5

from chengdong.demo.answers import Ledger
from chengdong.demo.copying import Table
from chengdong.demo.places import Grid, Street
from chengdong.demo.plan import Plan, moment, pool, read
from chengdong.demo.rounds import Finding
from chengdong.demo.timelines import Clerk, Step
from grids.queries import labels
from incidents.hazards.places import key_in
from incidents.models import Hazard
from matters.models import ClockRule
from shared.dates import at

PER_DAY = 2.2
"""Hazards a day that do not come out of a visit."""
IN_TIME, SENT_BACK, CANCELLED = 0.93, 0.08, 0.03


@dataclass(frozen=True)
class Trouble:
    """What somebody reported."""

    grid: Grid
    at: datetime
    kind: str
    level: str
    source: str
    description: str
    address: str
    client_id: UUID
    finding: Finding | None = None
    target: int | None = None
    name: str = ""

    @property
    def place(self) -> str:
        """What the title names."""
        return self.finding.name if self.finding else self.name or self.address


class Inspector:
    """Writes the hazards of one street after another."""

    def __init__(self, plan: Plan, clerk: Clerk, ledger: Ledger) -> None:
        self.plan, self.clerk, self.ledger = plan, clerk, ledger
        words = read("words")
        self.found, self.answers = words["hazards"], words["answers"]
        self.pool, self.sources = pool(self.found), pool(words["hazard_sources"])
        self.types = labels("hazard_type")
        rules = ClockRule.objects.filter(kind="hazard", stage="handle")
        self.days = {rule.level: rule.amount for rule in rules}
        self.rows = Table(Hazard)

    def street(self, street: Street, findings: list[Finding], lively: Grid | None) -> None:
        """Those found on visits, then the others; `lively` gets one that is overdue."""
        dice = self.plan.dice("hazards", street.number)
        for finding in findings:
            self._found_on_visit(street, finding, dice)
        for back in range(self.plan.days, 0, -1):
            for _ in range(int(PER_DAY + dice.random())):
                day = self.plan.until - timedelta(days=back)
                self._found_by_others(street, dice.choice(street.grids), day, dice)
        if lively:
            since = moment(self.plan.until - timedelta(days=self.days["serious"] + 2), 600)
            steps = [Step("handle", lively.worker, since + timedelta(days=1))]
            self._write(
                street, self._trouble(lively, since, dice, "ebike", "serious"), "assigned", steps, dice
            )

    def _found_on_visit(self, street: Street, finding: Finding, dice: Random) -> None:
        trouble = Trouble(
            grid=finding.grid,
            at=finding.at,
            kind=finding.hazard_type,
            level=dice.choice(self.found[finding.hazard_type]["levels"]),
            source="grid_census",
            description=finding.note,
            address=finding.address,
            client_id=uuid5(finding.client_id, "hazard"),
            finding=finding,
        )
        self._write(
            street, trouble, "assigned", self._mended(finding.grid, finding.at, trouble.level, dice), dice
        )

    def _found_by_others(self, street: Street, grid: Grid, day: date, dice: Random) -> None:
        trouble = self._trouble(grid, moment(day, dice.randint(530, 1260)), dice)
        accepted = trouble.at + timedelta(minutes=dice.randint(20, 900))
        assigned = accepted + timedelta(minutes=dice.randint(5, 240))
        command = street.people["command"]
        steps = [Step("accept", command, accepted)]
        if dice.random() < CANCELLED:
            steps.append(Step("cancel", command, assigned, "重复上报，已并入另一件"))
        else:
            steps.append(Step("assign", command, assigned, "", {"area": str(grid.id)}))
            steps += self._mended(grid, assigned, trouble.level, dice)
        self._write(street, trouble, "reported", steps, dice)

    def _trouble(self, grid: Grid, at: datetime, dice: Random, kind: str = "", level: str = "") -> Trouble:
        kind = kind or dice.choice(self.pool)
        return Trouble(
            grid=grid,
            at=at,
            kind=kind,
            level=level or dice.choice(self.found[kind]["levels"]),
            source=dice.choice(self.sources),
            description=dice.choice(self.found[kind]["found"]),
            address=grid.address(dice.randint(grid.low, grid.high)),
            client_id=UUID(int=dice.getrandbits(128), version=4),
        )

    def _mended(self, grid: Grid, since: datetime, level: str, dice: Random) -> list[Step]:
        """Begun, told as done, looked at again; now and then sent back once, some too late."""
        begun = since + timedelta(minutes=dice.randint(30, 1400))
        share = dice.uniform(0.15, 0.9) if dice.random() < IN_TIME else dice.uniform(1.05, 1.8)
        done = max(begun + timedelta(minutes=30), since + timedelta(days=self.days[level] * share))
        checked = done + timedelta(minutes=dice.randint(200, 3000))
        steps = [
            Step("handle", grid.worker, begun),
            Step("echo", grid.worker, done, dice.choice(self.answers["hazard"])),
        ]
        if dice.random() < SENT_BACK:
            again = checked + timedelta(minutes=dice.randint(300, 2600))
            steps += [
                Step("redo", grid.village.officer, checked, dice.choice(self.answers["returned"])),
                Step("echo", grid.worker, again, dice.choice(self.answers["hazard"])),
            ]
            checked = again + timedelta(minutes=dice.randint(200, 1500))
        evidence = {"outcome": "settled", "answer": dice.choice(self.answers["hazard_closed"])}
        return [*steps, Step("verify", grid.village.officer, checked, "", evidence)]

    def _write(self, street: Street, trouble: Trouble, state: str, steps: list[Step], dice: Random) -> int:
        now = moment(self.plan.until, 0)
        taken = [step for step in steps if step.at < now]
        due_at = at(trouble.at.date() + timedelta(days=self.days[trouble.level]), time(23, 59, 59))
        title = f"{self.types[trouble.kind]}隐患：{trouble.place}"
        finder = "police" if trouble.source == "police_check" else "command"
        matter = self.clerk.write(
            kind="hazard",
            gravity=trouble.level,
            number=f"YH{trouble.at.year}-{self.rows.count + 1:06d}",
            title=title,
            area=trouble.grid.id,
            reporter=trouble.grid.worker if trouble.finding else street.people[finder],
            occurred_at=trouble.at,
            opened_at=trouble.at,
            state=state,
            steps=taken,
            due_at=due_at,
            note=trouble.description,
        )
        self.rows.add(
            matter=matter,
            client_id=trouble.client_id,
            payload_hash=hashlib.sha256(trouble.client_id.bytes).hexdigest(),
            hazard_type=trouble.kind,
            level=trouble.level,
            source=trouble.source,
            description=trouble.description,
            address=trouble.address,
            address_key=key_in(trouble.grid.village.id, [trouble.grid.village.name], trouble.address),
            target=trouble.finding.target if trouble.finding else trouble.target,
            visit=trouble.finding.visit if trouble.finding else None,
        )
        self._ask(matter, title, trouble.grid, due_at, taken, dice)
        return matter

    def checked(self, street: Street, trouble: Trouble, dice: Random) -> int:
        """A hazard that an inspection found, with its matter's id."""
        mended = self._mended(trouble.grid, trouble.at, trouble.level, dice)
        return self._write(street, trouble, "assigned", mended, dice)

    def _ask(
        self, matter: int, title: str, grid: Grid, due_at: datetime, taken: list[Step], dice: Random
    ) -> None:
        """The mornings on which it was overdue and not yet told as done."""
        echo = next((step for step in taken if step.action == "echo"), None)
        ended = taken and taken[-1].action == "cancel"
        if not ended and (echo is None or echo.at > due_at):
            self.ledger.ask(
                kind="overdue",
                detail=f"隐患，{due_at.month}月{due_at.day}日到期",
                title=title,
                grid=grid,
                first=due_at.date() + timedelta(days=1),
                answered=echo.at if echo else None,
                answer=f"反馈整改：{echo.note}" if echo else "",
                dice=dice,
                matter=matter,
            )

    def close(self) -> None:
        """Send all."""
        self.rows.close()
