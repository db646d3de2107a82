"""Every write on villages, grids and house-number ranges, by who keeps them (`areas.manage`).

The importer of areas (grids/imports/areas.py) writes the same rows from a sheet, by the same rules.
"""

from collections.abc import Sequence

import pghistory
from django.db import transaction

from accounts.models import User
from grids.areas.queries import MANAGE, VIEW, village_of
from grids.imports import addresses
from grids.imports.area_cells import Stretch
from grids.imports.territory import ordinal
from grids.models import AddressRule, Area, Post, Target
from grids.people.queries import not_ended
from grids.scope import covers
from shared.errors import Conflict, InvalidInput, NotAllowed, NotFound


def managed(actor: User, area: Area) -> Area:
    """The area itself. Raises NotFound outside the actor's territory, NotAllowed where he may only look."""
    if covers(actor, MANAGE, area):
        return area
    if covers(actor, VIEW, area):
        raise NotAllowed("您可以看这个村社，但不能改。请联系街道指挥室。")
    raise NotFound("没有找到这个区域，或它不在您的辖区。")


def _locked(actor: User, area: Area) -> Area:
    """The area, managed, with its village locked: writes on one village follow each other."""
    Area.objects.select_for_update().get(pk=village_of(area).pk)
    fresh = Area.objects.select_for_update(of=("self",)).select_related("parent").get(pk=area.pk)
    return managed(actor, fresh)


@transaction.atomic
def edit_area(
    *, actor: User, area: Area, population: int, code: str, aliases: Sequence[str] | None = None
) -> Area:
    """New population, code and former names (None: as they are).

    Raises NotFound, NotAllowed; InvalidInput where a former name is another village's, since an address would
    then mean both.
    """
    locked = _locked(actor, area)
    if aliases is not None:
        locked.aliases = [name for name in dict.fromkeys(aliases) if name != locked.name]
        _check_aliases(locked)
    locked.population, locked.code = population, code
    with pghistory.context(actor=actor.pk, action="edit_area"):
        locked.save(update_fields=["aliases", "population", "code"])
    return locked


def _check_aliases(village: Area) -> None:
    others = Area.objects.filter(
        parent=village.parent, level__in=Area.VILLAGE_LEVELS, is_active=True
    ).exclude(pk=village.pk)
    known = {addresses.plain(name): other for other in others for name in (*other.aliases, other.name)}
    for name in village.aliases:
        if (other := known.get(addresses.plain(name))) is not None:
            raise InvalidInput(
                f"“{name}”已经是{other.name}的名称或曾用名，请先到{other.name}去掉。", field="aliases"
            )


@transaction.atomic
def add_range(*, actor: User, area: Area, road: str, low: int, high: int) -> AddressRule:
    """House numbers `low`–`high` (both included) of a road belong to the area; the same range again is the
    same row.

    Raises NotFound, NotAllowed; InvalidInput where the numbers are the wrong way round or a house would
    belong to two areas.
    """
    locked = _locked(actor, area)
    if not locked.is_active:
        raise NotFound("这个网格已经停用，请选别的网格。")
    stretch = Stretch(road.strip(), low, high)
    if not stretch.road:
        raise InvalidInput("请写明道路或片区。", field="road")
    if low > high:
        raise InvalidInput("起始门牌比截止门牌大，请核对。", field="high")
    village = village_of(locked)
    for rule in AddressRule.objects.filter(village=village).exclude(area=locked).select_related("area"):
        other = Stretch(rule.road, rule.low, rule.high)
        if stretch.meets(other):
            raise InvalidInput(
                f"与{rule.area.name}的“{other}”重叠。请核对门牌，或先移除那一段。", field="road"
            )
    with pghistory.context(actor=actor.pk, action="add_range"):
        made, _ = AddressRule.objects.get_or_create(
            area=locked, village=village, road=stretch.road, low=low, high=high
        )
    return made


@transaction.atomic
def remove_range(*, actor: User, rule: AddressRule) -> None:
    """The range is nobody's from now on; its history stays. Removing it again changes nothing."""
    managed(actor, rule.area)
    with pghistory.context(actor=actor.pk, action="remove_range"):
        AddressRule.objects.filter(pk=rule.pk).delete()


@transaction.atomic
def add_grid(*, actor: User, village: Area, name: str, population: int | None = None) -> Area:
    """A new grid of the village, called `<village><name>`.

    Raises NotFound, NotAllowed; Conflict where the village has that grid, however it is written.
    """
    locked = _locked(actor, village)
    if locked.level not in Area.VILLAGE_LEVELS or not locked.is_active:
        raise InvalidInput("网格要加在村或社区下面。", field="name")
    name = name.strip()
    for grid in Area.objects.filter(parent=locked, is_active=True):
        if ordinal(grid.name, locked) == ordinal(name, locked):
            raise Conflict(f"已经有{grid.name}，请换一个名称。", field="name")
    full = name if name.startswith(locked.name) else f"{locked.name}{name}"
    with pghistory.context(actor=actor.pk, action="add_grid"):
        return Area.objects.plant(parent=locked, name=full, level=Area.Level.GRID, population=population or 0)


def still_hanging(grid: Area) -> str:
    """What keeps a grid from being retired, in words; "" where nothing does."""
    targets = Target.objects.filter(grid=grid, is_active=True).count()
    names = list(
        Post.objects.filter(not_ended(), area=grid).order_by("id").values_list("user__name", flat=True)[:5]
    )
    parts = [f"{targets} 个走访对象"] if targets else []
    parts += [f"{'、'.join(names)}的任职"] if names else []
    return "和".join(parts)


@transaction.atomic
def retire_grid(*, actor: User, grid: Area) -> Area:
    """The grid is in use no longer; what happened in it stays. Its house numbers fall to the village, so that
    addresses are still found. Retiring again changes nothing.

    Raises NotFound, NotAllowed; Conflict while active targets or present and coming posts hang on it.
    """
    locked = _locked(actor, grid)
    if locked.level != Area.Level.GRID:
        raise InvalidInput("只能停用网格；村社合并请联系技术管理员。")
    if not locked.is_active:
        return locked
    if hanging := still_hanging(locked):
        raise Conflict(f"还有{hanging}在这个网格。请先把走访对象改到别的网格、结束任职，再停用。")
    with pghistory.context(actor=actor.pk, action="retire_grid"):
        AddressRule.objects.filter(area=locked).update(area=village_of(locked))
        locked.is_active = False
        locked.save(update_fields=["is_active"])
    return locked
