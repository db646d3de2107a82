"""Cases as rows, past the workflow: for lists, documents, rosters and counts."""

from datetime import timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from django.utils import timezone

from grids.models import Area, Unit
from matters.models import Matter
from mediation.models import Dispute, Party
from shared.dates import today
from tests.cast import Cast

_numbers = count(1)


def dispute(
    cast: Cast,
    *,
    station: Unit | None = None,
    area: Area | None = None,
    state: str = "registered",
    **fields: Any,
) -> Dispute:
    """A neighbours' dispute at the cast's station in 河边村, received an hour ago, without parties."""
    at = timezone.now() - timedelta(hours=1)
    matter = Matter.objects.create(
        kind="dispute",
        number=f"TJ-{next(_numbers):06d}",
        title="邻里纠纷：河边村一区26号",
        area=area or cast.village,
        unit=station or cast.station,
        state=state,
        occurred_at=at,
        reporter=cast.mediator,
    )
    defaults: dict[str, Any] = {
        "client_id": uuid4(),
        "payload_hash": uuid4().hex,
        "station": station or cast.station,
        "dispute_type": "neighbour",
        "source": "application",
        "facts": "排水管漏水，楼下天花板发霉，双方争吵。",
        "request": "修好水管，赔偿重新粉刷的费用。",
        "address": "河边村一区26号",
        "received_at": at,
        "received_on": today(),
        "mediator": cast.mediator,
    }
    return Dispute.objects.create(matter=matter, **{**defaults, **fields})


def party(dispute: Dispute, side: str = "applicant", **fields: Any) -> Party:
    """A person on a side, with an identity number whose check digit is right."""
    defaults: dict[str, Any] = {
        "name": "陈翀" if side == "applicant" else "阿依古丽·买买提",
        "id_number": "331081199001010013" if side == "applicant" else "331081198505050022",
        "phone": "13900001234" if side == "applicant" else "13900005678",
        "address": "河边村一区26号",
    }
    return Party.objects.create(dispute=dispute, side=side, **{**defaults, **fields})
