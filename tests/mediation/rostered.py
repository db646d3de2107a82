"""A station with shifts and people, as rows: for rosters and vans."""

from datetime import date, time, timedelta
from uuid import uuid4

from accounts.models import User
from grids.models import Area, Post, Role, Unit
from mediation.models import Member, Presence, Proposal, Shift, ShiftPattern, Van
from mediation.roster.demand import Seat
from mediation.roster.workflow import ask_proposal
from mediation.roster.workflow.proposals import run
from shared.dates import at, today
from tests.cast import Cast

SHIFTS = (("夜班", time(0), 8), ("白班", time(8), 8), ("晚班", time(16), 8))


def person(name: str, area: Area, role: str = "mediator", unit: Unit | None = None) -> User:
    """A user with one post."""
    user = User.objects.create(username=uuid4().hex[:20], name=name)
    held_since = today() - timedelta(days=100)
    Post.objects.create(
        user=user, area=area, unit=unit, role=Role.objects.get(code=role), starts_on=held_since
    )
    return user


def patterns(station: Unit) -> list[ShiftPattern]:
    """Three shifts around the clock and a desk on workdays."""
    around = [
        ShiftPattern.objects.create(
            station=station, kind="mediator", name=name, starts=starts, hours=hours, position=n
        )
        for n, (name, starts, hours) in enumerate(SHIFTS)
    ]
    desk = ShiftPattern.objects.create(
        station=station,
        kind="department",
        name="部门坐班",
        starts=time(8, 30),
        hours=8,
        weekdays=[0, 1, 2, 3, 4],
        position=9,
    )
    return [*around, desk]


def rostered(cast: Cast, *, mediators: int = 6, station: Unit | None = None) -> list[User]:
    """The cast's station with shifts, a resident department (公安) with two people, and mediators."""
    station = station or cast.station
    patterns(station)
    police = department(cast, "公安")
    Presence.objects.create(station=station, department=police, mode="resident", starts_on=date(2021, 1, 1))
    since = today() - timedelta(days=50)
    people = [person(f"调解员{n}", station.area, unit=station) for n in range(mediators)]
    for user in people:
        Member.objects.create(station=station, person=user, starts_on=since)
    for n in range(2):
        officer = person(f"民警{n}", cast.street, "liaison", police)
        Member.objects.create(station=station, person=officer, department=police, starts_on=since)
    return people


def department(cast: Cast, name: str) -> Unit:
    """A department of the street."""
    return Unit.objects.get_or_create(kind="department", name=name, area=cast.street)[0]


def head_of(cast: Cast, station: Unit | None = None) -> User:
    """The station's head: plans its roster and no other."""
    station = station or cast.station
    return person("站长示例", station.area, "station_head", station)


def monday() -> date:
    """The first day of next week."""
    return today() + timedelta(days=7 - today().weekday())


def proposal(cast: Cast, actor: User | None = None, *, days: int = 7, first: date | None = None) -> Proposal:
    """A proposal of the cast's station, made."""
    asked, _ = ask_proposal(
        actor=actor or cast.command,
        client_id=uuid4(),
        stations=[cast.station],
        starts_on=first or monday(),
        days=days,
    )
    run(asked.pk)
    asked.refresh_from_db()
    return asked


def shift(station: Unit, who: User | None, day: date, pattern: str = "白班", **fields: object) -> Shift:
    """A published shift as a row."""
    found = ShiftPattern.objects.get(station=station, name=pattern)
    starts = at(day, found.starts)
    seat = Seat(station.pk, found, None, day, 0, starts, starts + timedelta(hours=found.hours))
    return Shift.objects.create(
        uid=seat.uid,
        station=station,
        pattern=found,
        day=day,
        starts_at=seat.starts_at,
        ends_at=seat.ends_at,
        is_night=seat.is_night,
        person=who,
        **fields,
    )


def van(station: Unit, plate: str = "浙J·D0001") -> Van:
    """A van."""
    return Van.objects.create(station=station, name="调解1号车", plate=plate)
