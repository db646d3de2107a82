"""Police incidents as matters: placed in their grid, answered by it, looked at by the village."""

from datetime import date, datetime, timedelta
from random import Random

from chengdong.demo.answers import Ledger
from chengdong.demo.calls import Call, Switchboard
from chengdong.demo.copying import Table
from chengdong.demo.places import Grid, Street
from chengdong.demo.plan import Plan, moment, read
from chengdong.demo.timelines import Clerk, Step
from grids.queries import labels
from incidents.importing.importer import digest
from incidents.models import PoliceIncident, caller_tail
from shared.crypto import blind

Placed = PoliceIncident.Placed
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
                    self._write(street, day, call, [], dice, placed=Placed.TRAY)
                else:
                    steps = self._steps(day, call, dice)
                    matter = self._write(street, day, call, steps, dice, placed=Placed.COLUMN)
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
        number, grid = self._number(street, call.at), call.grid
        village, key = grid.said_village, grid.address(call.house)
        where = f"{village}{grid.road}{call.house}号"
        if placed == Placed.TRAY:
            village, key, where = "", "", "夜市一带"
        elif village != grid.village.name:
            placed = Placed.ALIAS
        said = {
            "occurred_at": call.at,
            "incident_type": call.kind,
            "level": "urgent" if call.urgent else "ordinary",
            "address": f"温岭市{street.name}{where}",
            "village_text": village,
            "summary": call.summary,
            "caller_name": call.caller,
            "caller_phone": call.phone,
            "police_unit": f"{street.name.removesuffix('街道').removesuffix('镇')}派出所",
            "attended_at": call.at + timedelta(minutes=dice.randint(6, 40)),
            "attended_result": dice.choice(self.results),
            "to_mediation": call.mediated,
        }
        matter = self.clerk.write(
            kind="police_incident",
            gravity=said["level"],
            number=number,
            title=self._title(call),
            area=street.id if placed == Placed.TRAY else grid.id,
            reporter=street.people["command"],
            occurred_at=call.at,
            opened_at=self.plan.by(IMPORTED) if day == self.plan.until else moment(day, IMPORTED),
            state="reported" if placed == Placed.TRAY else "assigned",
            steps=steps,
            note=f"由警情表导入，{Placed(placed).label}。",
        )
        row_hash = digest(said)
        del said["occurred_at"]
        self.rows.add(
            matter=matter,
            police_number=number,
            address_key=key,
            phone_index=blind(call.phone, "phone"),
            tail_index=caller_tail(call.phone),
            placed=placed,
            row_hash=row_hash,
            **said,
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
        again = "30天内第2次，" if call.repeated else ""
        at = f"{call.at.month}月{call.at.day}日 {call.at:%H:%M}"
        self.ledger.ask(
            kind="repeat" if call.repeated else "incident",
            detail=f"{again}{at}，{call.grid.address(call.house)}",
            colour="yellow" if call.repeated else "",
            title=self._title(call),
            grid=call.grid,
            first=day,
            answered=echo.at if echo else None,
            answer=f"回应：{echo.note}" if echo else "",
            dice=dice,
            matter=matter,
        )

    def close(self) -> None:
        """Send all."""
        self.rows.close()
