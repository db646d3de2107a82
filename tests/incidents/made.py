"""Incidents and hazards as rows, past the import: for lists, counts and pages."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from django.utils import timezone

from accounts.models import User
from grids.models import Area
from incidents.models import Hazard, PoliceIncident
from incidents.workflow import raise_hazard
from matters.models import Matter
from matters.workflow import open_matter
from tests.cast import Cast

_numbers = count(1)


def incident(
    cast: Cast,
    area: Area | None = None,
    *,
    at: datetime | None = None,
    state: str = "assigned",
    **fields: Any,
) -> Matter:
    """A police incident in grid A, an hour ago, that nobody called about before."""
    number = f"331081{next(_numbers):09d}"
    matter = open_matter(
        kind="police_incident",
        title=fields.pop("title", "噪音扰民：夜宵摊"),
        area=area or cast.grid_a,
        occurred_at=at or timezone.now() - timedelta(hours=1),
        actor=cast.command,
        state=state,
        number=number,
    )
    defaults: dict[str, Any] = {
        "police_number": number,
        "incident_type": "noise",
        "level": "ordinary",
        "address": f"温岭市城东街道河边村一区{number[-4:]}号",
        "address_key": f"河边村一区{number[-4:]}号",
        "summary": "夜宵摊太吵，联系电话13900001234",
        "caller_name": "张三丰",
        "caller_phone": f"139{number[-8:]}",
        "placed": PoliceIncident.Placed.COLUMN,
        "row_hash": uuid4().hex,
    }
    PoliceIncident.objects.create(matter=matter, **{**defaults, **fields})
    return matter


def hazard(cast: Cast, actor: User | None = None, area: Area | None = None, **fields: Any) -> Hazard:
    """A hazard that the worker of grid A reports there."""
    defaults: dict[str, Any] = {
        "hazard_type": "egress",
        "level": "serious",
        "description": "二楼楼道停了三辆电动车",
        "source": "grid_census",
        "client_id": uuid4(),
    }
    made, _ = raise_hazard(actor=actor or cast.worker, area=area or cast.grid_a, **{**defaults, **fields})
    return made
