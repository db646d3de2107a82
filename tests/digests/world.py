"""What the addresses of bulletins stand for, as tests/guard.py asks."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from digests.bulletins.workflow import issue
from grids.models import Area
from shared.dates import today
from tests.cast import Cast

Rows = list[tuple[str, str, list[tuple[Any, Area | None]]]]


def bulletin_world(cast: Cast) -> Rows:
    """A bulletin of each street and the copy of one of its villages."""
    day = today() - timedelta(days=1)
    near, far = (
        issue(street=street, since=day, until=day, client_id=uuid4(), actor=actor)[0]
        for street, actor in ((cast.street, cast.command), (cast.far_street, cast.far_command))
    )
    copy = near.copies.get(village=cast.village)
    other = far.copies.select_related("village").get()
    return [
        ("digests/bulletins/", "pk", [(near.pk, cast.street), (far.pk, cast.far_street)]),
        ("bulletins/", "pk", [(near.pk, cast.street), (far.pk, cast.far_street)]),
        ("digests/bulletins/copies/", "pk", [(copy.pk, cast.village), (other.pk, other.village)]),
    ]
