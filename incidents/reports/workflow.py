"""Taking a resident's report: once however often the phone sends it, placed as incidents are, limited."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

import orjson
from django.db import IntegrityError, transaction
from django.utils import timezone

from grids.imports.territory import Territory
from grids.models import Area
from grids.photos import Photo, with_files
from grids.queries import labels
from grids.workflow import Position
from grids.workflow.visits import one_newline
from incidents.importing.placing import Place, place
from incidents.models import PoliceIncident
from incidents.queries import short_address
from incidents.reports import limits
from incidents.reports.limits import Sender
from incidents.reports.models import BY, CitizenReport
from incidents.reports.notices import tell_staff
from incidents.reports.phones import clean_phone, phone_index
from matters.workflow import open_matter
from shared.errors import Conflict, InvalidInput
from shared.texts import without_numbers

HOW = {
    PoliceIncident.Placed.COLUMN: CitizenReport.Placed.CHOSEN,
    PoliceIncident.Placed.ADDRESS: CitizenReport.Placed.ADDRESS,
    PoliceIncident.Placed.ALIAS: CitizenReport.Placed.ALIAS,
    PoliceIncident.Placed.TRAY: CitizenReport.Placed.TRAY,
}
LONGEST = 2000


def submit_report(
    *,
    sender: Sender,
    client_id: UUID,
    report_type: str,
    description: str,
    area: Area | None = None,
    address: str = "",
    phone: str = "",
    position: Position | None = None,
    photos: Sequence[Photo] = (),
) -> tuple[CitizenReport, bool]:
    """Open a report with its matter; the second value says whether it is new.

    The same `client_id` with the same content gives the first answer again (and is not counted), with other
    content Conflict. `area` is the village or grid that was chosen; without one the address decides
    (grids.imports.territory), and what cannot be placed waits with the street. Raises TooOften beyond
    Parameters `report_address_hour` and `report_device_day` [D], InvalidInput (names the field).
    """
    description, address = one_newline(description), address.strip()
    types, phone = labels("report_type"), clean_phone(phone)
    _check(types, report_type, description, area, address)
    report = CitizenReport(
        client_id=client_id,
        report_type=report_type,
        description=description,
        address=address,
        phone=phone,
        wechat_index=sender.wechat,
        latitude=position.latitude if position else None,
        longitude=position.longitude if position else None,
        accuracy=position.accuracy if position else None,
    )
    report.payload_hash = _hash(report, area, position, photos)
    found = _place(area, address)
    report.placed = HOW[found.how]
    where = short_address(address) or found.area.name
    title = without_numbers(f"{types[report_type]}：{where}")
    try:
        _record(report, sender, found.area, title, photos)
    except IntegrityError:
        first = CitizenReport.objects.select_related("matter").filter(client_id=client_id).first()
        if first is None:
            raise
        if first.payload_hash != report.payload_hash:
            raise Conflict("这一件已经提交过，但内容不一样。要另报一件，请重新打开上报页。") from None
        return first, False
    return report, True


def _check(
    types: dict[str, str], report_type: str, description: str, area: Area | None, address: str
) -> None:
    if report_type not in types:
        raise InvalidInput("请选一下是哪类问题。", field="report_type")
    if not description:
        raise InvalidInput("请写一句是什么情况。", field="description")
    if len(description) > LONGEST:
        raise InvalidInput(f"最多 {LONGEST} 个字，现在 {len(description)} 个，请删短。", field="description")
    if area is None and not address:
        raise InvalidInput("请选村社，或者写一下在哪里，才知道交给谁办。", field="address")


def _hash(
    report: CitizenReport, area: Area | None, position: Position | None, photos: Sequence[Photo]
) -> str:
    content = {
        "type": report.report_type,
        "description": report.description,
        "area": area and area.pk,
        "address": report.address,
        "phone": phone_index(report.phone),
        "wechat": report.wechat_index,
        "position": position and asdict(position),
        "photos": sorted(photo.digest for photo in photos),
    }
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _place(area: Area | None, address: str) -> Place:
    """In the chosen village, else where the address says; the first street of the portal keeps the rest."""
    if area is not None:
        territory = Territory(Area.objects.get(pk=area.parent_ids[0]))
        village = territory.village_of(area)
        if village is None or area.level == Area.Level.GRID:
            how = PoliceIncident.Placed.TRAY if village is None else PoliceIncident.Placed.COLUMN
            return Place(area, how, "")
        return place(territory, village.name, address)
    streets = Area.objects.filter(level=Area.Level.STREET, is_active=True).order_by("id")
    if not streets:
        raise InvalidInput("平台还没有登记村社，请到街道当面反映。", field="address")
    places = [place(Territory(street), "", address) for street in streets]
    return next((one for one in places if one.how != PoliceIncident.Placed.TRAY), places[0])


def _record(report: CitizenReport, sender: Sender, area: Area, title: str, photos: Sequence[Photo]) -> None:
    """All rows and files of a report, or none."""
    with with_files(), transaction.atomic():
        report.matter = open_matter(
            kind="citizen_report",
            title=title,
            area=area,
            occurred_at=timezone.now(),
            actor=None,
            by=BY,
            note=f"群众上报，{report.get_placed_display()}。",
            photos=photos,
        )
        report.save(force_insert=True)
        limits.count(limits.BY_ADDRESS, sender.address)
        limits.count(limits.BY_DEVICE, sender.wechat or sender.device)
        tell_staff(report)
