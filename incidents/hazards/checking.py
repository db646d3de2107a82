"""Recording an inspection: once however often it is sent, each thing out of order a hazard of its own."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

import orjson
from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.models import User
from grids.models import Area, Target
from grids.photos import Photo, with_files
from grids.scope import covers
from incidents.models import (
    Campaign,
    CampaignPlace,
    CheckItem,
    CheckList,
    Hazard,
    Inspection,
    InspectionResult,
)
from incidents.workflow import raise_hazard
from shared.dates import today
from shared.errors import Conflict, InvalidInput, NotFound

Verdict = InspectionResult.Verdict


@dataclass(frozen=True)
class Finding:
    """How one item was found, with words and photos where it is not in order."""

    verdict: str
    note: str = ""
    photos: Sequence[Photo] = field(default=())


@with_files()
def record_inspection(
    *,
    actor: User,
    checklist: CheckList,
    area: Area,
    findings: Mapping[int, Finding],
    source: str,
    client_id: UUID,
    target: Target | None = None,
    name: str = "",
    address: str = "",
    place_type: str = "",
    note: str = "",
    campaign: Campaign | None = None,
) -> tuple[Inspection, bool]:
    """Record an inspection with `findings` by item; the second value says whether it is new.

    Each item that is not in order raises a hazard with the item's type and level at this place. The same
    `client_id` with the same content gives the first answer again, other content raises Conflict. Running
    campaigns that wait for this place by this list count it, named or not. Raises NotFound (outside the
    territory of `hazards.report`), InvalidInput (names the field; `item_<id>` for an item).
    """
    if not covers(actor, "hazards.report", area):
        raise NotFound("没有找到这个网格，或它不在您的辖区。")
    inspection = Inspection(
        client_id=client_id,
        checklist=checklist,
        campaign=campaign,
        target=target,
        area=area,
        name=(target.shown if target else name).strip(),
        address=(address or (target.address if target else "")).strip(),
        place_type=target.category if target else place_type,
        source=source,
        inspector=actor,
        note=note.strip(),
    )
    inspection.payload_hash = _hash(inspection, findings)
    try:
        with transaction.atomic():
            _write(inspection, findings)
    except (IntegrityError, InvalidInput, Conflict):
        first = Inspection.objects.select_related("checklist").filter(client_id=client_id).first()
        if first is None:
            raise
        if first.payload_hash != inspection.payload_hash:
            raise Conflict(
                "这次检查已经保存过，但内容不一样。请打开已保存的检查核对；要再查一次，请重新打开检查页。",
                inspection=first.pk,
            ) from None
        return first, False
    return inspection, True


def _hash(inspection: Inspection, findings: Mapping[int, Finding]) -> str:
    content: dict[str, Any] = {
        name: getattr(inspection, name)
        for name in ("checklist_id", "campaign_id", "target_id", "area_id", "name", "address", "place_type")
    }
    content |= {"source": inspection.source, "by": inspection.inspector_id, "note": inspection.note}
    content["findings"] = [
        [item, found.verdict, found.note.strip(), sorted(photo.digest for photo in found.photos)]
        for item, found in sorted(findings.items())
    ]
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _write(inspection: Inspection, findings: Mapping[int, Finding]) -> None:
    items = list(inspection.checklist.items.order_by("entries__position"))
    _check(inspection, items, findings)
    if inspection.campaign is None:
        inspection.campaign = _waiting_campaign(inspection)
    verdicts = [findings[item.pk].verdict for item in items]
    inspection.fine, inspection.bad, inspection.not_asked = (
        verdicts.count(verdict) for verdict in (Verdict.OK, Verdict.BAD, Verdict.NA)
    )
    inspection.save(force_insert=True)
    InspectionResult.objects.bulk_create(
        InspectionResult(
            inspection=inspection,
            item=item,
            verdict=findings[item.pk].verdict,
            note=findings[item.pk].note.strip(),
            hazard=_hazard(inspection, item, findings[item.pk]),
        )
        for item in items
    )
    if inspection.target_id:
        _waiting(inspection).update(inspection=inspection)


def _check(inspection: Inspection, items: list[CheckItem], findings: Mapping[int, Finding]) -> None:
    for item in items:
        if item.pk not in findings or findings[item.pk].verdict not in Verdict.values:
            raise InvalidInput(f"还没有查：{item.text}。", field=f"item_{item.pk}")
    if stray := set(findings) - {item.pk for item in items}:
        raise InvalidInput("有检查项不在这张检查表上，请重新打开检查页。", field=f"item_{min(stray)}")
    if not (inspection.target_id or inspection.address):
        raise InvalidInput("请写明地址，整改的人才找得到。", field="address")
    campaign = inspection.campaign
    if campaign and not inspection.area.path.startswith(campaign.area.path):
        raise InvalidInput("这个地点不在专项行动的范围内。", field="campaign")


def _hazard(inspection: Inspection, item: CheckItem, found: Finding) -> Hazard | None:
    """The hazard of an item that is not in order: nothing is typed twice."""
    if found.verdict != Verdict.BAD:
        return None
    told = found.note.strip()
    place = inspection.name if inspection.name and not inspection.target_id else ""
    hazard, _ = raise_hazard(
        actor=inspection.inspector,
        area=inspection.area,
        hazard_type=item.hazard_type,
        level=item.level,
        description=f"{place + '，' if place else ''}检查不符合：{item.text}" + (f"。{told}" if told else ""),
        source=inspection.source,
        client_id=uuid5(inspection.client_id, f"item:{item.pk}"),
        address=inspection.address,
        target=inspection.target,
        photos=found.photos,
    )
    return hazard


def _waiting(inspection: Inspection) -> Any:
    """Places of running campaigns, by this list in any version, that wait for this very place."""
    day = today()
    return CampaignPlace.objects.filter(
        Q(campaign__checklist__code=inspection.checklist.code) | Q(campaign=inspection.campaign_id),
        target=inspection.target_id,
        inspection=None,
        campaign__starts_on__lte=day,
        campaign__ends_on__gte=day,
    )


def _waiting_campaign(inspection: Inspection) -> Campaign | None:
    """The campaign that this inspection belongs to though nobody named it: the one that ends first."""
    if not inspection.target_id:
        return None
    place = _waiting(inspection).select_related("campaign").order_by("campaign__ends_on", "id").first()
    return place.campaign if place else None
