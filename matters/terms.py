"""The arithmetic of deadlines: a limit from a moment, moved by pauses and extensions, and when to warn."""

from datetime import datetime, time, timedelta
from math import floor

from matters.models.clock import Unit
from matters.workdays import DAY, Calendar
from shared.dates import at, local

END = time(23, 59, 59)


def deadline(start: datetime, amount: int, unit: str, calendar: Calendar) -> datetime:
    """When the limit ends: minutes to the minute, days and working days with the end of the last one.

    The first day is the one after the start, so that who begins late in the day loses none.
    """
    if unit == Unit.MINUTES:
        return start + timedelta(minutes=amount)
    day = local(start).date()
    return at(calendar.add(day, amount) if unit == Unit.WORKDAYS else day + DAY * amount, END)


def paused(started: datetime, ended: datetime, unit: str, calendar: Calendar) -> int:
    """By how much a pause moves a deadline: days, working days, or seconds of a clock of minutes."""
    if unit == Unit.MINUTES:
        return int((ended - started).total_seconds())
    first, last = local(started).date(), local(ended).date()
    return calendar.between(first, last) if unit == Unit.WORKDAYS else (last - first).days


def moved(due: datetime, by: int, unit: str, calendar: Calendar) -> datetime:
    """The deadline later by what `paused` counted."""
    if unit == Unit.MINUTES:
        return due + timedelta(seconds=by)
    if by == 0:
        return due
    day = local(due).date()
    return at(calendar.add(day, by) if unit == Unit.WORKDAYS else day + DAY * by, END)


def extended(due: datetime, days: int, unit: str, calendar: Calendar) -> datetime:
    """The deadline later by days, counted as the clock counts; of 24 hours for a clock of minutes."""
    return moved(due, days * 86_400 if unit == Unit.MINUTES else days, unit, calendar)


def warning(due: datetime, limit: float, unit: str, percent: int, calendar: Calendar) -> datetime:
    """When `percent` of the limit is over: the rest of it, counted back from the deadline.

    Of working days each is a whole: of 7 the last 1.4 begin at 14:24 of the sixth.
    """
    left = limit * (100 - percent) / 100
    if unit == Unit.MINUTES:
        return due - timedelta(minutes=left)
    if unit == Unit.DAYS:
        return due - timedelta(days=left)
    whole = floor(left)
    day = calendar.back(local(due).date(), whole)
    return at(day, END) - timedelta(days=left - whole)
