"""What a day holds for its reader: reads that join obligations, due visits and matters for the home page."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q, Subquery, Window

from digests.models import DigestKind, Schedule
from grids.kept import kept
from grids.models import Area, Target
from grids.queries import words
from grids.scope import posts_of
from incidents.models import PoliceIncident
from matters import obligations
from matters import queries as matter_reads
from matters.models import Matter, Obligation
from shared.dates import at, today
from shared.plain import Statement, statement

MOST = 60
State, Kind = Obligation.State, Obligation.Kind


@dataclass
class Sum:
    """expected = done + excused + open, by counting alone."""

    done: int = 0
    excused: int = 0
    open: int = 0

    @property
    def expected(self) -> int:
        """The sum of its parts: it cannot fail to add up."""
        return self.done + self.excused + self.open

    def add(self, state: str, n: int = 1) -> None:
        """Count `n` more in a state."""
        setattr(self, state, getattr(self, state) + n)


@dataclass
class Task:
    """One thing to do today: a visit that is due, or an incident or matter to answer; `obligation` where
    the alert asked for it.
    """

    due_at: date | datetime
    target: Target | None = None
    obligation: Obligation | None = None

    @property
    def kind(self) -> str:
        """What the alert asked for; "" for a visit that is merely due."""
        return self.obligation.kind if self.obligation else ""

    @property
    def urgency(self) -> datetime:
        """The moment by which it should be done; a day ends at midnight."""
        if isinstance(self.due_at, datetime):
            return self.due_at
        return at(self.due_at + timedelta(days=1), time.min)


@dataclass
class WorkerDay:
    """A grid worker's day, most urgent first. `day` is today, or before the morning alert the last day
    that had one.
    """

    day: date
    sum: Sum
    next: Task | None
    alarms: list[Task] = field(default_factory=list)
    visits: list[Task] = field(default_factory=list)
    chores: list[Task] = field(default_factory=list)
    answered: list[Obligation] = field(default_factory=list)
    waiting: list[Matter] = field(default_factory=list)
    echo_at: time | None = None
    labels: dict[str, str] = field(default_factory=dict)


def worker_day(user: Any) -> WorkerDay:
    """What the worker's grids must answer, what is due whether or not the alert ran, and what else waits;
    seven queries.
    """
    owed, day = _own(user)
    due = list(Target.objects.within(user, "visits.log").due(today()).order_by("due_on", "id")[:MOST])
    total = Sum()
    for obligation in owed:
        total.add(obligation.state)
    tasks = sorted(_tasks(owed, due), key=lambda task: task.urgency)
    rest = tasks[1:]
    known = words("key_person", "place_type")
    return WorkerDay(
        day=day,
        sum=total,
        next=tasks[0] if tasks else None,
        alarms=[t for t in rest if not t.target and t.kind in {Kind.INCIDENT, Kind.REPEAT}],
        visits=[t for t in rest if t.target],
        chores=[t for t in rest if not t.target and t.kind == Kind.OVERDUE],
        answered=[o for o in owed if o.state != State.OPEN],
        waiting=_waiting(user, {o.matter_id for o in owed if o.matter_id}),
        echo_at=echo_time(user),
        labels={**known["key_person"], **known["place_type"]},
    )


def _own(user: Any) -> tuple[list[Obligation], date]:
    """What the reader's own areas owe: of today, or before the morning alert of yesterday."""
    areas = [post.area_id for post in posts_of(user) if obligations.RIGHT in post.role.rights]
    days = (today() - timedelta(days=1), today())
    found = Obligation.objects.filter(area_id__in=areas, business_date__range=days)
    owed = obligations.told(found.select_related("target", "matter"))
    day = max((one.business_date for one in owed), default=today())
    return [one for one in owed if one.business_date == day], day


def _tasks(owed: Iterable[Obligation], due: Iterable[Target]) -> list[Task]:
    """Open obligations and due visits, a visit that is both only once."""
    pending = {o.target_id: o for o in owed if o.target_id and o.state == State.OPEN}
    tasks = [Task(target.due_on, target, pending.pop(target.pk, None)) for target in due]
    tasks += [Task(o.target.due_on, o.target, o) for o in pending.values() if o.target]
    for obligation in owed:
        if obligation.state == State.OPEN and not obligation.target_id:
            matter = obligation.matter
            tasks.append(Task((matter and matter.due_at) or obligation.due_at, None, obligation))
    return tasks


