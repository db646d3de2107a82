"""Police incidents as matters: placed in their grid, answered by it, looked at by the village."""

import hashlib
from datetime import date, datetime, timedelta
from random import Random

from chengdong.demo.answers import Ledger
from chengdong.demo.calls import Call, Switchboard
from chengdong.demo.copying import Table
from chengdong.demo.places import Grid, Street
from chengdong.demo.plan import Plan, moment, read
from chengdong.demo.timelines import Clerk, Step
from grids.queries import labels
from incidents.models import PoliceIncident
from shared.crypto import blind

IMPORTED = 6 * 60 + 10
"""Minutes after midnight: when the command room takes in last night's file."""
FIRST_NUMBER = 50_000
"""Running numbers of a month start here, clear of those in the sample files."""
SAME_DAY = 0.95
"""Share of incidents that the grid answers before the evening echo."""


class Desk:
    """Writes the incidents of one street after another."""

    def __init__(self, plan: Plan, clerk: Clerk, ledger: Ledger) -> None:
        self.plan, self.clerk, self.ledger = plan, clerk, ledger
        words = read("words")
        self.answers, self.results = words["answers"], words["attended"]["results"]
        self.types = labels("incident_type")
        self.switchboard = Switchboard(plan)
        self.numbers: dict[str, int] = {}
        self.rows = Table(PoliceIncident)

    def street(self, street: Street, lively: Grid | None) -> None:
        """All days of a street."""
        dice = self.plan.dice("answers", street.number)
        for day, calls in self.switchboard.days(street, lively):
            for call in calls:
                lost = day == self.plan.until and call.kind == "missing" and call.grid is not lively
                if lost:
                    self._write(street, day, call, [], dice, placed="tray")
                else:
                    steps = self._steps(day, call, dice)
                    matter = self._write(street, day, call, steps, dice, placed="column")
                    self._ask(matter, day, call, steps, dice)

    def _steps(self, day: date, call: Call, dice: Random) -> list[Step]:
        """Answered by the grid, mostly the same day; closed by the village a day or two later."""
        days = 0 if dice.random() < SAME_DAY else dice.randint(1, 3)
        echoed = moment(day + timedelta(days=days), dice.randint(525, 1170))
        verified = moment(day + timedelta(days=days + dice.randint(1, 2)), dice.randint(540, 1080))
        outcome = "passed_on" if call.mediated else "settled"
        evidence = {"outcome": outcome, "answer": dice.choice(self.answers["incident_closed"])}
        steps = [
            Step("echo", call.grid.worker, echoed, dice.choice(self.answers["incident"])),
            Step("verify", call.grid.village.officer, verified, "", evidence),
        ]
        now = moment(self.plan.until, 0)
        return [step for step in steps if step.at < now]

    def _write(
        self, street: Street, day: date, call: Call, steps: list[Step], dice: Random, *, placed: str
    ) -> int:
        number = self._number(street, call.at)
        village = call.grid.said_village
        where = f"{village}{call.grid.road}{call.house}号"
        if placed == "tray":
            village, where, area = "", "夜市一带", street.id
        else:
            area = call.grid.id
            placed = "alias" if village != call.grid.village.name else placed
        matter = self.clerk.write(
            kind="police_incident",
            number=number,
            title=self._title(call),
            area=area,
            reporter=street.people["command"],
            occurred_at=call.at,
            opened_at=moment(day, IMPORTED),
            state="reported" if placed == "tray" else "assigned",
            steps=steps,
        )
        self.rows.add(
            matter=matter,
            police_number=number,
            incident_type=call.kind,
            level="urgent" if call.urgent else "ordinary",
            address=f"温岭市{street.name}{where}",
            address_key=where if village else "",
            village_text=village,
            summary=call.summary,
            caller_name=call.caller,
            caller_phone=call.phone,
            phone_index=blind(call.phone, "phone"),
            police_unit=f"{street.name.removesuffix('街道').removesuffix('镇')}派出所",
            attended_at=call.at + timedelta(minutes=dice.randint(6, 40)),
            attended_result=dice.choice(self.results),
            to_mediation=call.mediated,
            placed=placed,
            row_hash=hashlib.sha256(number.encode()).hexdigest(),
        )
        return matter

    def _title(self, call: Call) -> str:
        return f"{self.types[call.kind]}：{call.summary}"

    def _number(self, street: Street, at: datetime) -> str:
        """Code of the street, year, month and a running number, as the police count."""
        month = f"{street.code or f'99{street.number:07d}'}{at:%Y%m}"
        self.numbers[month] = self.numbers.get(month, FIRST_NUMBER) + 1
        return f"{month}{self.numbers[month]:05d}"

    def _ask(self, matter: int, day: date, call: Call, steps: list[Step], dice: Random) -> None:
        echo = next((step for step in steps if step.action == "echo"), None)
        self.ledger.ask(
            kind="repeat" if call.repeated else "incident",
            title=self._title(call),
            grid=call.grid,
            first=day,
            answered=echo.at if echo else None,
            answer=echo.note if echo else "",
            dice=dice,
            matter=matter,
        )

    def close(self) -> None:
        """Send all."""
        self.rows.close()
