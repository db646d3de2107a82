"""Which mediator and brand fit a case: by field, by load, by who is on duty."""

from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils import timezone

from grids.models import Unit
from mediation.models import Brand, Mediator
from mediation.roster.standing import on_duty

OPEN = Q(user__mediates__concluded_on=None, user__mediates__isnull=False)


@dataclass(frozen=True)
class Choice:
    """Somebody to choose, with why: `fits` the sort of dispute, on duty now, so many open cases."""

    id: int
    name: str
    fits: bool
    on_duty: bool
    load: int
    brand: str = ""

    @property
    def why(self) -> str:
        """`擅长，在岗，手上 3 件`."""
        parts = ("擅长" if self.fits else "", "在岗" if self.on_duty else "", f"手上 {self.load} 件")
        return "，".join(part for part in parts if part)


def mediators(station: Unit, dispute_type: str) -> list[Choice]:
    """The station's mediators, the best fitting first: field, then duty, then the least loaded."""
    seats = on_duty(station.area.path, timezone.now())
    duty = {seat.person_id for seat in seats if seat.station == station.pk}
    rows = (
        Mediator.objects.filter(station=station, is_active=True, user__is_active=True)
        .select_related("user", "brand")
        .annotate(load=Count("user__mediates", filter=OPEN))
    )
    found = [
        Choice(
            id=row.user_id,
            name=row.user.name,
            fits=dispute_type in row.fields or bool(row.brand and dispute_type in row.brand.fields),
            on_duty=row.user_id in duty,
            load=row.load,
            brand=row.brand.name if row.brand else "",
        )
        for row in rows
    ]
    return sorted(found, key=lambda c: (not c.fits, not c.on_duty, c.load, c.id))


def brands(station: Unit, dispute_type: str) -> list[Choice]:
    """The street's brands, fitting ones first, then those of the station, then the least loaded."""
    street = f"/{station.area.parent_ids[0]}/"
    rows = (
        Brand.objects.filter(is_active=True, station__area__path__startswith=street)
        .annotate(load=Count("disputes", filter=Q(disputes__concluded_on=None)))
        .order_by("id")
    )
    found = []
    for row in rows:
        fits, load = dispute_type in row.fields, int(row.load)  # type: ignore[attr-defined]
        rank = (not fits, row.station_id != station.pk, load, row.pk)
        found.append((rank, Choice(row.pk, row.name, fits, False, load)))
    return [choice for _, choice in sorted(found, key=lambda pair: pair[0])]
