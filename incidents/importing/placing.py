"""Where an incident belongs: by the column, by the address, by house number; what cannot be known goes to the
tray."""

from typing import NamedTuple

from grids.imports.territory import Territory
from grids.models import Area
from incidents.models import PoliceIncident

Placed = PoliceIncident.Placed
HOW = {"name": Placed.COLUMN, "alias": Placed.ALIAS, "address": Placed.ADDRESS}


class Place(NamedTuple):
    """The area that answers for an incident, how it was found, and the key under which reports of its address
    meet."""

    area: Area
    how: PoliceIncident.Placed
    address_key: str


def place(territory: Territory, village_text: str, address: str) -> Place:
    """The grid where a house number says so, else the village, else the street itself with `tray`."""
    if (by_column := territory.village(village_text)) is not None:
        return _inside(territory, by_column.area, HOW[by_column.how], address)
    if (grid := territory.grid(village_text, None)) is not None:
        return Place(grid, Placed.COLUMN, territory.key_of(territory.village_of(grid), address))
    if (by_address := territory.by_address(address)) is not None:
        return _inside(territory, by_address.area, HOW[by_address.how], address)
    return Place(territory.street, Placed.TRAY, territory.key_of(None, address))


def _inside(territory: Territory, village: Area, how: PoliceIncident.Placed, address: str) -> Place:
    grid = territory.at_house(village, territory.behind(village, address))
    return Place(grid or village, how, territory.key_of(village, address))
