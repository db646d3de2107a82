"""What the addresses of cases stand for in the walk of tests/test_guard.py."""

from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from grids.models import Unit
from mediation.models import Invitation, Room
from tests.cast import Cast
from tests.mediation.made import dispute
from tests.mediation.papers_world import file_world

Rows = list[tuple[Any, ...]]


def case_world(cast: Cast) -> Iterator[tuple[str, str, Rows]]:
    """(beginning, part, rows near and far)."""
    away = Unit.objects.create(kind="station", name="太平联勤工作站", area=cast.far_street)
    near, far = dispute(cast), dispute(cast, station=away, area=cast.far_grid)
    asked = [
        Invitation.objects.create(
            dispute=case,
            unit=cast.police_unit if case is near else away,
            asked_by=cast.mediator,
            asked_at=timezone.now(),
            question="请协助",
            answer_by=timezone.now(),
        )
        for case in (near, far)
    ]
    cases: Rows = [(near.pk, cast.village), (far.pk, cast.far_grid)]
    yield "mediation/", "pk", cases
    yield "cases/", "pk", cases
    yield "mediation/", "action", [("accept",)]
    yield from file_world(cast, near, far)
    homes = ((cast.station, cast.village), (away, cast.far_grid))
    yield "mediation/stations/", "pk", [(station.pk, area) for station, area in homes]
    yield "mediation/stations/", "sort", [("rooms",)]
    rooms = [(Room.objects.create(station=station, name="三号调解室").pk, area) for station, area in homes]
    yield "mediation/stations/", "row", rooms
    yield "mediation/invitations/", "pk", [(asked[0].pk, cast.village), (asked[1].pk, cast.far_grid)]
