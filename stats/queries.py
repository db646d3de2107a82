"""Rates over weeks: coverage and timeliness of visits, and the share of alerts answered in time."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from grids.models import Area
from grids.queries.coverage import Period, Ratio, Within
from grids.scope import paths_of
from matters.models import Obligation

RIGHT = "stats.view"
WEEKS = 12
BELOW = {Area.Level.STREET: "village", Area.Level.VILLAGE: "grid", Area.Level.COMMUNITY: "grid"}


def monday(day: date) -> date:
    """The first day of the day's week."""
    return day - timedelta(days=day.weekday())


def weeks(until: date, count: int = WEEKS) -> list[Period]:
    """The last weeks, oldest first; the last one ends on the day itself."""
    first = monday(until)
    whole = [Period(first - timedelta(7 * n), first - timedelta(7 * n - 6)) for n in range(count - 1, 0, -1)]
    return [*whole, Period(first, until)]


def same_days_before(period: Period) -> Period:
    """The same days of the week before: a running week is compared with no more than it has lived."""
    return Period(period.since - timedelta(7), period.until - timedelta(7))


def top_area(user: Any) -> Area | None:
    """The one area that holds the reader's whole territory for statistics; None where there are several."""
    paths = paths_of(user, RIGHT)
    return Area.objects.get(path=paths[0]) if len(paths) == 1 else None


def level_below(area: Area | None) -> str:
    """What an area is broken down by: streets, villages, grids; "" for a grid."""
    return BELOW.get(Area.Level(area.level), "") if area else "street"


def area_names(keys: Sequence[str]) -> dict[str, str]:
    """Area id as text → name."""
    found = Area.objects.filter(pk__in=[int(key) for key in keys]).values_list("id", "name")
    return {str(pk): name for pk, name in found}


@dataclass
class Answers:
    """Obligations of a period: raised, answered by their cut-off, and of these explained (已说明)."""

    raised: int = 0
    in_time: int = 0
    excused: int = 0

    @property
    def ratio(self) -> Ratio:
        """响应率 = answered by cut-off ÷ raised (domain.md, KPIs)."""
        return Ratio(self.in_time, self.raised)


def answers(
    where: Within, periods: Sequence[Period], *, by_village: bool = False
) -> dict[str, list[Answers]]:
    """Key ("0" or village id) → one count per period, in one query.

    What is open and not yet due is not counted yet.
    """
    inside = Q(pk__in=[])
    for path in where.paths:
        inside |= Q(area__path__startswith=path)
    since, until = min(p.since for p in periods), max(p.until for p in periods)
    rows = _daily(Obligation.objects.filter(inside), since, until)
    found: dict[str, list[Answers]] = defaultdict(lambda: [Answers() for _ in periods])
    for day, path, raised, in_time, excused in rows:
        parts = path.strip("/").split("/")
        key = (parts[1] if len(parts) > 1 else parts[0]) if by_village else "0"
        for n, period in enumerate(periods):
            if period.since <= day <= period.until:
                count = found[key][n]
                count.raised, count.in_time = count.raised + raised, count.in_time + in_time
                count.excused += excused
    return dict(found)


def _daily(obligations: QuerySet[Obligation], since: date, until: date) -> QuerySet[Obligation, Any]:
    answered = ~Q(state=Obligation.State.OPEN)
    return (
        obligations.filter(answered | Q(due_at__lte=timezone.now()), business_date__range=(since, until))
        .values_list("business_date", "area__path")
        .annotate(
            raised=Count("id"),
            in_time=Count("id", filter=answered & Q(late=False)),
            excused=Count("id", filter=Q(state=Obligation.State.EXCUSED, late=False)),
        )
    )


@dataclass
class Vital:
    """One rate over the weeks, the last one being now, and over the same days of the week before."""

    name: str
    ratios: list[Ratio]
    before: Ratio
    href: str
    goal: float | None = 1.0
    """What it should be; None where less is better (重复警情率)."""

    @property
    def now(self) -> Ratio:
        """This week's."""
        return self.ratios[-1]

    @property
    def values(self) -> list[float]:
        """For the line: weeks without a rate are left out."""
        return [ratio.rate for ratio in self.ratios if ratio.rate is not None]

    @property
    def change(self) -> float | None:
        """Percentage points against the same days of last week; None where either has no rate."""
        if self.now.rate is None or self.before.rate is None:
            return None
        return round((self.now.rate - self.before.rate) * 100, 1)

    @property
    def worse_word(self) -> str:
        """`走访率下降`, `重复警情率上升`: what getting worse means for it."""
        return f"{self.name}{'上升' if self.goal is None else '下降'}"

    @property
    def told(self) -> dict[str, str]:
        """The change in words, its kind and its arrow."""
        return told_change(self.change, less_is_better=self.goal is None)


def told_change(change: float | None, *, less_is_better: bool = False) -> dict[str, str]:
    """变差 1.9 个百分点, never an arrow alone."""
    if change is None:
        return {"change": "上周同期没有数", "kind": "", "way": "flat"}
    if abs(change) < 0.05:
        return {"change": "持平", "kind": "", "way": "flat"}
    better = (change < 0) == less_is_better
    return {
        "change": f"{'向好' if better else '变差'} {abs(change):g} 个百分点",
        "kind": "better" if better else "worse",
        "way": "up" if change > 0 else "down",
    }
