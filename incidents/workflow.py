"""Every write on hazards and police incidents beyond their loop: raising a hazard, and what other apps'
facts lead to.
"""

import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

import orjson
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from grids.imports.territory import Territory
from grids.models import Area, Target, Visit
from grids.photos import Photo, with_files
from grids.queries import labels
from grids.raised import Raised
from grids.scope import covers, posts_of
from incidents.hazards.places import place_key
from incidents.models import Hazard, PoliceIncident
from incidents.referring import refer_marked
from matters.loop import state_label
from matters.models import Event, Matter
from matters.workflow import open_matter
from shared.errors import Conflict, InvalidInput, NotFound


@with_files()
@transaction.atomic
def raise_hazard(
    *,
    actor: User,
    area: Area,
    hazard_type: str,
    level: str,
    description: str,
    source: str,
    client_id: UUID,
    address: str = "",
    target: Target | None = None,
    visit: Visit | None = None,
    photos: Sequence[Photo] = (),
) -> tuple[Hazard, bool]:
    """Open a hazard with its matter; the second value says whether it is new.

    Safe to send twice: the same `client_id` with the same content by the same person gives the first answer
    again, with anything else Conflict. Its clocks run by the ClockRules of its level [D]. Reported by a
    worker of that very grid it is his to mend at once, else it waits to be accepted. Raises NotFound (outside
    the territory of `hazards.report`), InvalidInput (names the field).
    """
    if not covers(actor, "hazards.report", area):
        raise NotFound("没有找到这个网格，或它不在您的辖区。")
    types, description, address = labels("hazard_type"), description.strip(), address.strip()
    _check(types, hazard_type, level, description, source)
    hazard = Hazard(
        client_id=client_id,
        hazard_type=hazard_type,
        level=level,
        source=source,
        description=description,
        address=address or (target.address if target else ""),
        target=target,
        visit=visit,
    )
    hazard.address_key = place_key(area, hazard.address)
    hazard.payload_hash = _hash(hazard, area, actor, photos)
    place = target.shown if target else hazard.address
    try:
        with with_files(), transaction.atomic():
            hazard.matter = open_matter(
                kind="hazard",
                title=f"{types[hazard_type]}隐患{f'：{place}' if place else ''}",
                area=area,
                occurred_at=timezone.now(),
                actor=actor,
                state="assigned" if _works_in(actor, area) else "reported",
                level=level,
                note=description,
                photos=photos,
            )
            hazard.save(force_insert=True)
    except IntegrityError:
        first = Hazard.objects.select_related("matter").filter(client_id=client_id).first()
        if first is None:
            raise
        if first.payload_hash != hazard.payload_hash:
            raise Conflict(
                "这条隐患已经上报过，但内容不一样。请到隐患列表核对；要另报一条，请重新打开上报页。",
                matter=first.pk if first.matter.reporter_id == actor.pk else None,
            ) from None
        return first, False
    return hazard, True


def _check(types: dict[str, str], hazard_type: str, level: str, description: str, source: str) -> None:
    if hazard_type not in types:
        raise InvalidInput("请选择隐患类型。", field="hazard_type")
    if level not in Hazard.Level.values:
        raise InvalidInput("请选择隐患等级：一般、较大或重大。", field="level")
    if source not in labels("hazard_source"):
        raise InvalidInput("请选择隐患来源。", field="source")
    if not description:
        raise InvalidInput("请写明隐患情况，让整改的人看得懂。", field="description")


def _hash(hazard: Hazard, area: Area, actor: User, photos: Sequence[Photo]) -> str:
    content = {
        "actor": actor.pk,
        "area": area.pk,
        "type": hazard.hazard_type,
        "level": hazard.level,
        "source": hazard.source,
        "description": hazard.description,
        "address": hazard.address,
        "target": hazard.target_id,
        "visit": hazard.visit_id,
        **({"photos": sorted(photo.digest for photo in photos)} if photos else {}),
    }
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _works_in(actor: User, area: Area) -> bool:
    return area.level == Area.Level.GRID and any(
        post.area_id == area.pk and "matters.handle" in post.role.rights for post in posts_of(actor)
    )


def hazard_of_visit(*, visit: Visit, findings: dict[str, Any], **_: Any) -> None:
    """走访时登记的隐患 becomes a hazard of its own (source 网格普查): nothing is typed twice.

    `findings["hazard"]` holds `hazard_type`, `level`, `description` and `address` as the visit form cleaned
    them.
    """
    if not (found := findings.get("hazard")):
        return
    raise_hazard(
        actor=visit.visitor,
        area=visit.grid,
        hazard_type=found.get("hazard_type", ""),
        level=found.get("level") or Hazard.Level.ORDINARY,
        description=found.get("description") or visit.note,
        source="grid_census",
        client_id=uuid5(visit.client_id, "hazard"),
        address=found.get("address", ""),
        target=visit.target,
        visit=visit,
    )


def of_visit(visit: Visit, user: User) -> list[Raised]:
    """The hazards that a visit raised and how they stand."""
    found = Hazard.objects.filter(visit=visit).select_related("matter__area").order_by("pk")
    return [
        Raised(
            hazard.matter.title,
            state_label("hazard", hazard.matter.state),
            reverse("matter_page", args=[hazard.pk])
            if covers(user, "hazards.view", hazard.matter.area)
            else "",
        )
        for hazard in found
    ]


def incident_placed(*, matter: Matter, event: Event, **_: Any) -> None:
    """A police incident that a person gave to a village or grid is placed by hand: no import moves it again.

    One that waited in the tray gets the village into its address key with it, so that the repeat rule finds
    it beside the others of that address. Marked 移交调解, it goes there now.
    """
    if matter.kind != "police_incident" or "area" not in event.evidence:
        return
    incident = PoliceIncident.objects.select_for_update(of=("self",)).get(matter=matter)
    if incident.placed == PoliceIncident.Placed.TRAY:
        territory = Territory(Area.objects.get(pk=matter.area.parent_ids[0]))
        incident.address_key = territory.key_of(territory.village_of(matter.area), incident.address)
    incident.placed = PoliceIncident.Placed.HAND
    incident.save(update_fields=["placed", "address_key"])
    incident.matter = Matter.objects.get(pk=matter.pk)
    refer_marked([incident])
