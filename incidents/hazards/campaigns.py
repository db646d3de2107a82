"""Campaigns (专项行动): opening one with its places, changing it, taking in places enrolled since."""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet

from accounts.models import User
from grids.models import Area, Post, Target
from grids.queries import labels
from grids.scope import covers, paths_of
from incidents.models import Campaign, CampaignPlace, CheckList
from shared.dates import today
from shared.errors import Conflict, InvalidInput, NotFound

RIGHT = "campaigns.manage"
LONGEST = 366
WORDS = {"name": "名称", "ends_on": "结束日期", "leader": "负责人", "note": "说明"}
"""What may be changed in a campaign that runs."""


def places_for(area: Area, place_types: Sequence[str]) -> QuerySet[Target, Target]:
    """Places on the register of an area, of these types (of all types where none is named)."""
    found = Target.objects.filter(kind=Target.Kind.PLACE, is_active=True, grid__path__startswith=area.path)
    return found.filter(category__in=place_types) if place_types else found


def leaders_in(area: Area) -> QuerySet[User]:
    """Who can lead: people with a post over the area, or at village level in it, that reads hazards
    and acts on them; a program's account only reads.
    """
    above = Q(area_id__in=area.parent_ids)
    inside = Q(area__path__startswith=area.path, area__level__in=Area.VILLAGE_LEVELS)
    posts = Post.objects.on().filter(
        above | inside,
        role__rights__contains=["hazards.view"],
        role__rights__overlap=[RIGHT, "hazards.report"],
    )
    return User.objects.filter(pk__in=posts.values("user"), is_active=True).order_by("name", "pk")


@transaction.atomic
def open_campaign(
    *,
    actor: User,
    name: str,
    action: str,
    area: Area,
    checklist: CheckList,
    starts_on: date,
    ends_on: date,
    leader: User,
    client_id: UUID,
    place_types: Sequence[str] = (),
    chosen: Sequence[int] | None = None,
    note: str = "",
) -> tuple[Campaign, bool]:
    """Open a campaign over the places of `area` of these types, or over `chosen` ones (numbers of targets).

    Safe to send twice by `client_id`. Raises NotFound (area outside `campaigns.manage`), InvalidInput,
    Conflict (the id stands for other content).
    """
    if not covers(actor, RIGHT, area):
        raise NotFound("没有找到这个区域，或它不在您的辖区。")
    campaign = Campaign(
        client_id=client_id,
        name=name.strip(),
        action=action,
        area=area,
        checklist=checklist,
        place_types=sorted(place_types),
        starts_on=starts_on,
        ends_on=ends_on,
        leader=leader,
        note=note.strip(),
        made_by=actor,
    )
    campaign.payload_hash = _hash(campaign, chosen)
    _check(campaign)
    found = places_for(area, place_types if chosen is None else ())
    targets = list((found if chosen is None else found.filter(pk__in=chosen)).values_list("pk", flat=True))
    try:
        with transaction.atomic():
            campaign.save(force_insert=True)
    except IntegrityError:
        first = Campaign.objects.get(client_id=client_id)
        if first.payload_hash != campaign.payload_hash:
            raise Conflict(
                "这个专项行动已经发起过，但内容不一样。请打开它核对。", campaign=first.pk
            ) from None
        return first, False
    if not targets or (chosen is not None and len(targets) < len(set(chosen))):
        raise InvalidInput("范围里没有这样的场所，请换一个范围、类别，或另选场所。", field="place_types")
    CampaignPlace.objects.bulk_create(CampaignPlace(campaign=campaign, target_id=pk) for pk in targets)
    return campaign, True


