"""Reads of diversions: who may see which, the list, and the two rates."""

from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone

from grids.models import Unit
from grids.queries.coverage import Ratio
from grids.scope import posts_of
from incidents.diversions.models import Diversion, DiversionQuerySet
from incidents.diversions.workflow import DIVERT, TAKE
from incidents.models import PoliceIncident
from shared.dates import day_span

ORDER = ("-diverted_at", "-id")
GONE = (Diversion.Ending.HANDED_BACK, Diversion.Ending.REASSIGNED, Diversion.Ending.CANCELLED)
VIEWS = (("running", "在办"), ("late", "有超时的"), ("ended", "已结束"), ("all", "全部"))


def seen_by(user: Any) -> DiversionQuerySet:
    """Both command rooms see their territory's; a unit's people see those that were passed on to it."""
    clause = Q(pk__in=[])
    for post in posts_of(user):
        here = Q(matter__area__path__startswith=post.area.path)
        if DIVERT in post.role.rights:
            clause |= here
        elif TAKE in post.role.rights:
            whole = post.unit is None or post.unit.kind == Unit.Kind.COMMAND
            clause |= here if whole else here & Q(unit=post.unit_id)
    return Diversion.objects.filter(clause)


def to_take(user: Any, most: int) -> list[Diversion]:
    """What was passed on to the user's own side and waits for its next step, the most pressing first."""
    clause = Q(pk__in=[])
    for post in posts_of(user):
        if TAKE in post.role.rights:
            whole = post.unit is None or post.unit.kind == Unit.Kind.COMMAND
            clause |= Q(matter__area__path__startswith=post.area.path, unit=None if whole else post.unit_id)
    found = with_rows(Diversion.objects.running().filter(clause, answered_at=None))
    return list(found.order_by(F("next_at").asc(nulls_last=True), "-diverted_at")[:most])


def with_rows(found: DiversionQuerySet) -> DiversionQuerySet:
    """Everything that a row shows, in the same query."""
    return found.select_related(
        "unit",
        "diverted_by",
        "matter__area__parent",
        "matter__handler",
        "matter__unit",
        "matter__police_incident",
    )


def late() -> Q:
    """Any step was, or by now is, past its limit."""
    now = timezone.now()
    clause = Q(ended_at=None, close_by__lt=now) | Q(ended_at__gt=F("close_by"))
    for at, limit in (
        ("signed_at", "sign_by"),
        ("contacted_at", "contact_by"),
        ("arrived_at", "arrive_by"),
    ):
        open_still = Q(**{at: None, f"{limit}__lt": now}, ended_at=None)
        if at == "arrived_at":
            open_still &= Q(answered_at=None)
        clause |= Q(**{f"{at}__gt": F(limit)}) | open_still
    return clause


def narrowed(found: DiversionQuerySet, view: str) -> DiversionQuerySet:
    """One of VIEWS."""
    if view == "running":
        return found.running()
    if view == "ended":
        return found.exclude(ended_at=None)
    return found.filter(late()) if view == "late" else found


def standing(found: DiversionQuerySet) -> dict[str, int]:
    """How many run, how many of these are late, how many still wait to be signed."""
    return found.running().aggregate(
        running=Count("pk"), late=Count("pk", filter=late()), unsigned=Count("pk", filter=Q(signed_at=None))
    )


def rates(user: Any, since: date, until: date) -> dict[str, Ratio]:
    """分流率 = passed on ÷ all incidents of these days; 快速化解率 = closed in time ÷ passed on in them.

    Those still within their time do not count yet (domain.md, KPIs).
    """
    first, end = day_span(since)[0], day_span(until)[1]
    incidents = PoliceIncident.objects.within(user, "incidents.view").filter(
        matter__occurred_at__gte=first, matter__occurred_at__lt=end
    )
    kept = Diversion.objects.filter(matter=OuterRef("pk")).exclude(ending__in=GONE)
    share = incidents.annotate(kept=Exists(kept)).aggregate(
        n=Count("pk"), passed=Count("pk", filter=Q(kept=True))
    )
    passed = seen_by(user).filter(diverted_at__gte=first, diverted_at__lt=end).exclude(ending__in=GONE)
    quick = passed.exclude(ended_at=None, close_by__gte=timezone.now()).aggregate(
        n=Count("pk"), quick=Count("pk", filter=Q(ended_at__lte=F("close_by")))
    )
    return {"diverted": Ratio(share["passed"], share["n"]), "quick": Ratio(quick["quick"], quick["n"])}
