"""What the addresses of notices, of limits and of the to-do list stand for, as tests/guard.py asks."""

from datetime import date
from typing import Any
from uuid import uuid4

from matters.bulk import assign_many
from matters.models import CalendarDay, ClockRule
from tests.cast import Cast

Rows = list[tuple[str, str, list[tuple[Any, ...]]]]


def notice_world(cast: Cast) -> Rows:
    """Kinds of notices by their code, a limit and a day of the calendar: everywhere the same; a press of the
    command room is nobody else's."""
    day = CalendarDay.objects.create(day=date(2027, 2, 9), is_workday=False, name="春节")
    row, _ = assign_many(chosen={1: None}, area=cast.grid_a, actor=cast.command, client_id=uuid4())
    return [
        ("notices/templates/", "kind", [("morning", None)]),
        ("reference/clocks/", "pk", [(ClockRule.objects.get(kind="hazard", stage="verify").pk, None)]),
        ("reference/clocks/days/", "pk", [(day.pk, None)]),
        ("matters/bulk/", "client_id", [(row.client_id, None, cast.command)]),
    ]
