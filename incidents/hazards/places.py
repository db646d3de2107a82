"""Which hazards are of one place: by the visited place, or by the address in one writing."""

from grids.imports import addresses
from grids.models import Area


def place_key(area: Area, address: str) -> str:
    """The address behind the village's name, below the village's number: `12:一区26号`; empty where it is too
    vague to be one place. Reads the grid's village.
    """
    village = area.parent if area.level == Area.Level.GRID else area
    if not address or village is None:
        return ""
    return key_in(village.pk, [village.name, *village.aliases], address)


def key_in(village: int, names: list[str], address: str) -> str:
    """The same with the village's number and names at hand."""
    rest = addresses.without_region(addresses.plain(address))
    rest = rest.removeprefix(addresses.town_of(rest))
    for name in sorted(map(addresses.plain, names), key=len, reverse=True):
        if rest.startswith(name):
            rest = rest.removeprefix(name)
            break
    short = addresses.same_place(rest)
    return f"{village}:{short}"[:120] if short else ""
