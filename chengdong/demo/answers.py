"""The obligations of past days: what each morning asked of a grid, and how it was answered."""

from datetime import date, datetime, timedelta
from random import Random

from chengdong.demo.copying import Table
from chengdong.demo.places import Grid
from chengdong.demo.plan import DAYS, Plan, moment, read
from matters.models import Obligation

RAISED, CUT_OFF = 8 * 60, 20 * 60
"""Minutes after midnight: the morning alert and the evening echo."""
EXCUSED = 0.3
"""Share of the evenings without an answer on which the worker says why."""


class Ledger:
    """Obligations of at most the last `DAYS` days before today; today's come with the real morning alert."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.start = max(plan.start, plan.until - timedelta(days=DAYS))
        self.excuses = read("words")["answers"]["excused"]
        self.rows = Table(Obligation)

    def ask(
        self,
        *,
        kind: str,
        title: str,
        grid: Grid,
        first: date,
        answered: datetime | None,
        answer: str,
        dice: Random,
        detail: str,
        colour: str = "",
        matter: int | None = None,
        target: int | None = None,
    ) -> None:
        """A thing asked for on each morning from `first` on, until it was answered or today has come.
        `detail` stands below the title.
        """
        last = self.plan.until - timedelta(days=1)
        if answered:
            last = min(last, answered.date())
        day = max(first, self.start)
        while day <= last:
            cut_off = moment(day, CUT_OFF)
            late = answered is None or answered > cut_off
            state, when, words = ("done", answered, answer) if answered else ("open", None, "")
            if late and dice.random() < EXCUSED:
                state, when, words = (
                    "excused",
                    cut_off - timedelta(minutes=dice.randint(20, 400)),
                    dice.choice(self.excuses),
                )
            missed = late and state != "excused"
            self.rows.add(
                kind=kind,
                area=grid.id,
                business_date=day,
                source=f"matter:{matter}" if matter else f"target:{target}",
                matter=matter,
                target=target,
                title=title,
                detail=detail[:200],
                colour=colour,
                raised_at=moment(day, RAISED),
                due_at=cut_off,
                carried=(day - first).days,
                state=state,
                answered_at=when,
                answered_by=grid.worker if when else None,
                answer=words,
                late=missed and state == "done",
                escalated_to=self._above(grid, day, first) if missed else None,
            )
            day += timedelta(days=1)

    @staticmethod
    def _above(grid: Grid, day: date, first: date) -> int:
        """What one evening leaves open goes up to the village, what two leave to the street."""
        return grid.village.id if day == first else grid.village.street

    def close(self) -> None:
        """Send all."""
        self.rows.close()
