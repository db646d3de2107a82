"""Who may be put on a roster, and what binds each of them: membership, leave, shifts that stand."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, time, timedelta
from typing import Any

from django.db.models import F, QuerySet, Value
from django.utils import timezone

from accounts.models import User
from grids.models import Post, Unit
from grids.queries import parameters
from mediation.models import Leave, Member, Shift
from mediation.roster.rules import Limits, Person, Turn
from mediation.roster.solver import Worker
from shared.dates import at, day_span

AROUND = timedelta(days=8)
"""So far before and after a plan other shifts matter: seven days of nights, and rest."""


def limits() -> Limits:
    """The rules' numbers as they stand: Parameters `roster_rest_hours` and `roster_nights_week` [D]."""
    found = parameters("roster_rest_hours", "roster_nights_week")
    return Limits(rest_hours=found["roster_rest_hours"], nights=found["roster_nights_week"])


def as_turn(shift: Any) -> Turn:
    """A published or proposed shift for the rules; needs `pattern`."""
    return Turn(str(shift.uid), shift.day, shift.starts_at, shift.ends_at, shift.is_night, shift.pattern.name)


def standing_turns(
    people: Collection[int], first: date, last: date, *, without: Iterable[int] = ()
) -> dict[int, list[Turn]]:
    """The shifts that stand for each person around the days, in order. Those of the stations `without` that
    have not begun count only outside the days themselves: they are about to be replaced.
    """
    left_out, now = set(without), timezone.now()
    found: dict[int, list[Turn]] = defaultdict(list)
    rows = (
        Shift.objects.standing()
        .filter(
            person__in=people,
            starts_at__gte=at(first - AROUND, time.min),
            starts_at__lt=day_span(last + AROUND)[1],
        )
        .select_related("pattern")
        .order_by("starts_at")
    )
    for shift in rows:
        replaced = shift.station_id in left_out and first <= shift.day <= last and shift.starts_at > now
        if not replaced:
            found[shift.person_id].append(as_turn(shift))  # type: ignore[index]
    return found


def bounds(people: Collection[int], first: date, last: date) -> dict[int, Person]:
    """Leave in force around the days, and who works no nights."""
    away: dict[int, list[tuple[date, date]]] = defaultdict(list)
    leaves = Leave.objects.in_force().filter(
        person__in=people, starts_on__lte=last + AROUND, ends_on__gte=first - AROUND
    )
    for person, starts, ends in leaves.values_list("person", "starts_on", "ends_on"):
        away[person].append((starts, ends))
    no_nights = set(
        Member.objects.on(first, last)
        .filter(person__in=people, nights=False)
        .values_list("person", flat=True)
    )
    return {person: Person(tuple(away[person]), person not in no_nights) for person in people}


def workers(stations: Collection[int], first: date, last: date) -> tuple[list[Worker], dict[int, str]]:
    """Everybody who can be planned at the stations, and their names; four queries.

    A day on which the membership does not hold counts as a day off.
    """
    members = list(
        Member.objects.on(first, last)
        .filter(station__in=stations, person__is_active=True)
        .values_list("person", "station", "department", "starts_on", "ends_on", "person__name")
    )
    ids = sorted({row[0] for row in members})
    fixed, bound = standing_turns(ids, first, last, without=stations), bounds(ids, first, last)
    groups: dict[int, set[tuple[int, int | None]]] = defaultdict(set)
    away: dict[int, list[tuple[date, date]]] = {person: list(bound[person].away) for person in ids}
    for person, station, department, starts, ends, _ in members:
        groups[person].add((station, department))
        if starts > first:
            away[person].append((first, starts - timedelta(days=1)))
        if ends and ends < last:
            away[person].append((ends + timedelta(days=1), last))
    found = [
        Worker(
            person,
            frozenset(groups[person]),
            Person(tuple(away[person]), bound[person].nights),
            tuple(fixed[person]),
        )
        for person in ids
    ]
    return found, {row[0]: row[5] for row in members}


def members_of(station: int, department: int | None, day: date) -> QuerySet[User]:
    """Who may sit on a seat of the station and department on the day."""
    held = Member.objects.on(day).filter(station=station, department=department)
    return User.objects.filter(is_active=True, pk__in=held.values("person")).order_by("name", "pk")


def managers_of(station: Unit) -> list[int]:
    """Who answers for the station's roster: holders of `roster.manage` over its area."""
    posts = Post.objects.on().filter(role__rights__contains=["roster.manage"], user__is_active=True)
    over = posts.annotate(path=Value(station.area.path)).filter(path__startswith=F("area__path"))
    return list(over.values_list("user", flat=True).distinct())


def lock_people(ids: Iterable[int]) -> None:
    """Everybody whose duty is about to change, always in one order: of two writers one waits for
    the other.
    """
    wanted = sorted({person for person in ids if person})
    list(User.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk").values_list("pk"))
