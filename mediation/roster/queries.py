"""Reads of rosters: the grid of some days, gaps, hours per person, what a person has before him."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Q, QuerySet, Value, When
from django.utils import timezone

from accounts.models import User
from grids.models import Unit
from grids.scope import within
from mediation.models import Leave, Member, Presence, Proposal, Shift, ShiftPattern, Swap
from mediation.roster.demand import turn_of
from shared.dates import today

VIEW, MANAGE = "roster.view", "roster.manage"
IN_ORDER = Case(*(When(mode=mode, then=Value(n)) for n, mode in enumerate(Presence.Mode.values)))
"""常驻 first, then by week, then by day."""


def stations(user: Any, right: str = VIEW) -> QuerySet[Unit]:
    """Stations in the user's territory for the right, in order of their making."""
    found = Unit.objects.filter(within(user, right), kind=Unit.Kind.STATION, area__is_active=True)
    return found.select_related("area").order_by("pk")


def shifts(user: Any, right: str = VIEW) -> Any:
    """Standing shifts in the user's territory, with what a line shows."""
    return (
        Shift.objects.within(user, right)
        .standing()
        .select_related("station", "pattern", "department", "person")
    )


def shifts_of(station: Unit, first: date, days: int) -> list[Any]:
    """The station's standing shifts on the days, in order; one query."""
    found = Shift.objects.standing().filter(
        station=station, day__gte=first, day__lt=first + timedelta(days=days)
    )
    return list(
        found.select_related("pattern", "department", "person").order_by(
            "day", "pattern__position", "starts_at", "department_id", "seat"
        )
    )


@dataclass
class Day:
    """One row of the grid: the day, and for each column who is there."""

    day: date
    cells: dict[str, list[Any]]

    @property
    def gaps(self) -> int:
        """Empty seats of the day."""
        return sum(seat.person_id is None for seats in self.cells.values() for seat in seats)


@dataclass
class Board:
    """A roster as a table: columns are shifts of mediators, then those of departments."""

    columns: list[str]
    days: list[Day]
    hours: list["Load"] = field(default_factory=list)

    @property
    def gaps(self) -> list[Any]:
        """Empty seats, in order of time."""
        return [s for day in self.days for seats in day.cells.values() for s in seats if s.person_id is None]

    @property
    def unplanned(self) -> int:
        """Days without any seat: nothing was published for them."""
        return sum(not any(day.cells.values()) for day in self.days)


@dataclass
class Load:
    """What one person has: hours, shifts, nights, weekend shifts."""

    name: str
    department: str
    hours: float = 0
    shifts: int = 0
    nights: int = 0
    weekends: int = 0


@dataclass
class Spread:
    """The people of one kind at a station, by name, and how far apart their hours lie."""

    label: str
    people: list[Load]

    @property
    def least(self) -> float:
        """Fewest hours."""
        return min(load.hours for load in self.people)

    @property
    def most(self) -> float:
        """Most hours."""
        return max(load.hours for load in self.people)


def board(seats: Sequence[Any], first: date, days: int) -> Board:
    """The grid of shifts or of proposed shifts, which must be in order."""
    patterns: dict[int, ShiftPattern] = {seat.pattern_id: seat.pattern for seat in seats}
    ordered = sorted(patterns.values(), key=lambda p: (p.kind != "mediator", p.position, p.pk))
    columns = list(dict.fromkeys(pattern.name for pattern in ordered))
    by_day: dict[date, dict[str, list[Any]]] = {
        first + timedelta(days=n): {name: [] for name in columns} for n in range(days)
    }
    for seat in seats:
        if seat.day in by_day:
            by_day[seat.day][seat.pattern.name].append(seat)
    return Board(columns, [Day(day, cells) for day, cells in by_day.items()])


def spreads(seats: Iterable[Any]) -> list[Spread]:
    """Hours per person, mediators and departments apart, people by name: to see whether it is even, not a
    ranking.
    """
    loads: dict[tuple[str, int], Load] = {}
    for seat in seats:
        if seat.person_id is None:
            continue
        group = seat.department.name if seat.department else "调解员"
        load = loads.setdefault((group, seat.person_id), Load(seat.person.name, group))
        load.hours += seat.hours
        load.shifts += 1
        load.nights += seat.is_night
        load.weekends += seat.day.weekday() >= 5
    groups: dict[str, list[Load]] = defaultdict(list)
    for (group, _), load in loads.items():
        groups[group].append(load)
    return [
        Spread(group, sorted(people, key=lambda load: load.name))
        for group, people in sorted(groups.items(), key=lambda g: (g[0] != "调解员", g[0]))
    ]


def mine(user: User, days: int = 35) -> list[Any]:
    """The person's own shifts that are not over yet."""
    now = timezone.now()
    found = Shift.objects.standing().filter(
        person=user, ends_at__gt=now, starts_at__lt=now + timedelta(days=days)
    )
    return list(found.select_related("station", "pattern", "department").order_by("starts_at"))


def swaps_of(user: User) -> QuerySet[Swap]:
    """Swaps that the person asked for or was asked, newest first."""
    return (
        Swap.objects.filter(Q(asker=user) | Q(other=user))
        .select_related(
            "asker", "other", "given__pattern", "given__station", "taken__pattern", "taken__station"
        )
        .order_by("-pk")
    )


def swap_partners(shift: Shift) -> list[Any]:
    """The coming shifts of the others of the same station and kind, for which this one could be changed."""
    now = timezone.now()
    found = (
        Shift.objects.standing()
        .filter(
            station=shift.station_id,
            department=shift.department_id,
            starts_at__gt=now,
            starts_at__lt=max(now, shift.starts_at) + timedelta(days=14),
            person__isnull=False,
        )
        .exclude(person=shift.person_id)
    )
    return list(found.select_related("person", "pattern").order_by("starts_at", "pk")[:200])


def leaves_of(user: Any) -> QuerySet[Leave]:
    """The person's own leave, and what he may decide, newest first."""
    return (
        Leave.objects.filter(Q(person=user) | Q(pk__in=Leave.objects.within(user, MANAGE).values("pk")))
        .select_related("person", "decided_by")
        .order_by("-pk")
    )


def proposals(user: Any) -> QuerySet[Proposal]:
    """Proposals that the user may edit, newest first."""
    found: QuerySet[Proposal] = Proposal.objects.within(user, MANAGE)
    return found.select_related("asked_by", "published_by", "area").order_by("-pk")


def history_of(uid: Any) -> list[Shift]:
    """All versions of a shift, newest first."""
    found = Shift.objects.filter(uid=uid).select_related("person", "by", "pattern", "station", "department")
    return list(found.order_by("-version"))


def set_up_of(station: Unit) -> dict[str, Any]:
    """What a station's roster is made of: shifts, departments, people."""
    return {
        "patterns": list(ShiftPattern.objects.filter(station=station, is_active=True)),
        "presences": list(
            Presence.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today()), station=station)
            .select_related("department")
            .order_by(IN_ORDER, "position", "pk")
        ),
        "here": set(turn_of(list(Presence.objects.on().filter(station=station)), today())),
        "members": list(
            Member.objects.on()
            .filter(station=station)
            .select_related("person", "department")
            .order_by("department_id", "person__name")
        ),
    }
