"""Reads of visits for lists: plain rows, narrowed by what the filter bar asks."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from grids.models import Area, Target, Visit
from grids.models.visit import VisitQuerySet
from grids.queries.targets import search, shown_name

ROW = (
    "id", "target_id", "target__kind", "target__name", "target__category", "grid_id", "grid__name",
    "visitor__name", "visited_at", "visited_on", "met", "result", "is_valid",
)  # fmt: skip


def narrowed(visits: VisitQuerySet, given: Mapping[str, Any]) -> VisitQuerySet:
    """Visits by `q` (who was visited), `area` (id, with all below it), `since`, `until`, `category`,
    `result`, `target`; empty ones ask nothing.
    """
    if given.get("q"):
        visits = visits.filter(target__in=search(Target.objects.all(), given["q"]))
    if given.get("area"):
        path = Area.objects.filter(pk=given["area"]).values_list("path", flat=True).first()
        visits = visits.filter(grid__path__startswith=path or "-")
    if given.get("since"):
        visits = visits.filter(visited_on__gte=given["since"])
    if given.get("until"):
        visits = visits.filter(visited_on__lte=given["until"])
    if given.get("category"):
        visits = visits.filter(target__category=given["category"])
    if given.get("target"):
        visits = visits.filter(target_id=given["target"])
    if given.get("result") == Visit.Met.NOBODY:
        visits = visits.filter(met=Visit.Met.NOBODY)
    elif given.get("result"):
        visits = visits.filter(result=given["result"])
    return visits


API_ROW = (*ROW, "client_id", "due_on", "chips")
API_NAMES = {
    "target_id": "target", "target__name": "target_name", "target__category": "category", "grid_id": "grid",
    "grid__name": "grid_name", "visitor__name": "visitor",
}  # fmt: skip


def api_row(row: dict[str, Any]) -> dict[str, Any]:
    """A plain row as the API gives it: short names, persons masked."""
    row["target__name"] = shown_name(row.pop("target__kind"), row["target__name"])
    return {API_NAMES.get(name, name): value for name, value in row.items()}


def rows(visits: VisitQuerySet) -> QuerySet[Visit, dict[str, Any]]:
    """What a list shows of each."""
    plain: QuerySet[Visit, dict[str, Any]] = visits.values(*ROW)
    return plain
