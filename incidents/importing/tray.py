"""The tray's writes: placing an incident by hand, learning its address for the next time, or passing it on as
not ours."""

from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from grids.imports import addresses
from grids.imports.territory import Territory
from grids.models import AddressRule, Area
from grids.scope import covers
from incidents.importing.placing import place
from incidents.models import PoliceIncident
from matters.models import Matter
from matters.workflow import advance
from shared.errors import InvalidInput, NotFound

RIGHT = "incidents.place"
Placed = PoliceIncident.Placed
LEARNED_AT_ONCE = 200


@dataclass(frozen=True)
class Placement:
    """What came of placing: what the portal will know from now on (in words), and how many others it placed
    with that."""

    learned: str = ""
    others: int = 0


@transaction.atomic
def place_incident(
    *, incident: PoliceIncident, area: Area, actor: User, note: str = "", learn: bool = False
) -> Placement:
    """Give an incident of the tray to a village or grid by hand; imports never move it again. Safe to repeat.

    `learn` keeps its village text as a former name of the village, or its road and house number as a range,
    and places the
    others in the tray that this explains. Raises NotFound outside the territory, TransitionRefused where
    somebody else was
    first, InvalidInput for a street as area or an address that is too vague to be learned.
    """
    if not covers(actor, RIGHT, area):
        raise NotFound("没有找到这个村社或网格，或它不在您的辖区。")
    if area.level == Area.Level.STREET:
        raise InvalidInput("请选到村社或网格。", field="area")
    locked = (
        PoliceIncident.objects.select_for_update(of=("self",))
        .select_related("matter__area")
        .get(pk=incident.pk)
    )
    if locked.placed == Placed.HAND and locked.matter.area_id == area.pk:
        return Placement()
    advance(matter=locked.matter, action="place", actor=actor, note=note, evidence={"area": area})
    territory = Territory(_street_of(area))
    _mark(locked, territory, Placed.HAND)
    if not learn:
        return Placement()
    learned = _learn(locked, area, territory)
    return Placement(learned, _place_others(Territory(territory.street), actor))


@transaction.atomic
def mark_outside(*, incident: PoliceIncident, actor: User, reason: str) -> None:
    """Say that an incident of the tray lies outside the street: its matter ends as not ours, with the reason
    as answer.

    Raises NotFound, NotAllowed and TransitionRefused as `advance` does, InvalidInput without a reason.
    """
    if not reason.strip():
        raise InvalidInput("请写明为什么不归本街道，例如属于哪个街道。", field="reason")
    evidence = {"outcome": Matter.Outcome.NOT_OURS, "answer": f"不在本街道辖区：{reason.strip()}"}
    advance(matter=incident.matter, action="cancel", actor=actor, note=reason, evidence=evidence)


def _street_of(area: Area) -> Area:
    return Area.objects.get(pk=area.parent_ids[0])


def _mark(incident: PoliceIncident, territory: Territory, how: PoliceIncident.Placed) -> None:
    incident.placed = how
    incident.address_key = territory.key_of(territory.village_of(incident.matter.area), incident.address)
    incident.save(update_fields=["placed", "address_key"])


def _learn(incident: PoliceIncident, area: Area, territory: Territory) -> str:
    """A new former name where the village's name was unknown, else a house-number range; in words."""
    village = territory.village_of(area)
    if village is None:
        raise InvalidInput("请选到村社或网格。", field="area")
    name = incident.village_text.strip()
    if name and territory.village(name) is None and territory.grid(name, None) is None:
        locked = Area.objects.select_for_update().get(pk=village.pk)
        if name not in locked.aliases:
            locked.aliases = [*locked.aliases, name]
            locked.save(update_fields=["aliases"])
        return f"“{name}”记为{village.name}的曾用名"
    road, number = addresses.house(territory.behind(village, incident.address))
    if len(road) < 2:
        raise InvalidInput("这个地址太笼统，记不住。请去掉“以后都归这里”再保存。", field="learn")
    low, high = (number, number) if number is not None else (0, 99999)
    AddressRule.objects.get_or_create(area=area, village=village, road=road[:60], low=low, high=high)
    return f"“{road}{f'{number}号' if number is not None else ''}”记为{area.name}的地址段"


def _place_others(territory: Territory, actor: User) -> int:
    """Place what else in the street's tray can be placed now."""
    waiting = (
        PoliceIncident.objects.filter(
            placed=Placed.TRAY, matter__closed_at=None, matter__area__path__startswith=territory.street.path
        )
        .select_related("matter__area")
        .order_by("pk")[:LEARNED_AT_ONCE]
    )
    count = 0
    for incident in waiting:
        found = place(territory, incident.village_text, incident.address)
        if found.how == Placed.TRAY or not covers(actor, RIGHT, found.area):
            continue
        evidence = {"area": found.area}
        advance(
            matter=incident.matter,
            action="place",
            actor=actor,
            note="按刚记住的地址自动落格。",
            evidence=evidence,
        )
        _mark(incident, territory, found.how)
        count += 1
    return count
