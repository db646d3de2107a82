"""How many days may pass between visits, and the day on which the next one is owed."""

from collections.abc import Mapping
from datetime import date, timedelta

from grids.models import Target
from grids.queries import parameters

CODES = {colour: f"visit_days_{colour}" for colour in Target.Colour.values}


def interval_days() -> dict[str, int]:
    """Days between visits by colour (Parameters `visit_days_*` [D]), in one query."""
    found = parameters(*CODES.values())
    return {colour: found[code] for colour, code in CODES.items()}


def due_after(day: date, colour: str, days: Mapping[str, int]) -> date:
    """The last day of the next visit after one on `day` (or after enrolment on it)."""
    return day + timedelta(days=days[colour])


def due_recoloured(target: Target, colour: str, days: Mapping[str, int], on: date) -> date:
    """What is owed once the colour changes on a day: counted anew from the last visit.

    A stricter colour never makes a target overdue overnight; a visit that is overdue stays so in any colour.
    """
    if target.due_on < on:
        return target.due_on
    base = due_after(target.last_visit_on or target.enrolled_on, colour, days)
    if base >= on:
        return base
    return min(target.due_on, on)