def _hash(campaign: Campaign, chosen: Sequence[int] | None) -> str:
    content: dict[str, Any] = {
        name: getattr(campaign, name)
        for name in ("name", "action", "area_id", "checklist_id", "place_types", "starts_on", "ends_on")
    }
    content |= {"leader": campaign.leader_id, "note": campaign.note, "by": campaign.made_by_id}
    content["chosen"] = None if chosen is None else sorted(set(chosen))
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _check(campaign: Campaign) -> None:
    if not campaign.name:
        raise InvalidInput("请写专项行动的名称。", field="name")
    if campaign.action not in labels("campaign_action"):
        raise InvalidInput("请选择属于哪个大行动。", field="action")
    if campaign.ends_on < campaign.starts_on:
        raise InvalidInput("结束日期不能早于开始日期。", field="ends_on")
    if (campaign.ends_on - campaign.starts_on).days > LONGEST:
        raise InvalidInput(f"一次专项行动最长 {LONGEST} 天。", field="ends_on")
    if not leaders_in(campaign.area).filter(pk=campaign.leader_id).exists():
        raise InvalidInput("请选择这个范围里的负责人。", field="leader")


@transaction.atomic
def change_campaign(*, campaign: Campaign, actor: User, version: int, **changes: Any) -> Campaign:
    """Change name, end, leader or note. Raises Conflict for a stale `version`, with what
    differs.
    """
    locked = _locked(campaign, actor)
    different = {name: value for name, value in changes.items() if getattr(locked, name) != value}
    if version != locked.version:
        raise Conflict(
            "这个专项行动刚被别人改过，没有保存您的修改。",
            differences=[(WORDS[n], str(getattr(locked, n)), str(value)) for n, value in different.items()],
        )
    for name, value in different.items():
        setattr(locked, name, value)
    _check(locked)
    locked.version += 1
    locked.save()
    return locked


@transaction.atomic
def take_in(*, campaign: Campaign, actor: User) -> int:
    """Add places of the campaign's area and types that were enrolled since; returns how many."""
    locked = _locked(campaign, actor)
    if locked.ends_on < today():
        raise Conflict("专项行动已经结束，不再加场所。")
    if not locked.place_types:
        raise Conflict("这个专项行动的场所是选定的，不按类别增加。")
    known = CampaignPlace.objects.filter(campaign=locked).values("target")
    new = places_for(locked.area, locked.place_types).exclude(pk__in=known)
    return len(
        CampaignPlace.objects.bulk_create(
            [CampaignPlace(campaign=locked, target_id=pk) for pk in new.values_list("pk", flat=True)],
            ignore_conflicts=True,
        )
    )


def _locked(campaign: Campaign, actor: User) -> Campaign:
    locked = Campaign.objects.select_for_update(of=("self",)).select_related("area").get(pk=campaign.pk)
    if not covers(actor, RIGHT, locked.area):
        raise NotFound("没有找到这个专项行动，或它不在您的辖区。")
    return locked


PLACE_COUNTS = Q(places__inspection__isnull=False) | Q(places__target__is_active=True)
"""A place that left the register uninspected is no longer asked for."""


def with_progress(campaigns: QuerySet[Campaign, Any], own: Q | None = None) -> QuerySet[Campaign, Any]:
    """Each with `inspected` and `total`, of all its places or of those that `own` names."""
    own = own or Q()
    return campaigns.annotate(
        total=Count("places", filter=PLACE_COUNTS & own),
        inspected=Count("places", filter=Q(places__inspection__isnull=False) & own),
    )


def own_places(user: Any, right: str, field: str) -> Q:
    """What lies in a grid (`field`) of the user's: of a street's campaign a village reads its own part."""
    own = Q(pk__in=[])
    for path in paths_of(user, right):
        own |= Q(**{f"{field}__path__startswith": path})
    return own


def reaching(user: Any, right: str) -> QuerySet[Campaign, Any]:
    """Campaigns over the user's area, or inside of it."""
    mine = Q(pk__in=[])
    for path in paths_of(user, right):
        above = [int(part) for part in path.strip("/").split("/")]
        mine |= Q(area__path__startswith=path) | Q(area_id__in=above)
    return Campaign.objects.filter(mine)


def seen_by(user: Any, right: str) -> QuerySet[Campaign, Any]:
    """Those, each with the progress of the user's own places."""
    found = reaching(user, right).select_related("area", "checklist", "leader")
    return with_progress(found, own_places(user, right, "places__target__grid"))


def running(user: Any) -> QuerySet[Campaign, Any]:
    """Campaigns that run today where the user may report."""
    day = today()
    found = seen_by(user, "hazards.report").filter(starts_on__lte=day, ends_on__gte=day)
    return found.order_by("ends_on", "id")
