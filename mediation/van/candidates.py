"""Which van and which mediator could go: free vans, and who is on duty and in no other call."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from accounts.models import User
from grids.models import Area
from mediation.models import Booking, Shift, Van, VanCall
from mediation.models.van import ON_THE_WAY


@dataclass(frozen=True)
class Crew:
    """A van with the mediator on duty at its station."""

    van: Van
    mediator: User

    @property
    def key(self) -> str:
        """For a form's choice."""
        return f"{self.van.pk}:{self.mediator.pk}"

    @property
    def text(self) -> str:
        """`九龙湖联勤工作站 1号车，金玉芬`."""
        return f"{self.van.station.name} {self.van.name}，{self.mediator.name}"


def crews(area: Area) -> list[Crew]:
    """All that could go now, the station that serves the place first, then by station; four queries.

    A mediator whose shift is running and who is in no open call; without one on duty the van stays. Neither
    comes from a sitting that is being held.
    """
    root = f"/{area.parent_ids[0]}/"
    now = timezone.now()
    calls = list(VanCall.objects.filter(state__in=ON_THE_WAY).values_list("van", "mediator"))
    running = Booking.objects.filter(starts_at__lte=now, ends_at__gt=now).exclude(session__state="held")
    held = list(running.values_list("kind", "resource"))
    vans_out = [van for van, _ in calls] + [key for kind, key in held if kind == Booking.Kind.VAN]
    people_out = [who for _, who in calls] + [key for kind, key in held if kind == Booking.Kind.PERSON]
    vans = (
        Van.objects.filter(is_active=True, station__area__path__startswith=root)
        .exclude(pk__in=[key for key in vans_out if key])
        .select_related("station__area")
        .order_by("station", "pk")
    )
    on_duty: dict[int, list[Any]] = {}
    duties = Shift.objects.standing().filter(
        starts_at__lte=now, ends_at__gt=now, department=None, person__isnull=False, person__is_active=True
    )
    for shift in (
        duties.exclude(person__in=[key for key in people_out if key])
        .select_related("person")
        .order_by("seat")
    ):
        on_duty.setdefault(shift.station_id, []).append(shift.person)
    found = list(_pairs(vans, on_duty))
    return sorted(found, key=lambda crew: not area.path.startswith(crew.van.station.area.path))


def _pairs(vans: Any, on_duty: dict[int, list[Any]]) -> Iterator[Crew]:
    for van in vans:
        for person in on_duty.get(van.station_id, []):
            yield Crew(van, person)
