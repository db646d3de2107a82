"""Finding the village and grid that a text means: by name, former name, or house number; nothing is
guessed."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Literal, NamedTuple

from grids.imports import addresses
from grids.models import AddressRule, Area

How = Literal["name", "alias", "address"]
NUMERALS = "零一二三四五六七八九"


class Found(NamedTuple):
    """An area, how it was found, and what of the address lies behind the village's name."""

    area: Area
    how: How
    rest: str = ""


class Rule(NamedTuple):
    """A row of AddressRule in comparing form."""

    road: str
    low: int
    high: int
    area: Area
    village: Area


class Territory:
    """An area (street or village) with all below it, read once: two queries however many rows ask."""

    def __init__(self, root: Area) -> None:
        self.root = root
        areas = list(Area.objects.filter(path__startswith=_street_path(root), is_active=True).order_by("id"))
        self.by_id = {area.pk: area for area in areas}
        self.street = self.by_id.get(root.parent_ids[0], root)
        self.villages = [a for a in areas if a.level in Area.VILLAGE_LEVELS and self.holds(a)]
        self.grids: dict[int, list[Area]] = defaultdict(list)
        for area in areas:
            if area.level == Area.Level.GRID and area.parent_id is not None:
                self.grids[area.parent_id].append(area)
        self._names: dict[str, tuple[Area, How] | None] = {}
        self._learn_names()
        self._rules: dict[int, list[Rule]] = defaultdict(list)
        self.read_rules()

    def holds(self, area: Area) -> bool:
        """Whether the area lies within the root."""
        return area.path.startswith(self.root.path)

    def _learn_names(self) -> None:
        former: list[tuple[str, Area, How]] = [
            (a, v, "alias") for v in self.villages for a in v.aliases if a.strip()
        ]
        present: list[tuple[str, Area, How]] = [(v.name, v, "name") for v in self.villages]
        for name, village, how in (*former, *present):
            self._names[addresses.plain(name)] = (village, how)
        for name, village, how in (*present, *former):
            if not (short := addresses.base(name)):
                continue
            known = self._names.get(short, (village, how))
            # Two villages of one short name: the short name alone means neither.
            self._names[short] = known if known and known[0] == village else None

    def read_rules(self) -> None:
        """Read the house-number ranges (again)."""
        self._rules.clear()
        for rule in AddressRule.objects.filter(village__in=self.villages).order_by("id"):
            area, village = self.by_id.get(rule.area_id), self.by_id.get(rule.village_id)
            if area and village:
                self._rules[village.pk].append(
                    Rule(addresses.plain(rule.road), rule.low, rule.high, area, village)
                )

    def village(self, text: object, *, exact: bool = False) -> Found | None:
        """The village of that name, former name, or either without 村 / 社区; `exact`: not 凤屏社区 for
        凤屏村."""
        word = addresses.plain(text)
        found = self._names.get(word)
        if found is None and addresses.has_suffix(word) and word not in self._names and not exact:
            found = self._names.get(addresses.base(word))
        return Found(*found) if found else None

    def grid(self, text: object, village: Area | None) -> Area | None:
        """The grid of that name: `第一网格`, `河边村第1网格`, `1`; without a village only where one grid has
        the full name."""
        if village is None:
            word = addresses.plain(text)
            same = [
                g
                for found in self.grids.values()
                for g in found
                if self.holds(g) and addresses.plain(g.name) == word
            ]
        else:
            word = ordinal(text, village)
            same = [g for g in self.grids[village.pk] if ordinal(g.name, village) == word]
        if len(same) > 1:
            same = [g for g in same if addresses.plain(g.name).endswith(addresses.plain(text))]
        return same[0] if len(same) == 1 else None

    def at_house(self, village: Area, rest: str) -> Area | None:
        """The grid to which the village's ranges give this road and house number; the longest road name
        decides."""
        return _covering(self._rules[village.pk], rest)

    def by_address(self, text: object) -> Found | None:
        """The village (or grid) that an address names; None outside the street or where it names nothing
        known."""
        whole = addresses.without_region(addresses.plain(text))
        town = addresses.town_of(whole)
        if town and town != addresses.plain(self.street.name):
            return self._by_road(whole)
        rest = self._inner(text)
        return self._named(rest) or self._by_road(rest)

    def _named(self, rest: str) -> Found | None:
        """By a village's name with 村 or 社区, best at the beginning; without it only where a road of that
        village follows."""
        loose: Found | None = None
        anywhere: Found | None = None
        for word in sorted((w for w in self._names if w in rest), key=len, reverse=True):
            if (meant := self._names[word]) is None:
                continue
            area, how = meant
            before, behind = rest.split(word, 1)
            found = Found(area, "alias" if how == "alias" else "address", addresses.without_suffix(behind))
            if addresses.has_suffix(word) or found.rest != behind:
                if not before:
                    return found
                anywhere = anywhere or found
            elif not before and any(behind.startswith(rule.road) for rule in self._rules[area.pk]):
                loose = loose or found
        return loose or anywhere

    def _by_road(self, rest: str) -> Found | None:
        """By a road that only one village has, if the house number is in one of its ranges."""
        rules = [r for found in self._rules.values() for r in found if rest.startswith(r.road)]
        if len({rule.village.pk for rule in rules}) != 1 or _covering(rules, rest) is None:
            return None
        return Found(rules[0].village, "address", rest)

    def behind(self, village: Area | None, text: object) -> str:
        """What of an address lies behind street and village name: road and house number."""
        rest = self._inner(text)
        found = self._named(rest) if village else None
        return found.rest if found and found.area == village else rest

    def _inner(self, text: object) -> str:
        return addresses.without_region(addresses.plain(text)).removeprefix(addresses.plain(self.street.name))

    def key_of(self, village: Area | None, text: object) -> str:
        """The key under which reports of one address meet, in the village's name of today: `河边村一区26号`;
        empty where too vague."""
        short = addresses.same_place(self.behind(village, text))
        return f"{addresses.plain(village.name) if village else ''}{short}"[:120] if short else ""

    def village_of(self, area: Area) -> Area | None:
        """The village in which a grid lies, or the village itself; None for a street."""
        if area.level in Area.VILLAGE_LEVELS:
            return area
        return self.by_id.get(area.parent_id or 0) if area.level == Area.Level.GRID else None


