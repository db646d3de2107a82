"""Reads of hazards: rows of lists, what counts as due, rectified in time and repeated, and the comparison of
the sources."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import TruncMonth
from django.utils import timezone

from grids.models import Area
from grids.queries import parameters
from incidents.models import Hazard
from incidents.queries import MATTER
from matters.models import Event, Matter
from shared.dates import SHANGHAI, day_span

THREE = ("grid_census", "police_check", "department_assist")
"""三排查."""
NO_HAZARD = (
    Matter.Outcome.CANCELLED,
    Matter.Outcome.NOT_OURS,
    Matter.Outcome.UNFOUNDED,
    Matter.Outcome.PASSED_ON,
)
"""Endings after which there was nothing for the street to rectify."""


def of_hazards(hazards: QuerySet[Hazard, Hazard]) -> Any:
    """Hazards as plain rows."""
    return hazards.values(
        "matter_id", "hazard_type", "level", "source", "description", "address", "target_id", **MATTER
    )


def hazard_rows(user: Any) -> Any:
    """Hazards of the user's territory as plain rows."""
    return of_hazards(Hazard.objects.within(user, "hazards.view"))


def found_between(since: date | None, until: date | None) -> Q:
    """Hazards that were found on these days, both included."""
    return _between("matter__occurred_at", since, until)


def due_between(since: date | None, until: date | None) -> Q:
    """Hazards that fell due on these days: the term has come, or was met before it came; what turned out to
    be none is left out.
    """
    come = Q(matter__due_at__lte=timezone.now()) | Q(matter__outcome=Matter.Outcome.SETTLED)
    due = Q(matter__due_at__isnull=False) & come & ~Q(matter__outcome__in=NO_HAZARD)
    return due & _between("matter__due_at", since, until)


def in_time() -> Q:
    """Re-inspected and found in order by the deadline: the numerator of 隐患整改率 (domain.md, KPIs)."""
    return Q(matter__outcome=Matter.Outcome.SETTLED, matter__closed_at__lte=F("matter__due_at"))


def _between(column: str, since: date | None, until: date | None) -> Q:
    clause = Q()
    if since:
        clause &= Q(**{f"{column}__gte": day_span(since)[0]})
    if until:
        clause &= Q(**{f"{column}__lt": day_span(until)[1]})
    return clause


def repeat_days() -> int:
    """Within how many days a hazard of the same type at the same place counts as a repeat (Parameter)."""
    return parameters("hazard_repeat_days")["hazard_repeat_days"]


def again(days: int) -> Q:
    """The same type was found at the same place in the days before."""
    at = OuterRef("matter__occurred_at")
    earlier = Hazard.objects.filter(
        hazard_type=OuterRef("hazard_type"),
        matter__occurred_at__lt=at,
        matter__occurred_at__gte=at - timedelta(days=days),
    ).exclude(matter__outcome__in=NO_HAZARD)
    same_target = Exists(earlier.filter(target=OuterRef("target")))
    same_address = Exists(earlier.filter(address_key=OuterRef("address_key")).exclude(address_key=""))
    return Q(same_target) | Q(same_address)


def failed() -> Q:
    """A re-inspection found it not in order and sent it back."""
    return Q(Exists(Event.objects.filter(matter=OuterRef("matter"), action="redo")))


def repeated(days: int) -> Q:
    """重复: found again, or failed a re-inspection."""
    return again(days) | failed()


def earlier_of(hazard: Hazard, days: int) -> QuerySet[Hazard, Hazard]:
    """Hazards of the same type at the same place in the days before, newest first; the caller scopes them."""
    same = Q(pk__in=[])
    if hazard.target_id:
        same |= Q(target=hazard.target_id)
    if hazard.address_key:
        same |= Q(address_key=hazard.address_key)
    at = hazard.matter.occurred_at
    rows = Hazard.objects.filter(
        same,
        hazard_type=hazard.hazard_type,
        matter__occurred_at__lt=at,
        matter__occurred_at__gte=at - timedelta(days=days),
    ).exclude(matter__outcome__in=NO_HAZARD)
    return rows.select_related("matter__area__parent").order_by("-matter__occurred_at", "-pk")


