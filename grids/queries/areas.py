"""Reads of the territory for choices, lists and maps."""

from typing import Any

from django.db.models import Q

from grids.kept import kept
from grids.models import Area
from grids.scope import paths_of
from shared.filters import id_of
from shared.plain import Statement, statement


def area_choices(user: Any, right: str, chosen: str = "") -> list[tuple[str, str]]:
    """Areas to filter by, within the user's territory: villages, and the grids of the chosen one (or of
    one's own), in one query.
    """
    rows = _areas(user, right, id_of(chosen))
    return [
        (str(pk), f"　{name}" if level == Area.Level.GRID and len(rows) > 1 else name)
        for pk, name, level, _ in rows
    ]


@kept
def _areas(user: Any, right: str, chosen: int | None) -> Statement:
    upper = Q(level__in=Area.VILLAGE_LEVELS)
    if chosen:
        upper |= Q(parent_id=chosen) | Q(parent__children=chosen)
    own = [path for path in paths_of(user, right) if path.count("/") > 2]
    for path in own:
        upper |= Q(path__startswith=path)
    areas = Area.objects.within(user, right).filter(upper, is_active=True).distinct().order_by("path")
    return statement(areas.values_list("pk", "name", "level", "path"))


API_ROW = ("id", "parent_id", "level", "name", "code", "aliases", "population", "path")


def api_row(row: dict[str, Any]) -> dict[str, Any]:
    """A plain row as the API gives it."""
    row.pop("path")
    row["parent"] = row.pop("parent_id")
    return row


def outlines(user: Any, right: str, level: str = "") -> dict[str, Any]:
    """GeoJSON FeatureCollection of the areas that have an outline."""
    areas = Area.objects.within(user, right).filter(is_active=True, outline__isnull=False)
    if level:
        areas = areas.filter(level=level)
    rows = areas.order_by("path").values_list("id", "name", "level", "parent_id", "outline")
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": pk,
                "geometry": outline,
                "properties": {"name": name, "level": depth, "parent": parent},
            }
            for pk, name, depth, parent, outline in rows
        ],
    }
