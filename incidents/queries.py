"""Reads of police incidents and hazards: lists, and the comparison of hazards by source."""

import re
from datetime import timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from grids.models import Term, Unit
from grids.scope import posts_of
from incidents.models import Hazard, PoliceIncident, PoliceIncidentQuerySet
from incidents.repeats.queries import RepeatRule, with_repeats
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
    "unit_name": F("matter__unit__name"),
    "paused_at": F("matter__paused_at"),
}


STREET_BEFORE = re.compile(r"^(?:\w{1,4}省)?(?:\w{1,4}市){0,2}\w{2,4}街道(?=.{2})")


def short_address(address: str) -> str:
    """`温岭市城东街道河边村一区26号` → `河边村一区26号`: inside a street its name need not be read again."""
    return STREET_BEFORE.sub("", address)


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