@dataclass
class Tally:
    """What one source brought in a period: found, repeated of these, fallen due, rectified in time of
    these."""

    found: int = 0
    repeats: int = 0
    due: int = 0
    in_time: int = 0

    def add(self, row: "Tally") -> None:
        """Sum up."""
        self.found += row.found
        self.repeats += row.repeats
        self.due += row.due
        self.in_time += row.in_time


Tallies = dict[str, dict[str, Tally]]
"""Key of a part (village id as text, month, "" = all) → source → tally."""


@dataclass(frozen=True)
class Asked:
    """Whose hazards, of which area, on which days."""

    user: Any
    since: date
    until: date
    area: Area | None = None

    def rows(self) -> QuerySet[Hazard, Any]:
        """All hazards that lie in the territory and area."""
        seen: QuerySet[Hazard, Any] = Hazard.objects.within(self.user, "hazards.view")
        return seen.filter(matter__area__path__startswith=self.area.path) if self.area else seen


def by_village(asked: Asked) -> Tallies:
    """Every village (or the street, for what still lies with it) by source, in one query; key "" sums up."""
    found, due = found_between(asked.since, asked.until), due_between(asked.since, asked.until)
    again_days = repeat_days()
    rows = (
        asked.rows()
        .filter(found | due)
        .order_by()
        .values_list("source", "matter__area__path")
        .annotate(
            found=Count("pk", filter=found),
            repeats=Count("pk", filter=found & repeated(again_days)),
            due=Count("pk", filter=due),
            in_time=Count("pk", filter=due & in_time()),
        )
    )
    return _summed((_village(path), source, Tally(*counts)) for source, path, *counts in rows)


def _village(path: str) -> str:
    parts = path.strip("/").split("/")
    return parts[1] if len(parts) > 1 else parts[0]


def by_month(asked: Asked) -> Tallies:
    """Every month of the period by source: found by the month in which it was, due by that of its term."""
    found, due = found_between(asked.since, asked.until), due_between(asked.since, asked.until)
    came = (
        asked.rows()
        .filter(found)
        .order_by()
        .annotate(month=TruncMonth("matter__occurred_at", tzinfo=SHANGHAI))
        .values_list("month", "source")
        .annotate(found=Count("pk"), repeats=Count("pk", filter=repeated(repeat_days())))
    )
    fell = (
        asked.rows()
        .filter(due)
        .order_by()
        .annotate(month=TruncMonth("matter__due_at", tzinfo=SHANGHAI))
        .values_list("month", "source")
        .annotate(due=Count("pk"), in_time=Count("pk", filter=in_time()))
    )
    return _summed(
        [
            *((f"{month:%Y-%m}", source, Tally(*counts)) for month, source, *counts in came),
            *((f"{month:%Y-%m}", source, Tally(0, 0, *counts)) for month, source, *counts in fell),
        ]
    )


def _summed(rows: Iterable[tuple[str, str, Tally]]) -> Tallies:
    found: Tallies = defaultdict(lambda: defaultdict(Tally))
    for key, source, tally in rows:
        for part in {key, ""}:
            for name in (source, ""):
                found[part][name].add(tally)
    return {part: dict(tallies) for part, tallies in found.items()}


def my_hazards(user: Any) -> Any:
    """What the user reported, whatever he may see otherwise, as plain rows."""
    return of_hazards(Hazard.objects.filter(matter__reporter=user))


def standing(hazards: QuerySet[Any, Any]) -> dict[str, int]:
    """How many there are, how many are open, overdue, settled."""
    rows = Hazard.objects.filter(pk__in=hazards.order_by().values("matter_id"))
    late = Q(matter__closed_at=None, matter__due_at__lt=timezone.now())
    return rows.aggregate(
        found=Count("pk"),
        open=Count("pk", filter=Q(matter__closed_at=None)),
        overdue=Count("pk", filter=late),
        settled=Count("pk", filter=Q(matter__outcome=Matter.Outcome.SETTLED)),
    )
