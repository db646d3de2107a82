"""按时办结率 and 重复警情率 over periods, and the obligations behind 响应率."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from grids.queries.coverage import Period, Ratio, Within
from incidents.models import PoliceIncident
from incidents.repeats.queries import repeat_rule, with_repeats
from matters.filters import due_between, kept_term
from matters.models import Matter, Obligation
from shared.dates import SHANGHAI, day_span

Daily = Iterable[tuple[date, str, int, int]]
"""Day, path of an area, how many of them are good, how many there are."""


def _inside(where: Within, column: str) -> Q:
    clause = Q(pk__in=[])
    for path in where.paths:
        clause |= Q(**{f"{column}__path__startswith": path})
    return clause


def _summed(daily: Daily, periods: Sequence[Period], *, by_village: bool) -> dict[str, list[Ratio]]:
    """Key ("0", or the village's id) → one ratio per period."""
    found: dict[str, list[Ratio]] = defaultdict(lambda: [Ratio()] * len(periods))
    for day, path, good, total in daily:
        parts = path.strip("/").split("/")
        ratios = found[(parts[1] if len(parts) > 1 else parts[0]) if by_village else "0"]
        for n, period in enumerate(periods):
            if period.since <= day <= period.until:
                ratios[n] = Ratio(ratios[n].numerator + good, ratios[n].denominator + total)
    return dict(found)


def _span(periods: Sequence[Period]) -> tuple[date, date]:
    return min(p.since for p in periods), max(p.until for p in periods)


def kept(where: Within, periods: Sequence[Period], *, by_village: bool = False) -> dict[str, list[Ratio]]:
    """按时办结率 = verified closures by their term ÷ matters whose term lay in the period (domain.md, KPIs).

    Open ones count as failures once their term has passed; what was withdrawn before it is not counted.
    """
    since, until = _span(periods)
    due = Matter.objects.filter(_inside(where, "area"), due_between(since, until), due_at__lte=timezone.now())
    daily = (
        due.annotate(day=TruncDate("due_at", tzinfo=SHANGHAI))
        .values_list("day", "area__path")
        .annotate(good=Count("id", filter=kept_term()), total=Count("id"))
    )
    return _summed(daily, periods, by_village=by_village)


def repeated(where: Within, periods: Sequence[Period], *, by_village: bool = False) -> dict[str, list[Ratio]]:
    """重复警情率 = incidents with an earlier one under the repeat rule ÷ all (domain.md, KPIs)."""
    since, until = _span(periods)
    incidents = PoliceIncident.objects.filter(
        _inside(where, "matter__area"),
        matter__occurred_at__gte=day_span(since)[0],
        matter__occurred_at__lt=day_span(until)[1],
    )
    daily = (
        with_repeats(incidents, repeat_rule().days)
        .annotate(day=TruncDate("matter__occurred_at", tzinfo=SHANGHAI), path=F("matter__area__path"))
        .values_list("day", "path")
        .annotate(good=Count("pk", filter=Q(repeats__gt=1)), total=Count("pk"))
    )
    return _summed(daily, periods, by_village=by_village)


def unanswered(where: Within, period: Period) -> QuerySet[Obligation, Any]:
    """The obligations behind the gap of 响应率: answered late, or open past their cut-off."""
    late = Q(late=True) | Q(state=Obligation.State.OPEN, due_at__lte=timezone.now())
    return Obligation.objects.filter(
        _inside(where, "area"), late, business_date__range=(period.since, period.until)
    ).select_related("area", "answered_by")
