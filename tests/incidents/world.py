"""What the addresses of hazards and of photos stand for in the walk of tests/test_guard.py."""

from collections.abc import Iterator
from typing import Any

from matters.models import EventPhoto
from tests.cast import Cast
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
