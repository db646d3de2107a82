"""Reads of the territory's pages: villages with their numbers, one village with its grids, its ranges."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q, QuerySet

from grids.models import AddressRule, Area, Post, Target
from grids.scope import within

WORKS = "visits.log"
"""Who holds this right in a grid works there: the grid's gap is that nobody does."""
VIEW, MANAGE = "areas.view", "areas.manage"
LIST = ("id", "name", "level", "aliases", "population", "parent_id", "parent__name")


def shown_to(user: Any) -> QuerySet[Area]:
    """Villages, communities and grids that the user may see, for reading or for upkeep."""
    seen = within(user, VIEW, "") | within(user, MANAGE, "")
    found: QuerySet[Area] = Area.objects.filter(seen, is_active=True).exclude(level=Area.Level.STREET)
    return found


def villages(user: Any, words: str = "") -> QuerySet[Area, dict[str, Any]]:
    """Plain rows of the villages and communities; `words` is part of a name or a whole former name."""
    found = shown_to(user).filter(level__in=Area.VILLAGE_LEVELS)
    if words := words.strip():
        found = found.filter(Q(name__icontains=words) | Q(aliases__contains=[words]))
    rows: QuerySet[Area, dict[str, Any]] = found.values(*LIST)
    return rows


@dataclass
class Worker:
    """Who works in an area: the person and what as."""

    name: str
    role: str


@dataclass
class Ground:
    """What there is in one village or grid today."""

    workers: dict[int, Worker] = field(default_factory=dict)
    targets: int = 0
    grids: int = 0
    gaps: int = 0


def grounds(areas: Iterable[tuple[int, int | None]]) -> dict[int, Ground]:
    """Workers and active targets by area id; `areas` are (id, parent id). Two queries."""
    ids = [pk for pk, _ in areas]
    found: dict[int, Ground] = defaultdict(Ground)
    held = Post.objects.on().filter(area__in=ids, role__rights__contains=[WORKS], user__is_active=True)
    people = held.order_by("id").values_list("area_id", "user_id", "user__name", "role__label")
    for area, user, name, role in people:
        found[area].workers[user] = Worker(name, role)
    counted = Target.objects.filter(grid__in=ids, is_active=True).values("grid").annotate(n=Count("id"))
    for area, n in counted.order_by().values_list("grid", "n"):
        found[area].targets = n
    return found


def with_grids(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of `villages` with a `ground` that sums up the village and its grids. Three queries."""
    ids = [row["id"] for row in rows]
    grids = list(
        Area.objects.filter(parent__in=ids, level=Area.Level.GRID, is_active=True).values_list(
            "id", "parent_id"
        )
    )
    own = grounds([*grids, *((pk, None) for pk in ids)])
    sums = {pk: Ground(dict(own[pk].workers), own[pk].targets) for pk in ids}
    for pk, parent in grids:
        if parent is not None:
            sums[parent].grids += 1
            sums[parent].gaps += not own[pk].workers
            sums[parent].targets += own[pk].targets
            sums[parent].workers |= own[pk].workers
    return [{**row, "ground": sums[row["id"]]} for row in rows]


def grids_of(area: Area) -> list[tuple[Area, Ground]]:
    """The grids of a village with what there is in each; of a grid, itself. Three queries."""
    here = Q(pk=area.pk) if area.level == Area.Level.GRID else Q(parent=area, level=Area.Level.GRID)
    grids = list(Area.objects.filter(here, is_active=True).order_by("id"))
    own = grounds([(grid.pk, grid.parent_id) for grid in grids])
    return [(grid, own[grid.pk]) for grid in grids]


def village_of(area: Area) -> Area:
    """The village of a grid; a village is its own."""
    return area.parent if area.level == Area.Level.GRID and area.parent else area


def ranges_of(area: Area) -> QuerySet[AddressRule]:
    """House-number ranges of a village with its grids, or of a grid."""
    here = Q(area=area) if area.level == Area.Level.GRID else Q(village=area)
    return AddressRule.objects.filter(here).select_related("area")


def ranges_managed(user: Any) -> QuerySet[AddressRule]:
    """Ranges whose village the user may see."""
    return AddressRule.objects.filter(area__in=shown_to(user).values("pk")).select_related(
        "area", "village", "village__parent"
    )
