"""The hard rules of duty, once: generator, hand edits, leave and swaps all ask here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from shared.dates import local


@dataclass(frozen=True)
class Limits:
    """What must be kept: hours of rest between two shifts, night shifts within any seven days [D]."""

    rest_hours: int = 11
    nights: int = 3

    @property
    def rest(self) -> timedelta:
        """The rest as a length of time."""
        return timedelta(hours=self.rest_hours)


class Turn(NamedTuple):
    """One shift of a person, with no more than the rules need. `key` tells it from his others."""

    key: str
    day: date
    starts_at: datetime
    ends_at: datetime
    is_night: bool
    name: str


class Person(NamedTuple):
    """A person as the rules see him: days off (first, last), and whether he may work at night."""

    away: Sequence[tuple[date, date]] = ()
    nights: bool = True


def days_touched(turn: Turn) -> tuple[date, date]:
    """First and last day that has a part of the shift; one that ends at midnight does not touch the next."""
    last = local(turn.ends_at - timedelta(microseconds=1)).date()
    return local(turn.starts_at).date(), last


def away_at(turn: Turn, away: Sequence[tuple[date, date]]) -> bool:
    """Whether the person is on leave on a day that the shift touches."""
    first, last = days_touched(turn)
    return any(starts <= last and ends >= first for starts, ends in away)


def clash(one: Turn, two: Turn, limits: Limits) -> str:
    """Why one person cannot do both; "" where he can."""
    if one.starts_at > two.starts_at:
        one, two = two, one
    if two.starts_at < one.ends_at:
        return f"同一时间已排{one.name}（{_when(one)}）"
    if two.starts_at < one.ends_at + limits.rest:
        hours = (two.starts_at - one.ends_at).total_seconds() / 3600
        return f"离{_when(one)}的{one.name}只隔 {hours:g} 小时，不足 {limits.rest_hours} 小时"
    return ""


def _when(turn: Turn) -> str:
    starts = local(turn.starts_at)
    return f"{starts.month}月{starts.day}日 {starts:%H:%M}"


def too_many_nights(turn: Turn, others: Iterable[Turn], limits: Limits) -> bool:
    """Whether with this night shift some seven days in a row would hold more than allowed."""
    nights = sorted([turn.day, *(other.day for other in others if other.is_night)])
    week = timedelta(days=7)
    return any(sum(day <= night < day + week for night in nights) > limits.nights for day in nights)


def refusals(turn: Turn, person: Person, others: Sequence[Turn], limits: Limits) -> list[str]:
    """Every hard rule that would be broken if the person took the shift beside his others; empty = he may."""
    found = []
    if away_at(turn, person.away):
        found.append("请假")
    found += [why for other in others if other.key != turn.key and (why := clash(other, turn, limits))]
    if turn.is_night and not person.nights:
        found.append("不排夜班")
    elif turn.is_night and too_many_nights(turn, [o for o in others if o.key != turn.key], limits):
        found.append(f"7 天内夜班会超过 {limits.nights} 个")
    return found
