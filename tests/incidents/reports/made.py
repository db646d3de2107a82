"""Residents' reports as the workflow makes them, moved on where a test wants."""

from itertools import count
from typing import Any
from uuid import uuid4

from grids import photos
from grids.models import Area
from incidents.reports.limits import Sender
from incidents.reports.models import CitizenReport
from incidents.reports.workflow import submit_report
from matters.workflow import advance
from tests.cast import Cast
from tests.pictures import picture, upload

SOMEBODY = Sender("10.0.0.9")
PHONE = "13900004321"
_addresses = count(1)


def a_photo(size: tuple[int, int] = (60, 40)) -> photos.Photo:
    """A small picture as it is kept."""
    [cleaned] = photos.clean([upload(picture(size=size))])
    return cleaned


def report(cast: Cast, area: Area | None = None, **fields: Any) -> CitizenReport:
    """A report from 河边村一区26号, each from an address of its own."""
    defaults: dict[str, Any] = {
        "sender": Sender(f"10.1.0.{next(_addresses)}"),
        "client_id": uuid4(),
        "report_type": "facility",
        "description": "小区东门的路灯不亮三天了",
        "address": "河边村一区26号",
        "area": area,
    }
    made, _ = submit_report(**{**defaults, **fields})
    return made


def handled(cast: Cast, made: CitizenReport, *, outcome: str = "settled") -> CitizenReport:
    """Accepted, given to grid A, handled by its worker, answered by the village."""
    matter = made.matter
    advance(matter=matter, action="accept", actor=cast.officer)
    advance(matter=matter, action="assign", actor=cast.officer, evidence={"area": cast.grid_a})
    advance(matter=matter, action="echo", actor=cast.worker, note="内部：找了电工老张13812345678")
    evidence = {"outcome": outcome, "answer": "路灯已修好"}
    advance(matter=matter, action="verify", actor=cast.officer, evidence=evidence)
    return CitizenReport.objects.select_related("matter__area__parent", "matter__handler").get(pk=made.pk)
