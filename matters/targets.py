"""Where matters can be sent from the list: villages, grids and units of the reader's territory."""

from typing import Any

from accounts.models import User
from grids.models import Area, Unit
from grids.scope import within

ASSIGN = "matters.assign"


def target_groups(user: User) -> list[tuple[str, list[tuple[str, str]]]]:
    """Villages with their grids, then units that lie in one, as a grouped choice: `area:12`, `unit:3`."""
    below: Any = Area.objects.within(user, ASSIGN)
    areas = below.filter(is_active=True).exclude(level=Area.Level.STREET).order_by("path")
    names: dict[int, str] = {}
    groups: dict[int, list[tuple[str, str]]] = {}
    for pk, name, level, parent, above in areas.values_list(
        "id", "name", "level", "parent_id", "parent__name"
    ):
        village = parent if level == Area.Level.GRID else pk
        names.setdefault(village, above if level == Area.Level.GRID else name)
        label = name if level == Area.Level.GRID else f"{name}（全村社）"
        groups.setdefault(village, []).append((f"area:{pk}", label))
    found = [(names[village], choices) for village, choices in groups.items()]
    units = Unit.objects.filter(within(user, ASSIGN)).exclude(area__level=Area.Level.STREET).order_by("id")
    offices = [(f"unit:{pk}", name) for pk, name in units.values_list("id", "name")]
    return [*found, *([("单位", offices)] if offices else [])]
