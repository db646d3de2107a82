"""Stations, brands and mediators: who works where, and how much lies with them."""

from collections import defaultdict
from typing import Any

from django.db.models import Count, Q

from grids.kept import kept
from grids.models import Unit
from grids.scope import bound_to, posts_of, within
from mediation.models import Brand, Mediator, Presence, Room, Van
from mediation.roster.demand import turn_of
from mediation.roster.queries import IN_ORDER
from shared.dates import today
from shared.plain import Statement, statement

OPEN = Q(disputes__concluded_on=None, disputes__isnull=False)


def stations_within(user: Any, right: str) -> Any:
    """Stations in which the user holds the right: his own, or all of his area."""
    clause = Q(pk__in=[])
    for post in posts_of(user):
        if right in post.role.rights:
            own = bound_to(post)
            clause |= Q(pk=own) if own else Q(area__path__startswith=post.area.path)
    return Unit.objects.filter(clause, kind=Unit.Kind.STATION)


def registering(user: Any) -> list[Unit]:
    """Stations at which the user may write down a case."""
    return list(stations_within(user, "mediation.register").select_related("area").order_by("id"))


def station_rows(user: Any) -> list[dict[str, Any]]:
    """Stations of the user's street with their open cases and mediators; how many are open only tells the
    load, no case is named.
    """
    stations = stations_seen(user).annotate(open=Count("disputes", filter=OPEN, distinct=True)).order_by("id")
    people: dict[int, list[Mediator]] = {}
    for mediator in (
        Mediator.objects.filter(station__in=stations, is_active=True, user__is_active=True)
        .select_related("user", "brand")
        .annotate(
            load=Count(
                "user__mediates",
                filter=Q(user__mediates__concluded_on=None, user__mediates__isnull=False),
            )
        )
        .order_by("user__name")
    ):
        people.setdefault(mediator.station_id, []).append(mediator)
    brands: dict[int, list[Brand]] = {}
    for brand in Brand.objects.filter(station__in=stations, is_active=True).annotate(
        load=Count("disputes", filter=OPEN)
    ):
        brands.setdefault(brand.station_id, []).append(brand)
    departments = departments_at(stations)
    return [
        {
            "station": s,
            "open": s.open,
            "departments": departments.get(s.pk, []),
            "mediators": people.get(s.pk, []),
            "brands": brands.get(s.pk, []),
        }
        for s in stations
    ]


def departments_at(stations: Any) -> dict[int, list[tuple[Presence, bool]]]:
    """The departments of each station, resident and in rotation, and whether each is there today."""
    found: dict[int, list[Presence]] = defaultdict(list)
    rows = Presence.objects.on().filter(station__in=stations).select_related("department")
    for one in rows.order_by(IN_ORDER, "position", "pk"):
        found[one.station_id].append(one)
    here = {station: turn_of(held, today()) for station, held in found.items()}
    return {s: [(one, one.department_id in here[s]) for one in held] for s, held in found.items()}


def stations_seen(user: Any, right: str = "mediation.view") -> Any:
    """Stations of the streets in which the user holds the right; for managing, his own, or those of his
    area where he belongs to no office.
    """
    if right != "mediation.view":
        own = within(user, right, office="pk")
        return Unit.objects.filter(own, kind=Unit.Kind.STATION).select_related("area")
    streets = Q(pk__in=[])
    for post in posts_of(user):
        if right in post.role.rights:
            streets |= Q(area__path__startswith=f"/{post.area.parent_ids[0]}/")
    return Unit.objects.filter(streets, kind=Unit.Kind.STATION).select_related("area")


def set_up_of(station: Unit) -> dict[str, Any]:
    """What a station works with, what is out of use last."""
    return {
        "departments": departments_at([station]).get(station.pk, []),
        "brands": Brand.objects.filter(station=station).order_by("-is_active", "id"),
        "mediators": Mediator.objects.filter(station=station)
        .select_related("user", "brand")
        .order_by("-is_active", "kind", "user__name"),
        "rooms": Room.objects.filter(station=station).order_by("-is_active", "id"),
        "vans": Van.objects.filter(station=station).order_by("-is_active", "id"),
    }


def station_choices(user: Any) -> list[tuple[str, str]]:
    """Stations to filter by: those of whose cases the user may see all."""
    return [(str(pk), name) for pk, name in _stations(user, "mediation.view")]


def may_register(user: Any) -> bool:
    """Whether there is a station at which the user may write down a case."""
    return bool(_stations(user, "mediation.register"))


@kept
def _stations(user: Any, right: str) -> Statement:
    return statement(stations_within(user, right).order_by("id").values_list("pk", "name"))


def brand_choices(user: Any) -> list[tuple[str, str]]:
    """Brands of the user's street to filter by."""
    return [(str(pk), name) for pk, name in _brands(user)]


@kept
def _brands(user: Any) -> Statement:
    streets = Q(pk__in=[])
    for post in posts_of(user):
        if "mediation.view" in post.role.rights:
            streets |= Q(station__area__path__startswith=f"/{post.area.parent_ids[0]}/")
    found = Brand.objects.filter(streets, is_active=True).order_by("id")
    return statement(found.values_list("pk", "name"))
