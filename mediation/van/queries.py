"""Reads of van calls: what is open, what was, and how quickly it was answered."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Q
from django.utils import timezone

from grids.scope import within
from mediation.models import VanCall
from mediation.van.steps import Limit, State
from shared.dates import day_span

RELATED = ("van__station", "mediator", "area", "asked_by", "matter", "case")


def calls(user: Any) -> Any:
    """Calls in the reader's territory, of his own station's vans, and his own; with what a line shows."""
    mine = Q(mediator=user.pk) if user.pk else Q(pk__in=[])
    seen = within(user, "van.view") | within(user, "van.view", "van__station__area") | mine
    return VanCall.objects.filter(seen).select_related(*RELATED)


@dataclass(frozen=True)
class Measure:
    """How many calls kept a limit, of those in which it is decided."""

    limit: Limit
    kept: int
    decided: int


def measures(found: Any, bounds: tuple[Limit, ...]) -> list[Measure]:
    """For each limit: kept ÷ (kept + missed) of the calls that were not cancelled; still running
    ones are left out until their time is over. One query.
    """
    now, counts = timezone.now(), {}
    for limit in bounds:
        done = Q(**{f"{limit.stamp}__isnull": False})
        kept = done & Q(**{f"{limit.stamp}__lte": F("asked_at") + limit.within})
        counts[f"{limit.key}_kept"] = Count("pk", filter=kept)
        counts[f"{limit.key}_decided"] = Count("pk", filter=done | Q(asked_at__lt=now - limit.within))
    row = found.exclude(state=State.CANCELLED).order_by().aggregate(**counts)
    return [Measure(limit, row[f"{limit.key}_kept"], row[f"{limit.key}_decided"]) for limit in bounds]


def asked_between(found: Any, since: date, until: date) -> Any:
    """Calls asked for on the days, both included."""
    return found.filter(asked_at__gte=day_span(since)[0], asked_at__lt=day_span(until)[1])


def results(found: Any) -> dict[str, int]:
    """How closed calls ended: settled on the spot ÷ (settled + handed over)."""
    row: dict[str, int] = found.order_by().aggregate(
        settled=Count("pk", filter=Q(state=State.SETTLED)),
        ended=Count("pk", filter=Q(state__in=[State.SETTLED, State.HANDED_OVER])),
    )
    return row


def month_before(day: date) -> date:
    """The first of thirty days that end with the day."""
    return day - timedelta(days=29)
