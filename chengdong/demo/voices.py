"""What residents reported to a demo street, what became of it, and how content they are."""

import hashlib
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from chengdong.demo.copying import Table
from chengdong.demo.places import Grid, Street
from chengdong.demo.plan import Plan, moment, pool, read
from chengdong.demo.timelines import Clerk, Step
from grids.queries import labels
from incidents.reports.models import ALPHABET, BY, CODE_LENGTH, CitizenReport, Rating
from matters import terms
from matters.clocks import Limits
from shared.crypto import blind

EVERY_DAYS = 2
"""One report in so many days, sixty in the usual demo."""
RATED, WITH_PHONE, UNPLACED = 0.6, 0.7, 0.04
ASKED_CODE, ASKED_PHONE = "CHENGDNG26", "13900001234"
"""Of the report whose sender is asked for more (README.md)."""
QUESTION = "请告诉我们是哪一盏灯：灯杆上有编号，拍张照片也行。"
SCORES = ("satisfied",) * 11 + ("mostly",) * 5 + ("so_so",) * 2 + ("not",) * 2


class Listener:
    """Writes the reports of one street after another."""

    def __init__(self, plan: Plan, clerk: Clerk) -> None:
        self.plan, self.clerk = plan, clerk
        words = read("words")
        self.said, self.ratings = words["reports"], words["ratings"]
        self.pool, self.types = pool(self.said), labels("report_type")
        self.limits = Limits("citizen_report")
        self.rows, self.rated = Table(CitizenReport), Table(Rating)

    def street(self, street: Street) -> None:
        """All days of a street; the last ones are still on their way."""
        dice = self.plan.dice("reports", street.number)
        for back in range(self.plan.days, 0, -EVERY_DAYS):
            at = moment(self.plan.until - timedelta(days=back), dice.randint(380, 1330))
            self._write(street, dice.choice(street.grids), at, dice)
        if street.number == 0:
            grid = street.find(read("street")["accounts"]["worker"][2])
            assert isinstance(grid, Grid)  # noqa: S101 -- a worker's place is a grid
            self._write(street, grid, moment(self.plan.until - timedelta(days=1), 500), dice, asked=True)

    def _write(self, street: Street, grid: Grid, at: datetime, dice: Random, *, asked: bool = False) -> None:
        kind = "facility" if asked else dice.choice(self.pool)
        said, lost = self.said[kind], not asked and dice.random() < UNPLACED
        address = "夜市一带" if lost else grid.address(dice.randint(grid.low, grid.high))
        steps, rating = self._course(street, grid, at, said, dice, lost)
        if asked:
            steps, rating = [*steps[:2], *_asked(grid, at)], None
        now = moment(self.plan.until, 0)
        taken = [step for step in steps if step.at < now]
        matter = self.clerk.write(
            kind="citizen_report",
            number=f"QZ{at.year}-{self.rows.count + 1:06d}",
            title=f"{self.types[kind]}：{address}",
            area=street.id if lost else grid.id,
            reporter=None,
            occurred_at=at,
            opened_at=at,
            state="reported",
            steps=taken,
            due_at=self._due(taken[0].at if taken else at, "handle" if taken else "accept"),
            by=BY,
            note="群众上报，待街道分派。" if lost else "群众上报，按地址。",
        )
        phone = f"139000{dice.randint(0, 99999):05d}" if dice.random() < WITH_PHONE else ""
        phone = ASKED_PHONE if asked else phone
        client_id = UUID(int=dice.getrandbits(128), version=4)
        self.rows.add(
            matter=matter,
            client_id=client_id,
            payload_hash=hashlib.sha256(client_id.bytes).hexdigest(),
            code=ASKED_CODE if asked else "".join(dice.choice(ALPHABET) for _ in range(CODE_LENGTH)),
            report_type=kind,
            description=said["words"][0] if asked else dice.choice(said["words"]),
            address=address,
            placed="tray" if lost else "address",
            phone=phone,
            phone_index=blind(phone, "phone"),
            phone_tail=phone[-4:],
        )
        if rating is not None and rating in taken:
            closed = next(step for step in reversed(taken) if step.action == "verify")
            self.rated.add(
                report=matter,
                answered_at=closed.at,
                score=rating.evidence["score"],
                words=rating.evidence["words"],
                at=rating.at,
            )

    def _course(
        self, street: Street, grid: Grid, at: datetime, said: dict[str, list[str]], dice: Random, lost: bool
    ) -> tuple[list[Step], Step | None]:
        """Taken in, given to the grid, done, looked at, answered; most residents then say what they think."""
        officer, taker = grid.village.officer, street.people["command"] if lost else grid.village.officer
        accepted = at + timedelta(minutes=dice.randint(15, 500))
        assigned = accepted + timedelta(minutes=dice.randint(5, 120))
        begun = assigned + timedelta(minutes=dice.randint(30, 900))
        done = begun + timedelta(minutes=dice.randint(60, 5000))
        answered = done + timedelta(minutes=dice.randint(60, 1500))
        answer = dice.choice(said["answers"])
        steps = [
            Step("accept", taker, accepted),
            Step("assign", taker, assigned, "", {"area": str(grid.id), "area_name": grid.name}),
            Step("handle", grid.worker, begun),
            Step("echo", grid.worker, done, f"已到现场，{answer}。"),
            Step("verify", officer, answered, "", {"outcome": "settled", "answer": f"{answer}。"}),
        ]
        if dice.random() > RATED:
            return steps, None
        score = dice.choice(SCORES)
        words = dice.choice(self.ratings[score])
        note = "，".join(part for part in (Rating.Score(score).label, words) if part)
        rating = Step(
            "rate",
            None,
            answered + timedelta(minutes=dice.randint(20, 2900)),
            note,
            {"score": score, "words": words},
            label="群众评价",
        )
        return [*steps, rating], rating

    def _due(self, since: datetime, stage: str) -> datetime:
        """By the limit of the stage that it is in."""
        rule = self.limits.rules[stage, ""]
        return terms.deadline(since, rule.amount, rule.unit, self.limits.calendar)

    def close(self) -> None:
        """Send all."""
        self.rows.close()
        self.rated.close()


def _asked(grid: Grid, at: datetime) -> list[Step]:
    """The grid has it in hand, and waits for a word of the resident."""
    return [
        Step("handle", grid.worker, at + timedelta(hours=11)),
        Step("ask_info", grid.worker, at + timedelta(hours=12), QUESTION),
    ]
