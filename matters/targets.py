"""Where matters can be sent: villages and grids of the reader's territory, and every unit of its street."""

from typing import Any

from django.db.models import Q

from accounts.models import User
from grids.models import Area, Unit

ASSIGN = "matters.assign"


def target_groups(user: User) -> list[tuple[str, list[tuple[str, str]]]]:
    """Villages with their grids, then units by kind, as a grouped choice: `area:12`, `unit:3`."""
    below: Any = Area.objects.within(user, ASSIGN)
    areas = below.filter(is_active=True).exclude(level=Area.Level.STREET).order_by("path")
    names: dict[int, str] = {}
    groups: dict[int, list[tuple[str, str]]] = {}
    streets: set[str] = set()
    for pk, name, level, parent, above, path in areas.values_list(
        "id", "name", "level", "parent_id", "parent__name", "path"
    ):
        streets.add(path.split("/")[1])
        village = parent if level == Area.Level.GRID else pk
        names.setdefault(village, above if level == Area.Level.GRID else name)
        label = name if level == Area.Level.GRID else f"{name}（全村社）"
        groups.setdefault(village, []).append((f"area:{pk}", label))
    found = [(names[village], choices) for village, choices in groups.items()]
    return [*found, *_units(streets)]


def _units(streets: set[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The units of these streets, of which a move of one matter takes any too (matters/needs.py)."""
    inside = Q(pk__in=[])
    for street in streets:
        inside |= Q(area__path__startswith=f"/{street}/")
    units: dict[str, list[tuple[str, str]]] = {}
    for unit in Unit.objects.filter(inside).order_by("kind", "name", "id"):
        units.setdefault(unit.get_kind_display(), []).append((f"unit:{unit.pk}", unit.name))
    return list(units.items())
