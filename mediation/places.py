"""Addresses in comparing form, and the station that a place belongs to."""

from collections.abc import Iterable

from django.db.models import Count, Q

from grids.imports.territory import Territory
from grids.models import Area, Unit
from shared.errors import InvalidInput


def keys_of(area: Area, addresses: Iterable[str]) -> dict[str, str]:
    """Address → the key under which all writings of it in the street of `area` meet; "" where too vague."""
    wanted = {address for address in addresses if address}
    if not wanted:
        return {}
    territory = Territory(Area.objects.get(pk=area.parent_ids[0]))
    found = {}
    for address in wanted:
        place = territory.by_address(address)
        village = territory.village_of(place.area) if place else None
        found[address] = territory.key_of(village, address)
    return found


def station_for(area: Area) -> Unit:
    """The joint station that serves the area most closely; where none does, the street's least busy one.

    Raises InvalidInput in a street without a station.
    """
    busy = Count("disputes", filter=Q(disputes__concluded_on=None))
    stations = list(
        Unit.objects.filter(kind=Unit.Kind.STATION, area__path__startswith=f"/{area.parent_ids[0]}/")
        .select_related("area")
        .annotate(busy=busy)
        .order_by("id")
    )
    if not stations:
        raise InvalidInput("本街道还没有联勤工作站，请先由管理员设立。")
    serving = [station for station in stations if area.path.startswith(station.area.path)]
    if serving:
        return max(serving, key=lambda station: (len(station.area.path), -station.busy))
    return min(stations, key=lambda station: station.busy)
