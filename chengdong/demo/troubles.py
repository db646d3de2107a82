"""Hazards of a demo street in every state of the loop, from all six sources."""

import hashlib
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID, uuid5

from chengdong.demo.answers import Ledger
from chengdong.demo.copying import Table
from chengdong.demo.places import Grid, Street
from chengdong.demo.plan import Plan, moment, pool, read
from chengdong.demo.rounds import Finding
from chengdong.demo.timelines import Clerk, Opened, Step
from grids.queries import labels, parameters
from incidents.models import Hazard
from shared.dates import at

LEVELS = {"o": "ordinary", "s": "serious", "m": "major"}
BY_OTHERS = {"police_check": 5, "department_assist": 4, "citizen": 4, "safety_manager": 3, "patrol": 3, "grid_census": 1}
PER_DAY = 2.2
"""Hazards a day that do not come out of a visit."""
FROM_VISITS = 0.6
"""Share of visits with "要处理" that raise one."""


class Inspector:
    """Writes the hazards of one street after another."""

    def __init__(self, plan: Plan, clerk: Clerk, ledger: Ledger, prefix_number: int) -> None:
        self.plan, self.clerk, self.ledger, self.number = plan, clerk, ledger, prefix_number
        self.words = read("words")
        self.types, self.pool = labels("hazard_type"), pool(self.words["hazards"])
        self.days = parameters(*(f"hazard_days_{level}" for level in LEVELS.values()))
        self.sources = [source for source, weight in BY_OTHERS.items() for _ in range(weight)]
        self.hazards = Table(
            Hazard, "matter", "client_id", "payload_hash", "hazard_type", "level", "source", "description", "address",
            "target", "visit",
        )  # fmt: skip

    def street(self, street: Street, findings: list[Finding], lively: Grid | None) -> None:
        """Those found on visits, then the others; `lively` gets one that is overdue."""
        dice = self.plan.dice("hazards", street.number)
        for finding in findings:
            if dice.random() < FROM_VISITS:
                self._found_on_visit(street, finding, dice)
        for back in range(self.plan.days, 0, -1):
            for _ in range(int(PER_DAY + dice.random())):
                day = self.plan.until - timedelta(days=back)
                self._found_by_others(street, dice.choice(street.grids), day, dice)
        if lively:
            day = self.plan.until - timedelta(days=self.days["hazard_days_serious"] + 2)
            reported = moment(day, 600)
            steps = [Step("handle", lively.worker, reported + timedelta(days=1))]
            address = lively.address(lively.low + 7)
            self._write(
                street, lively, reported, "ebike", "serious", "patrol", "飞线充电从三楼拉到一楼", address, None, "assigned",
                steps, dice,
            )  # fmt: skip

    def _found_on_visit(self, street: Street, finding: Finding, dice: Random) -> None:
        kind = dice.choice(self.pool)
        level = LEVELS[dice.choice(self.words["hazards"][kind][2])]
        reported = moment(finding.day, finding.minutes + 1)
        steps = self._mended(finding.grid, reported, level, dice)
        self._write(
            street, finding.grid, reported, kind, level, "grid_census", dice.choice(self.words["hazards"][kind][1]),
            finding.address, finding, "assigned", steps, dice,
        )  # fmt: skip

    def _found_by_others(self, street: Street, grid: Grid, day: date, dice: Random) -> None:
        kind = dice.choice(self.pool)
        level = LEVELS[dice.choice(self.words["hazards"][kind][2])]
        reported = moment(day, dice.randint(530, 1260))
        address = grid.address(dice.randint(grid.low, grid.high))
        accepted = reported + timedelta(minutes=dice.randint(20, 900))
        assigned = accepted + timedelta(minutes=dice.randint(5, 240))
        command, officer = street.people["command"], grid.village.officer
        steps = [
            Step("accept", command, accepted),
            Step("assign", command if dice.random() < 0.5 else officer, assigned, "", {"area": str(grid.id)}),
            *self._mended(grid, assigned, level, dice),
        ]
        if dice.random() < 0.03:
            steps = [*steps[:1], Step("cancel", command, assigned, "重复上报，已并入另一件")]
        self._write(
            street, grid, reported, kind, level, dice.choice(self.sources), dice.choice(self.words["hazards"][kind][1]),
            address, None, "reported", steps, dice,
        )  # fmt: skip

    def _mended(self, grid: Grid, since: datetime, level: str, dice: Random) -> list[Step]:
        """Begun, told as done, looked at again; now and then sent back once, some too late."""
        days = self.days[f"hazard_days_{level}"]
        answers = self.words["answers"]
        begun = since + timedelta(minutes=dice.randint(30, 1400))
        share = dice.uniform(0.15, 0.9) if dice.random() < 0.93 else dice.uniform(1.05, 1.8)
        done = max(begun + timedelta(minutes=30), since + timedelta(days=days * share))
        checked = done + timedelta(minutes=dice.randint(200, 3000))
        steps = [Step("handle", grid.worker, begun), Step("echo", grid.worker, done, dice.choice(answers["hazard"]))]
        if dice.random() < 0.08:
            again = checked + timedelta(minutes=dice.randint(300, 2600))
            steps += [
                Step("redo", grid.village.officer, checked, dice.choice(answers["returned"])),
                Step("echo", grid.worker, again, dice.choice(answers["hazard"])),
            ]
            checked = again + timedelta(minutes=dice.randint(200, 1500))
        evidence = {"outcome": "settled", "answer": dice.choice(answers["hazard_closed"])}
        return [*steps, Step("verify", grid.village.officer, checked, "", evidence)]

    def _write(
        self, street: Street, grid: Grid, reported: datetime, kind: str, level: str, source: str, description: str,
        address: str, finding: Finding | None, state: str, steps: list[Step], dice: Random,
    ) -> None:  # fmt: skip
        now = moment(self.plan.until, 0)
        taken = [step for step in steps if step.at < now]
        due = at(reported.date() + timedelta(days=self.days[f"hazard_days_{level}"]), time(23, 59, 59))
        self.number += 1
        title = f"{self.types[kind]}隐患：{finding.name if finding else address}"
        reporter = grid.worker if source == "grid_census" else street.people["police" if source == "police_check" else "command"]
        area = grid.id if state == "assigned" or dice.random() < 0.5 else grid.village.id
        opened = Opened(
            "hazard", f"YH{self.plan.until.year}-{self.number:06d}", title, area, reporter, reported, reported, state, due,
            description,
        )  # fmt: skip
        matter = self.clerk.write(opened, taken)
        client_id = uuid5(finding.client_id, "hazard") if finding else UUID(int=dice.getrandbits(128), version=4)
        self.hazards.add(
            matter, client_id, hashlib.sha256(client_id.bytes).hexdigest(), kind, level, source, description, address,
            finding.target if finding else None, finding.visit if finding else None,
        )  # fmt: skip
        echoed = next((step.at for step in taken if step.action == "echo"), None)
        if any(step.action in {"assign", "handle"} for step in taken) and (echoed or now) > due:
            answered = (echoed.date(), echoed.hour * 60 + echoed.minute) if echoed else None
            self.ledger.matter(
                "overdue", matter, title, grid, due.date() + timedelta(days=1), answered, "已反馈整改", dice
            )

    def close(self) -> None:
        """Send all."""
        self.hazards.close()
