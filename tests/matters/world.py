"""What the addresses of notices and of limits stand for, as tests/guard.py asks."""

from datetime import date
from typing import Any

from grids.models import Area
from matters.models import CalendarDay, ClockRule
from tests.cast import Cast

Rows = list[tuple[str, str, list[tuple[Any, Area | None]]]]


def notice_world(_: Cast) -> Rows:
    """Kinds of notices by their code, a limit and a day of the calendar: everywhere the same."""
    day = CalendarDay.objects.create(day=date(2027, 2, 9), is_workday=False, name="春节")
    return [
        ("notices/templates/", "kind", [("morning", None)]),
        ("reference/clocks/", "pk", [(ClockRule.objects.get(kind="hazard", stage="verify").pk, None)]),
        ("reference/clocks/days/", "pk", [(day.pk, None)]),
    ]
