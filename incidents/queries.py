"""Reads of police incidents and hazards: lists, the repeat detector, the comparison of hazards by source."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Greatest
from django.utils import timezone

from grids.models import Term, Unit
from grids.queries import parameters
from grids.scope import posts_of
from incidents.models import Hazard, PoliceIncident, PoliceIncidentQuerySet
from matters.models import Matter

MATTER = {
    "kind": F("matter__kind"),
    "number": F("matter__number"),
    "title": F("matter__title"),
    "state": F("matter__state"),
    "outcome": F("matter__outcome"),
    "version": F("matter__version"),
    "occurred_at": F("matter__occurred_at"),
    "moved_at": F("matter__moved_at"),
    "due_at": F("matter__due_at"),
    "warn_at": F("matter__warn_at"),
    "closed_at": F("matter__closed_at"),
    "area_id": F("matter__area_id"),
    "place": F("matter__area__name"),
    "level_of_area": F("matter__area__level"),
    "above": F("matter__area__parent__name"),
    "handler_name": F("matter__handler__name"),
}


STREET_BEFORE = re.compile(r"^(?:\w{1,4}省)?(?:\w{1,4}市){0,2}\w{2,4}街道(?=.{2})")


def short_address(address: str) -> str:
    """`温岭市城东街道河边村一区26号` → `河边村一区26号`: inside a street its name need not be read again."""
    return STREET_BEFORE.sub("", address)


@dataclass(frozen=True)
class RepeatRule:
    """重复警情: from how many incidents at one address or by one party within `days` a card is shown
    (Parameters, [D]).
    """

    days: int
    yellow: int
    red: int

    def card(self, times: int) -> str:
        """red | yellow | "" for the n-th incident."""
        return "red" if times >= self.red else "yellow" if times >= self.yellow else ""


def repeat_rule() -> RepeatRule:
    """The rule as it stands now."""
    found = parameters("repeat_days", "repeat_yellow", "repeat_red")
    return RepeatRule(found["repeat_days"], found["repeat_yellow"], found["repeat_red"])


def _earlier(column: str, days: int) -> QuerySet[PoliceIncident, PoliceIncident]:
    """Incidents with the same non-empty value in `column`, in the same street, in the days before the outer
    one.
    """
    at = OuterRef("matter__occurred_at")
    return (
        PoliceIncident.objects.filter(
            **{column: OuterRef(column)},
            matter__occurred_at__lt=at,
            matter__occurred_at__gte=at - timedelta(days=days),
            matter__area__path__startswith=_street(OuterRef("matter__area__path")),
        )
        .exclude(**{column: ""})
        .order_by()
    )


def _street(path: Any) -> Func:
    """`/1/12/3/` → `/1/`."""
    return Func(path, function="substring", template="%(function)s(%(expressions)s from '^/[0-9]+/')")


def with_repeats(queryset: QuerySet[PoliceIncident, Any], days: int) -> Any:
    """Each incident with `by_address` and `by_caller`: the how-many-th of its address and of its caller it
    is (1 = first), and `repeats`, the larger of the two (domain.md: same address or party again within 30
    days).
    """

    def times(column: str) -> Any:
        counted = _earlier(column, days).annotate(
            n=Func(F("pk"), function="COUNT", output_field=IntegerField())
        )
        return Subquery(counted.values("n")) + 1

    return queryset.annotate(
        by_address=times("address_key"),
        by_caller=times("phone_index"),
        repeats=Greatest(F("by_address"), F("by_caller")),
    )


def earlier_of(incident: PoliceIncident, days: int) -> QuerySet[PoliceIncident, PoliceIncident]:
    """The incidents before this one that share its address or its caller, newest first; the caller scopes
    them.
    """
    same = Q(pk__in=[])
    for column in ("address_key", "phone_index"):
        if value := getattr(incident, column):
            same |= Q(**{column: value})
    at = incident.matter.occurred_at
    return (
        PoliceIncident.objects.filter(
            same,
            matter__occurred_at__lt=at,
            matter__occurred_at__gte=at - timedelta(days=days),
            matter__area__path__startswith=f"/{incident.matter.area.parent_ids[0]}/",
        )
        .select_related("matter__area")
        .order_by("-matter__occurred_at", "-pk")
    )


def incident_rows(user: Any, rule: RepeatRule) -> Any:
    """Incidents of the user's territory as plain rows for lists and exports, without anything personal."""
    seen = PoliceIncident.objects.within(user, "incidents.view")
    return with_repeats(seen, rule.days).values(
        "matter_id",
        "police_number",
        "incident_type",
        "level",
        "address",
        "placed",
        "police_unit",
        "attended_at",
        "attended_result",
        "to_mediation",
        "by_address",
        "by_caller",
        "repeats",
        **{name: column for name, column in MATTER.items() if name != "number"},
    )


def of_hazards(hazards: QuerySet[Hazard, Hazard]) -> Any:
    """Hazards as plain rows."""
    return hazards.values(
        "matter_id", "hazard_type", "level", "source", "description", "address", "target_id", **MATTER
    )


def hazard_rows(user: Any) -> Any:
    """Hazards of the user's territory as plain rows."""
    return of_hazards(Hazard.objects.within(user, "hazards.view"))


def by_source(queryset: QuerySet[Hazard, Any]) -> list[dict[str, Any]]:
    """三排查 compared: how many each source found, how many of those are mended, largest first."""
    settled = Q(matter__outcome=Matter.Outcome.SETTLED)
    return list(
        queryset.order_by()
        .values("source")
        .annotate(found=Count("pk"), closed=Count("pk", filter=settled))
        .order_by("-found", "source")
    )


def standing(user: Any) -> dict[str, int]:
    """How many incidents of the territory the last 24 hours brought, and how many wait to be placed."""
    recent = Q(matter__occurred_at__gte=timezone.now() - timedelta(hours=24))
    waiting = Q(placed=PoliceIncident.Placed.TRAY, matter__closed_at=None)
    seen: PoliceIncidentQuerySet = PoliceIncident.objects.within(user, "incidents.view")
    return seen.filter(recent | waiting).aggregate(
        day=Count("pk", filter=recent), tray=Count("pk", filter=waiting)
    )


SOURCE_OF_UNIT = {
    Unit.Kind.POLICE: {"police_check"},
    Unit.Kind.DEPARTMENT: {"department_assist"},
    Unit.Kind.TEAM: {"patrol"},
}


def sources_of(user: Any) -> set[str]:
    """Which hazard sources the user may report under, from rights and offices, so that 三排查 stays
    comparable.

    Who visits reports the grid census; an office its own check; the command room writes down what anybody
    brings.
    """
    found: set[str] = set()
    for post in posts_of(user):
        rights = post.role.rights
        if "hazards.report" not in rights:
            continue
        if "incidents.place" in rights:
            return set(Term.objects.filter(scheme="hazard_source").values_list("code", flat=True))
        office = SOURCE_OF_UNIT.get(Unit.Kind(post.unit.kind)) if post.unit else None
        found |= office or ({"grid_census"} if "visits.log" in rights else set())
    return found or {"citizen", "safety_manager", "patrol"}


def place_row(row: dict[str, Any]) -> dict[str, Any]:
    """The row with the names that `matters.queries.place_of` and `holder_of` read (an incident has a `level`
    of its own).
    """
    return {**row, "level": row["level_of_area"]}
