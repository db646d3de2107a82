"""Reads of police incidents: their lists and how they stand."""

import re
from datetime import timedelta
from typing import Any

from django.db.models import Count, F, Q
from django.utils import timezone

from incidents.models import PoliceIncident, PoliceIncidentQuerySet
from incidents.repeats.queries import RepeatRule, with_repeats

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
    return rows_of(PoliceIncident.objects.within(user, "incidents.view"), rule)


def rows_of(incidents: PoliceIncidentQuerySet, rule: RepeatRule) -> Any:
    """The same of incidents that the caller has scoped."""
    return with_repeats(incidents, rule.days).values(
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


def standing(user: Any) -> dict[str, int]:
    """How many incidents of the territory the last 24 hours brought, and how many wait to be placed."""
    recent = Q(matter__occurred_at__gte=timezone.now() - timedelta(hours=24))
    waiting = Q(placed=PoliceIncident.Placed.TRAY, matter__closed_at=None)
    seen: PoliceIncidentQuerySet = PoliceIncident.objects.within(user, "incidents.view")
    return seen.filter(recent | waiting).aggregate(
        day=Count("pk", filter=recent), tray=Count("pk", filter=waiting)
    )


def place_row(row: dict[str, Any]) -> dict[str, Any]:
    """The row with the names that `matters.queries.place_of` and `holder_of` read (an incident has a `level`
    of its own).
    """
    return {**row, "level": row["level_of_area"]}
