"""The obligations of past days: what each morning asked of a grid, and how it was answered."""

from datetime import date, timedelta
from random import Random

from chengdong.demo.copying import Table
from chengdong.demo.places import Grid
from chengdong.demo.plan import DAYS, Plan, moment, read
from matters.models import Obligation

CUT_OFF = 20 * 60
"""Minutes after midnight: the evening echo."""


class Ledger:
    """Writes obligations for at most the last `DAYS` days before today; today's come with the real morning alert."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.start = max(plan.start, plan.until - timedelta(days=DAYS))
        self.excuses = read("words")["answers"]["excused"]
        self.rows = Table(
            Obligation, "kind", "area", "business_date", "source", "matter", "target", "title", "detail", "due_at",
            "carried", "state", "answered_at", "answered_by", "answer", "late", "escalated_to",
        )  # fmt: skip

    def visit(
        self, target: int, name: str, grid: Grid, due: date, visited: tuple[date, int] | None, dice: Random
    ) -> None:  # fmt: skip
        """A visit owed from `due` on, on each morning until it was made (`visited`: day and minutes after midnight)."""
        last = min(visited[0] if visited else self.plan.until, self.plan.until - timedelta(days=1))
        self._ask("visit", f"target:{target}", None, target, name, grid, due, last, visited, "已走访", dice)

    def matter(
        self, kind: str, matter: int, title: str, grid: Grid, day: date, answered: tuple[date, int] | None, answer: str,
        dice: Random,
    ) -> None:  # fmt: skip
        """A matter asked for from `day` on, until it was answered."""
        last = min(answered[0] if answered else self.plan.until, self.plan.until - timedelta(days=1))
        self._ask(kind, f"matter:{matter}", matter, None, title, grid, day, last, answered, answer, dice)

    def _ask(
        self, kind: str, source: str, matter: int | None, target: int | None, title: str, grid: Grid, first: date,
        last: date, answered: tuple[date, int] | None, answer: str, dice: Random,
    ) -> None:  # fmt: skip
        day = max(first, self.start)
        answered_at = moment(*answered) if answered else None
        while day <= last:
            cut_off = moment(day, CUT_OFF)
            late = answered_at is None or answered_at > cut_off
            if late and dice.random() < 0.3:
                excused_at = moment(day, CUT_OFF - dice.randint(20, 400))
                state, when, who, words = "excused", excused_at, grid.worker, dice.choice(self.excuses)
            elif answered_at:
                state, when, who, words = "done", answered_at, grid.worker, answer
            else:
                state, when, who, words = "open", None, None, ""
            self.rows.add(
                kind, grid.id, day, source, matter, target, title, "", cut_off, (day - first).days, state, when, who,
                words, late and state == "done", grid.village.id if late and state != "excused" else None,
            )  # fmt: skip
            day += timedelta(days=1)

    def close(self) -> None:
        """Send all."""
        self.rows.close()
