"""What the addresses of hazards and of photos stand for in the walk of tests/test_guard.py."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from incidents.models import Campaign
from matters.models import EventPhoto
from shared.dates import today
from tests.cast import Cast
from tests.incidents.hazards.made import inspection, stall_list
from tests.incidents.made import hazard
from tests.pictures import upload

Rows = list[tuple[Any, ...]]


def hazard_world(cast: Cast) -> Iterator[tuple[str, str, Rows]]:
    """(beginning, part, rows near and far)."""
    near, far = hazard(cast), hazard(cast, cast.far_worker, cast.far_grid)
    photos = [
        EventPhoto.objects.create(event=found.matter.events.get(), image=upload(), digest="x" * 64)
        for found in (near, far)
    ]
    yield "matters/photos/", "pk", [(photos[0].pk, cast.grid_a), (photos[1].pk, cast.far_grid)]
    checks = inspection(cast), inspection(cast, cast.far_worker, area=cast.far_grid)
    yield "hazards/inspections/", "pk", [(checks[0].pk, cast.grid_a), (checks[1].pk, cast.far_grid)]
    campaigns = [
        Campaign.objects.create(
            name="专项",
            action="fire",
            area=area,
            checklist=stall_list(),
            starts_on=today(),
            ends_on=today(),
            leader=cast.command,
            made_by=cast.command,
            client_id=uuid4(),
            payload_hash="x",
        )
        for area in (cast.grid_a, cast.far_grid)
    ]
    yield "hazards/campaigns/", "pk", [(campaigns[0].pk, cast.grid_a), (campaigns[1].pk, cast.far_grid)]
    yield "hazards/checklists/", "pk", [(stall_list().pk,)]
