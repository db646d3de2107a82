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
LONG_KNOWN = 0.88
"""Share of those that were on the register before the history begins."""
COUNTY, CITY, CITY_SINCE = "332623", "331081", 1994
"""Region codes of Wenling: a county up to 1993, a city since (GB/T 2260)."""

first_letters = lru_cache(maxsize=50_000)(initials)


@dataclass
class Subject:
    """A target before its visits are known."""

    kind: str
    category: str
    name: str
    note: str
    chips: list[str]
    colour: str
    address: str
    latitude: float
    longitude: float
    phone: str
    enrolled_on: date
    contact_name: str = ""
    id_number: str = ""
    born_in: int | None = None

    @property
    def is_place(self) -> bool:
        """Place or person."""
        return self.kind == "place"


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
        words = self.words["places"][category]
        name = dice.choice(self.words["fronts"]) + dice.choice(words["trades"])
        subject = self._subject("place", category, name, words, grid, dice)
        subject.contact_name = invented_name(dice)
        return subject

    def _person(self, grid: Grid, dice: Random) -> Subject:
        category = dice.choice(self.person_pool)
        words = self.words["persons"][category]
        subject = self._subject("person", category, invented_name(dice), words, grid, dice)
        youngest, oldest = words["ages"]
        born = self.plan.until - timedelta(days=dice.randint(youngest * 365 + 30, oldest * 365))
        subject.id_number, subject.born_in = identity_number(born, self.made), born.year
        if dice.random() < 0.3:
            subject.contact_name = invented_name(dice)
        return subject

    def _subject(
        self, kind: str, category: str, name: str, words: dict[str, list[str]], grid: Grid, dice: Random
    ) -> Subject:
        luck = dice.random() * 100
        red, yellow = map(int, words["colours"])
        days = dice.randint(60, 900)
        if dice.random() > LONG_KNOWN:
            days = -dice.randint(1, max(2, self.plan.days - 15))
        longitude, latitude = grid.middle
        return Subject(
            kind=kind,
            category=category,
            name=name,
            note=dice.choice(words["notes"]),
            chips=words["chips"],
            colour="red" if luck < red else "yellow" if luck < red + yellow else "green",
            address=grid.address(dice.randint(grid.low, grid.high)),
            latitude=round(latitude + dice.uniform(-0.0007, 0.0007), 6),
            longitude=round(longitude + dice.uniform(-0.0008, 0.0008), 6),
            phone=phone(self.made),
            enrolled_on=self.plan.start - timedelta(days=days),
        )


def identity_number(born: date, number: int) -> str:
    """18 digits with a right check digit, in a sequence (99x) that registries do not reach in practice."""
    region = COUNTY if born.year < CITY_SINCE else CITY
    body = f"{region}{born:%Y%m%d}99{number % 10}"
    return body + str(ric.calc_check_digit(f"{body}0"))
