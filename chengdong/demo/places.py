"""The areas of a demo street, the house numbers that lead to its grids, and its offices."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from chengdong.demo.copying import Table
from chengdong.demo.outlines import Lattice
from chengdong.demo.plan import Plan, read
from grids.models import AddressRule, Area, Unit

NUMERALS = "一二三四五六七八九十"


@dataclass
class Grid:
    """A grid, where its houses are, and (later) who works it."""

    id: int
    name: str
    path: str
    village: "Village"
    road: str
    low: int
    high: int
    middle: tuple[float, float]
    population: int
    said_village: str
    """What the police call the village here, where a former name lives on."""
    worker: int = 0

    def address(self, house: int) -> str:
        """A house as an address book writes it."""
        return f"{self.village.name}{self.road}{house}号"


@dataclass
class Village:
    """A village or community."""

    id: int
    path: str
    name: str
    street: int
    grids: list[Grid] = field(default_factory=list)
    officer: int = 0


@dataclass
class Street:
    """A street; `number` is 0 for Chengdong, 1… for those that `--scale` adds."""

    id: int
    number: int
    name: str
    code: str
    path: str
    villages: list[Village] = field(default_factory=list)
    units: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)

    @property
    def grids(self) -> list[Grid]:
        """All grids, village by village."""
        return [grid for village in self.villages for grid in village.grids]

    def village(self, name: str) -> Village:
        """By name."""
        return next(village for village in self.villages if village.name == name)

    def find(self, place: str) -> "Street | Village | Grid":
        """`""` the street, `楼山村` a village, `楼山村#4` its fourth grid."""
        if not place:
            return self
        name, _, number = place.partition("#")
        village = self.village(name)
        return village.grids[int(number) - 1] if number else village


def numeral(number: int) -> str:
    """1–99 in Chinese."""
    tens, ones = divmod(number, 10)
    if not tens:
        return NUMERALS[ones - 1]
    return (NUMERALS[tens - 1] if tens > 1 else "") + "十" + (NUMERALS[ones - 1] if ones else "")


class Surveyor:
    """Lays out streets one after another."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.book = read("street")
        self.areas, self.rules, self.units = map(Table, (Area, AddressRule, Unit))

    def street(self, number: int) -> Street:
        """Chengdong for 0; another town with numbered villages else."""
        more = self.book["more"]["names"]
        names = [self.book["name"], *more]
        name = names[number] if number < len(names) else f"示例街道{number}"
        code = self.book["code"] if number == 0 else ""
        lattice = self._lattice(number)
        places = self._places(number)
        walk = lattice.walk[: sum(place["grids"] for place in places)]
        population = sum(place["population"] for place in places)
        area, path = self._area(None, "/", Area.Level.STREET, name, lattice.outline(walk), population, code)
        street = Street(area, number, name, code, path)
        for place in places:
            cells, walk = walk[: place["grids"]], walk[place["grids"] :]
            street.villages.append(self._village(street, place, lattice, cells))
        self._offices(street)
        return street

    def _lattice(self, number: int) -> Lattice:
        book = self.book
        centre = book["longitude"] + number % 6 * 0.11, book["latitude"] - number // 6 * 0.07
        size = book["cell_longitude"], book["cell_latitude"]
        return Lattice(self.plan.dice("land", number), centre, book["columns"], book["bands"], size)

    def _places(self, number: int) -> list[dict[str, Any]]:
        if number == 0:
            return list(self.book["places"])
        return [
            {
                "name": f"示例{numeral(n)}村",
                "grids": place["grids"],
                "population": place["population"],
                "roads": [f"示例{numeral(n)}路"],
            }
            for n, place in enumerate(self.book["places"], start=1)
        ]

    def _area(
        self,
        parent: int | None,
        above: str,
        level: str,
        name: str,
        outline: dict[str, Any],
        population: int,
        code: str = "",
        aliases: Sequence[str] = (),
    ) -> tuple[int, str]:
        path = f"{above}{self.areas.next_id}/"
        area = self.areas.add(
            parent=parent,
            level=level,
            name=name,
            code=code,
            path=path,
            aliases=aliases,
            outline=outline,
            population=population,
        )
        return area, path

    def _village(
        self, street: Street, place: dict[str, Any], lattice: Lattice, cells: list[tuple[int, int]]
    ) -> Village:
        name, people = place["name"], place["population"]
        level = Area.Level.COMMUNITY if name.endswith("社区") else Area.Level.VILLAGE
        aliases = place.get("aliases", [])
        village = Village(
            *self._area(street.id, street.path, level, name, lattice.outline(cells), people, aliases=aliases),
            name,
            street.id,
        )
        share, rest = divmod(people, len(cells))
        for n, (road, low, high) in enumerate(self._houses(place["roads"], len(cells))):
            here, called = share + (n < rest), f"{name}第{numeral(n + 1)}网格"
            outline = lattice.outline([cells[n]])
            area, path = self._area(village.id, village.path, Area.Level.GRID, called, outline, here)
            self.rules.add(area=area, village=village.id, road=road, low=low, high=high)
            said, middle = place.get("said", {}).get(road, name), lattice.middle(cells[n])
            village.grids.append(Grid(area, called, path, village, road, low, high, middle, here, said))
        return village

    def _houses(self, roads: list[str], grids: int) -> list[tuple[str, int, int]]:
        """One stretch of a road for each grid: all house numbers of all roads, once."""
        stretches = []
        for n, road in enumerate(roads):
            parts = grids * (n + 1) // len(roads) - grids * n // len(roads)
            step = self.book["highest_house"] / parts
            stretches += [(road, round(step * k) + 1, round(step * (k + 1))) for k in range(parts)]
        return stretches

    def _offices(self, street: Street) -> None:
        for key, (kind, name, place) in self.book["units"].items():
            area = street.find(place) if street.number == 0 else street
            full = name if street.number == 0 else f"{street.name}{name}"
            street.units[key] = self.units.add(kind=kind, name=full, area=area.id)

    def close(self) -> None:
        """Send all."""
        for table in (self.areas, self.rules, self.units):
            table.close()
