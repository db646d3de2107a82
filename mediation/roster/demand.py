"""What stations need: the seats of some days, from patterns and from the departments that are there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5

from mediation.models import Presence, ShiftPattern
from mediation.models.roster import NIGHT_FROM, NIGHT_TO
from mediation.roster.rules import Turn
from shared.dates import at, local

SEATS = UUID("5d3a1f0e-7c1b-4c6e-9a57-3f1d3f0c8b21")
"""Namespace of seat numbers: a seat has the same number however often it is planned."""
EPOCH = date(2021, 1, 4)
"""A Monday, from which turns by week are counted."""


@dataclass(frozen=True)
class Seat:
    """One place to fill; `uid` is the number that calendars know it by."""

    station: int
    pattern: ShiftPattern
    department: int | None
    day: date
    seat: int
    starts_at: datetime
    ends_at: datetime

    @property
    def uid(self) -> UUID:
        """Made of what the seat is, so it never changes."""
        return uuid5(SEATS, f"{self.station}/{self.pattern.pk}/{self.department or 0}/{self.day}/{self.seat}")

    @property
    def is_night(self) -> bool:
        """Whether it has a part of the night."""
        return is_night(self.starts_at, self.ends_at)

    @property
    def turn(self) -> Turn:
        """The same for the rules."""
        return Turn(str(self.uid), self.day, self.starts_at, self.ends_at, self.is_night, self.pattern.name)


def is_night(starts_at: datetime, ends_at: datetime) -> bool:
    """Whether any part lies between NIGHT_FROM and NIGHT_TO o'clock in Shanghai."""
    day = local(starts_at).date()
    return any(
        starts_at < at(one, time(NIGHT_TO)) and ends_at > at(one, time(NIGHT_FROM))
        for one in (day, day + timedelta(days=1))
    )


def turn_of(presences: Sequence[Presence], day: date) -> list[int]:
    """The departments that are at a station on the day: the residents, and of those in rotation whose turn
    it is.
    """
    here = [p for p in presences if p.starts_on <= day and (p.ends_on is None or p.ends_on >= day)]
    found = [p.department_id for p in here if p.mode == Presence.Mode.RESIDENT]
    passed = (day - EPOCH).days
    for mode, number in ((Presence.Mode.WEEKLY, passed // 7), (Presence.Mode.DAILY, passed)):
        turning = [p.department_id for p in here if p.mode == mode]
        if turning:
            found.append(turning[number % len(turning)])
    return list(dict.fromkeys(found))


def seats_of(stations: Iterable[int], first: date, days: int) -> list[Seat]:
    """All seats of the stations on `days` days from the first, in order of time; two queries."""
    ids = sorted(set(stations))
    last = first + timedelta(days=days - 1)
    patterns = list(ShiftPattern.objects.filter(station__in=ids, is_active=True))
    presences = list(Presence.objects.on(first, last).filter(station__in=ids))
    found = []
    for offset in range(days):
        day = first + timedelta(days=offset)
        for pattern in patterns:
            if pattern.weekdays and day.weekday() not in pattern.weekdays:
                continue
            here = [p for p in presences if p.station_id == pattern.station_id]
            found += _seats(pattern, day, turn_of(here, day))
    return sorted(found, key=lambda seat: (seat.starts_at, seat.station, str(seat.uid)))


def _seats(pattern: ShiftPattern, day: date, departments: Sequence[int]) -> list[Seat]:
    starts = at(day, pattern.starts)
    ends = starts + timedelta(hours=pattern.hours)
    if pattern.kind == ShiftPattern.Kind.MEDIATOR:
        wanted: list[tuple[int | None, int]] = [(None, seat) for seat in range(pattern.need)]
    else:
        wanted = [(department, 0) for department in departments]
    return [
        Seat(pattern.station_id, pattern, department, day, seat, starts, ends) for department, seat in wanted
    ]