def _street_path(area: Area) -> str:
    return f"/{area.parent_ids[0]}/" if area.parent_ids else area.path


def _covering(rules: Iterable[Rule], rest: str) -> Area | None:
    for rule in sorted(rules, key=lambda r: -len(r.road)):
        at = rest.find(rule.road)
        if at < 0:
            continue
        number = re.match(r"第?(\d{1,9})", rest[at + len(rule.road) :])
        if number is None and (rule.low, rule.high) == (0, 99999):
            return rule.area
        if number and rule.low <= int(number[1]) <= rule.high:
            return rule.area
    return None


def ordinal(text: object, village: Area) -> str:
    """A grid's name without its village, 第, 号 and 网格, numerals as digits: all writings of one grid are
    one text."""
    word = addresses.plain(text)
    for name in (village.name, *village.aliases, addresses.base(village.name)):
        word = word.removeprefix(addresses.plain(name))
    word = re.sub(r"^第|号?(网格|格)?$", "", word) or word
    return _digits(word)


def _digits(word: str) -> str:
    if not re.fullmatch(rf"[{NUMERALS}十]+", word):
        return word.lstrip("0") or word
    tens, ten, ones = word.rpartition("十")
    if not ten:
        return "".join(str(NUMERALS.index(figure)) for figure in word)
    return str((NUMERALS.find(tens) if tens else 1) * 10 + (NUMERALS.find(ones) if ones else 0))
