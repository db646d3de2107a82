"""Campaigns with their inspections, one for each great action, and hazards with photos before and after."""

import hashlib
import io
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageDraw

from chengdong.demo.places import Grid, Street
from chengdong.demo.plan import Plan, moment
from chengdong.demo.troubles import Inspector, Trouble
from grids.models import Target
from incidents.models import (
    Campaign,
    CampaignPlace,
    CheckItem,
    CheckList,
    Inspection,
    InspectionResult,
)
from matters.models import Event, EventPhoto, Matter

CAMPAIGNS = (
    ("fire", "夏季夜宵摊燃气专项（示例）", "food_stall", "grid_census", 24, 0.72),
    ("rental", "出租房逃生通道专项（示例）", "rental_cluster", "police_check", 18, 0.55),
    ("nightlife", "涉酒场所保安监控专项（示例）", "bar", "department_assist", 12, 0.81),
)
"""Action, name, list and type of place, source, days since it began, share inspected."""
DAYS_LONG = 30
OUT_OF_ORDER = 0.07
PHOTOGRAPHED = 10
WALL, FLOOR, BOX, DOOR = (214, 208, 196), (150, 140, 126), (168, 118, 62), (86, 110, 92)


class Checker:
    """Opens the campaigns of the first street and walks their places."""

    def __init__(self, plan: Plan, inspector: Inspector) -> None:
        self.plan, self.inspector = plan, inspector

    def street(self, street: Street) -> None:
        """Each campaign in turn; the targets are in the database, the hazards still with the inspector."""
        grids = {grid.id: grid for grid in street.grids}
        for number, (action, name, code, source, back, share) in enumerate(CAMPAIGNS):
            since = self.plan.until - timedelta(days=min(back, self.plan.days))
            dice = self.plan.dice("campaign", number)
            checklist = CheckList.objects.get(code=code, is_current=True)
            campaign = Campaign.objects.create(
                name=name,
                action=action,
                area_id=street.id,
                checklist=checklist,
                place_types=[code],
                starts_on=since,
                ends_on=since + timedelta(days=DAYS_LONG),
                leader_id=street.people["command"],
                made_by_id=street.people["leader"],
                client_id=UUID(int=dice.getrandbits(128), version=4),
                payload_hash=hashlib.sha256(code.encode()).hexdigest(),
            )
            self._walk(street, grids, campaign, source, share, dice)

    def _walk(
        self,
        street: Street,
        grids: dict[int, Grid],
        campaign: Campaign,
        source: str,
        share: float,
        dice: Random,
    ) -> None:
        """Its places, of which the share was inspected between its first day and yesterday."""
        items = list(campaign.checklist.items.order_by("entries__position"))
        targets = Target.objects.filter(kind="place", category__in=campaign.place_types, grid_id__in=grids)
        places = []
        for target in targets.order_by("id"):
            done = None
            if dice.random() < share:
                day = campaign.starts_on + timedelta(
                    days=dice.randrange(max((self.plan.until - campaign.starts_on).days, 1))
                )
                done = self._inspect(
                    street, grids[target.grid_id], campaign, target, items, source, day, dice
                )
            places.append(CampaignPlace(campaign=campaign, target=target, inspection=done))
        CampaignPlace.objects.bulk_create(places)

    def _inspect(
        self,
        street: Street,
        grid: Grid,
        campaign: Campaign,
        target: Target,
        items: list[CheckItem],
        source: str,
        day: date,
        dice: Random,
    ) -> Inspection:
        at = moment(day, dice.randint(540, 1020))
        people = {"grid_census": grid.worker, "police_check": street.people["police"]}
        bad = [item for item in items if dice.random() < OUT_OF_ORDER]
        inspection = Inspection(
            client_id=UUID(int=dice.getrandbits(128), version=4),
            payload_hash=hashlib.sha256(str(target.pk).encode()).hexdigest(),
            checklist=campaign.checklist,
            campaign=campaign,
            target=target,
            area_id=grid.id,
            name=target.name,
            address=target.address,
            place_type=target.category,
            source=source,
            at=at,
            inspector_id=people.get(source, street.people.get("liaison", grid.worker)),
            fine=len(items) - len(bad),
            bad=len(bad),
        )
        inspection.save(force_insert=True)
        InspectionResult.objects.bulk_create(
            InspectionResult(
                inspection=inspection,
                item=item,
                verdict="bad" if item in bad else "ok",
                hazard_id=self._hazard(street, grid, target, item, source, at, dice) if item in bad else None,
            )
            for item in items
        )
        return inspection

    def _hazard(
        self, street: Street, grid: Grid, target: Target, item: CheckItem, source: str, at: Any, dice: Random
    ) -> int:
        trouble = Trouble(
            grid=grid,
            at=at,
            kind=item.hazard_type,
            level=item.level,
            source=source,
            description=f"检查不符合：{item.text}",
            address=target.address,
            client_id=UUID(int=dice.getrandbits(128), version=4),
            target=target.pk,
            name=target.name,
        )
        return self.inspector.checked(street, trouble, dice)


def photograph(plan: Plan, street: Street) -> int:
    """Draw small pictures before and after for the newest hazards of a street that were reported back."""
    dice = plan.dice("photos", street.number)
    seen = Matter.objects.filter(kind="hazard", area__path__startswith=street.path)
    matters = seen.filter(events__action="echo").distinct().order_by("-occurred_at", "-id")[:PHOTOGRAPHED]
    photos = []
    for matter in matters:
        events = Event.objects.filter(matter=matter, action__in=["open", "echo"]).order_by("-id")
        for action in ("open", "echo"):
            event = next(event for event in events if event.action == action)
            content = picture(dice, cluttered=action == "open")
            name = f"matters/demo/{matter.pk}-{action}.jpg"
            default_storage.delete(name)
            default_storage.save(name, ContentFile(content))
            photos.append(EventPhoto(event=event, image=name, digest=hashlib.sha256(content).hexdigest()))
    EventPhoto.objects.bulk_create(photos)
    return len(photos)


def picture(dice: Random, *, cluttered: bool) -> bytes:
    """A corridor with a door at its end, with boxes in the way or without."""
    image = Image.new("RGB", (480, 360), WALL)
    pen = ImageDraw.Draw(image)
    pen.polygon([(0, 360), (170, 210), (310, 210), (480, 360)], fill=FLOOR)
    pen.rectangle((195, 95, 285, 210), fill=DOOR)
    pen.rectangle((205, 70, 275, 88), fill=(44, 140, 74))
    for _ in range(dice.randint(4, 7) if cluttered else 0):
        x, y, size = dice.randint(90, 330), dice.randint(215, 290), dice.randint(40, 80)
        shade = dice.randint(-18, 18)
        pen.rectangle((x, y - size // 3, x + size, y + size // 2), fill=tuple(c + shade for c in BOX))
        pen.line((x, y, x + size, y), fill=(120, 82, 40), width=3)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()