def _waiting(user: Any, asked: set[int] | None = None, most: int = 20) -> list[Matter]:
    """Matters whose next move is the reader's, besides those that the alert names already; each with how
    many there are in `all`.
    """
    mine = Matter.objects.filter(matter_reads.waiting_for(user)).exclude(pk__in=asked or ())
    counted = mine.annotate(all=Window(Count("id")))
    return list(counted.select_related("area").order_by("due_at", "id")[:most])


def echo_time(user: Any) -> time | None:
    """When the evening echo of the reader's street runs."""
    return next((hour for (hour,) in _echo(user)), None)


@kept
def _echo(user: Any) -> Statement:
    roots = {post.area.path.strip("/").partition("/")[0] for post in posts_of(user)}
    plan = Schedule.objects.filter(street__in=roots, kind=DigestKind.EVENING, is_active=True)
    return statement(plan.order_by("pk").values_list("at")[:1])


@dataclass
class Row:
    """One village or grid of a roll-up."""

    area_id: int
    name: str
    sum: Sum
    late_visits: int = 0


@dataclass
class Rollup:
    """A village's or street's day: the sum, where the gaps are, who waits for the reader."""

    day: date
    area: Area
    sum: Sum
    rows: list[Row]
    gaps: list[Obligation]
    waiting: list[Matter]
    waiting_count: int
    overdue_visits: int
    tray: int = 0
    echo_at: time | None = None


def rollup(user: Any, area: Area, *, visits: bool, tray: bool, most: int) -> Rollup:
    """The day of an area for a reader with `digests.view` in it; `visits`, `tray`: whether the reader may
    know of these; `most` lines of each list.
    """
    days = (today() - timedelta(days=1), today())
    under = Q(area__path__startswith=area.path)
    seen = Obligation.objects.within(user, "digests.view").filter(under, business_date__range=days)
    owed = seen.filter(business_date=Subquery(seen.order_by("-business_date").values("business_date")[:1]))
    day = today()
    places = "area__level", "area_id", "area__name", "area__parent_id", "area__parent__name"
    rows: dict[int, Row] = {}
    total = Sum()
    for on, *place, state, n in owed.values_list("business_date", *places, "state").annotate(n=Count("id")):
        row = _row(rows, area, *place)
        row.sum.add(state, n)
        total.add(state, n)
        day = on
    overdue = 0
    if visits:
        late = (
            Target.objects.within(user, "targets.view")
            .due(today() - timedelta(days=1))
            .filter(grid__path__startswith=area.path)
        )
        spots = "grid__level", "grid_id", "grid__name", "grid__parent_id", "grid__parent__name"
        for *place, n in late.values_list(*spots).annotate(n=Count("id")):
            _row(rows, area, *place).late_visits += n
            overdue += n
    gaps = (
        owed.filter(state=State.OPEN)
        .select_related("area", "target")
        .order_by("-carried", "due_at", "id")[:most]
    )
    waiting = _waiting(user, most=most)
    return Rollup(
        day=day,
        area=area,
        sum=total,
        rows=sorted(rows.values(), key=lambda row: (-row.sum.open, -row.late_visits, row.area_id)),
        gaps=list(gaps),
        waiting=waiting,
        waiting_count=waiting[0].all if waiting else 0,  # type: ignore[attr-defined]
        overdue_visits=overdue,
        tray=PoliceIncident.objects.within(user, "incidents.view").filter(placed="tray").count()
        if tray
        else 0,
        echo_at=echo_time(user),
    )


def _row(
    rows: dict[int, Row],
    area: Area,
    level: str,
    pk: int,
    name: str,
    parent_id: int | None,
    parent: str | None,
) -> Row:
    """The line of the roll-up that an area counts in: its village on a street's page, itself on a
    village's.
    """
    if area.level == Area.Level.STREET and level == Area.Level.GRID and parent_id is not None:
        pk, name = parent_id, parent or name
    return rows.setdefault(pk, Row(pk, name, Sum()))
