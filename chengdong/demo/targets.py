"""Key places and persons of a grid, as they could stand in its register."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from random import Random

from stdnum.cn import ric

from chengdong.demo.people import invented_name, phone
from chengdong.demo.places import Grid
from chengdong.demo.plan import Plan, pool, read
from shared.pinyin import initials

PLACES = 0.55
"""Share of places among the targets."""
HEADS = 0.0273
"""Targets per resident: about 3,000 on a street of 110,000."""
REGION = "331081"

first_letters = lru_cache(maxsize=50_000)(initials)


@dataclass
class Subject:
    """A target before its visits are known."""

    kind: str
    category: str
    colour: str
    name: str
    address: str
    latitude: float
    longitude: float
    contact: str
    phone: str
    id_number: str
    born: int | None
    note: str
    chips: list[str]
    enrolled: date


class Register:
    """Invents targets; identity numbers and phones are valid in form and stand for nobody."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.words = read("words")
        self.place_pool, self.person_pool = pool(self.words["places"]), pool(self.words["persons"])
        self.made = 0

    def subjects(self, grid: Grid, dice: Random) -> Iterator[Subject]:
        """The targets of a grid, in number by its residents."""
        for _ in range(max(4, round(grid.population * HEADS * dice.uniform(0.75, 1.25)))):
            self.made += 1
            yield self._place(grid, dice) if dice.random() < PLACES else self._person(grid, dice)

    def _place(self, grid: Grid, dice: Random) -> Subject:
        category = dice.choice(self.place_pool)
        _, trades, notes, chips, red, yellow = self.words["places"][category]
        name = dice.choice(self.words["fronts"]["words"]) + dice.choice(trades)
        return self._subject(
            grid, dice, "place", category, name, (red, yellow), dice.choice(notes), chips, invented_name(dice), "", None
        )

    def _person(self, grid: Grid, dice: Random) -> Subject:
        category = dice.choice(self.person_pool)
        _, youngest, oldest, notes, chips, red, yellow = self.words["persons"][category]
        born = self.plan.until - timedelta(days=dice.randint(youngest * 365 + 30, oldest * 365))
        relative = invented_name(dice) if dice.random() < 0.3 else ""
        return self._subject(
            grid, dice, "person", category, invented_name(dice), (red, yellow), dice.choice(notes), chips, relative,
            identity_number(born, self.made), born.year,
        )  # fmt: skip

    def _subject(
        self, grid: Grid, dice: Random, kind: str, category: str, name: str, shares: tuple[int, int], note: str,
        chips: list[str], contact: str, id_number: str, born: int | None,
    ) -> Subject:  # fmt: skip
        red, yellow = shares
        luck = dice.random() * 100
        colour = "red" if luck < red else "yellow" if luck < red + yellow else "green"
        longitude, latitude = grid.middle
        old = dice.random() < 0.88
        days = dice.randint(60, 900) if old else -dice.randint(1, max(2, self.plan.days - 15))
        return Subject(
            kind, category, colour, name, grid.address(dice.randint(grid.low, grid.high)),
            round(latitude + dice.uniform(-0.001, 0.001), 6), round(longitude + dice.uniform(-0.0012, 0.0012), 6),
            contact, phone(self.made), id_number, born, note, chips, self.plan.start - timedelta(days=days),
        )  # fmt: skip


def identity_number(born: date, number: int) -> str:
    """18 digits with a right check digit, in a sequence (99x) that registries do not reach in practice."""
    body = f"{REGION}{born:%Y%m%d}99{number % 10}"
    return body + str(ric.calc_check_digit(body))
