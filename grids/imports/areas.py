"""Villages, communities and grids as a kind of sheet: names, former names, population, house numbers,
outlines."""

from collections.abc import Mapping, Sequence
from typing import Any

from grids.imports import addresses
from grids.imports.area_cells import Stretch, outline, stretches
from grids.imports.base import Change, Outcome, Result, Row
from grids.imports.territory import Territory, ordinal
from grids.models import AddressRule, Area, ImportBatch
from shared import cells
from shared.cells import Cell, Unclear

LEVELS = {
    "村": Area.Level.VILLAGE,
    "行政村": Area.Level.VILLAGE,
    "社区": Area.Level.COMMUNITY,
    "居委会": Area.Level.COMMUNITY,
}
FIELDS = ("code", "population", "outline")


class AreaImporter:
    """村社和网格."""

    code = "areas"
    label = "村社和网格"
    right = "areas.manage"
    scheme = "area_column"
    required: Sequence[tuple[str, ...]] = (("village",),)
    personal: frozenset[str] = frozenset()
    page = ""
    tray = ("", "")
    choices: Mapping[str, str | tuple[str, ...]] = {"level": ("村", "社区")}
    example: Mapping[str, str] = {
        "street": "城东街道",
        "village": "河边村",
        "level": "村",
        "grid": "第一网格",
        "aliases": "老河边村、东河边",
        "population": "1200",
        "addresses": "一区1-120;九龙湖路1-80",
    }
    notes: Sequence[str] = (
        "一行一个网格；网格一栏空着的行说的是村社本身。",
        "曾用名用顿号隔开；合并前的村名写在这里，以后的警情和表格都认得。",
        "地址段写“道路起号-止号”，几段用分号隔开；整条路都归这个网格时不写号。",
        "同名的村社或网格再次上传是更新；空格不会抹掉已有内容；地址段以新表为准，曾用名只增不减。",
    )

    def begin(self, batch: ImportBatch) -> "AreaSession":
        """The territory as it stands."""
        return AreaSession(batch)


class AreaSession:
    """One run over one list of areas."""

    def __init__(self, batch: ImportBatch) -> None:
        self.batch = batch
        self.territory = Territory(batch.area)
        self.stored: dict[int, list[Stretch]] = {}
        self.roads: dict[int, list[tuple[Area, Stretch]]] = {}
        self.made: dict[tuple[str, str], Area] = {}
        self.told: set[int] = set()
        self.ranges: dict[int, tuple[Area, list[Stretch]]] = {}

    def hint(self, row: Mapping[str, Cell]) -> str:
        """Village and grid as they are written."""
        return f"{cells.key(row.get('village'))}|{cells.key(row.get('grid'))}"

    def key(self, row: Row) -> str:
        """Village and grid by their names of today."""
        return f"{addresses.plain(row.values['village'])}|{addresses.plain(row.values.get('grid', ''))}"

    def read(self, row: Row) -> None:
        """Check every column; the village gets its name of today."""
        street = row.take("street", cells.text)
        if street and addresses.plain(street) != addresses.plain(self.territory.street.name):
            row.refuse(
                "street", f"“{street[:20]}”不在这次导入的范围，这次只导入{self.territory.street.name}的"
            )
        village = row.take("village", cells.text, longest=30, needed="缺村社名称，请补上")
        grid = row.take("grid", cells.text, longest=28)
        row.take("level", _level)
        row.take("code", cells.digits, longest=12)
        row.take("aliases", _aliases)
        row.take("population", cells.whole)
        row.take("addresses", stretches)
        row.take("outline", outline)
        row.subject = " ".join(part for part in (village, grid) if part)
        if village and (found := self.territory.village(village, exact=True)):
            row.values["village"] = found.area.name

    def plan(self, rows: Sequence[Row]) -> list[Result]:
        """Compare with the territory, read anew under the lock that imports of areas hold."""
        self.territory = Territory(self.batch.area)
        self.made, self.told, self.ranges = {}, set(), {}
        areas = [self._area(row) for row in rows]
        self._read_roads([area for row, area in zip(rows, areas, strict=True) if "addresses" in row.values])
        return [self._compare(row, area) for row, area in zip(rows, areas, strict=True)]

    def _area(self, row: Row) -> Area:
        """The stored area that the row is about, else one to be made; its village is made with it where that
        is new."""
        name = row.values["village"]
        found = self.territory.village(name, exact=True)
        level = Area.Level.COMMUNITY if name.endswith(("社区", "居")) else Area.Level.VILLAGE
        village = (
            found.area
            if found
            else self._new(name, "", self.territory.street, name, row.values.get("level", level))
        )
        if "grid" not in row.values:
            return village
        grid = row.values["grid"]
        if village.pk and (stored := self.territory.grid(grid, village)):
            return stored
        full = grid if grid.startswith(village.name) else f"{village.name}{grid}"
        return self._new(village.name, ordinal(grid, village), village, full, Area.Level.GRID)

    def _new(self, village: str, grid: str, parent: Area, name: str, level: str) -> Area:
        key = (addresses.plain(village), grid)
        return self.made.setdefault(key, Area(parent=parent, name=name, level=level, aliases=[]))

    def _read_roads(self, restated: Sequence[Area]) -> None:
        """All ranges of the street; those that the rows state anew stand in nobody's way."""
        again = {area.pk for area in restated}
        self.stored, self.roads = {}, {}
        for rule in AddressRule.objects.filter(village__path__startswith=self.territory.street.path).order_by(
            "id"
        ):
            stretch = Stretch(rule.road, rule.low, rule.high)
            self.stored.setdefault(rule.area_id, []).append(stretch)
            if rule.area_id not in again and (owner := self.territory.by_id.get(rule.area_id)):
                self.roads.setdefault(rule.village_id, []).append((owner, stretch))

    def _compare(self, row: Row, area: Area) -> Result:
        if area.pk is not None and not self.territory.holds(area):
            row.refuse("village", "不在您的辖区，请联系街道指挥室")
        village = area.parent if area.level == Area.Level.GRID and area.parent else area
        self._check_roads(row, area, village)
        if row.problems:
            return Result(row, Outcome.REJECTED)
        changes = self._changes(row, area, village)
        if area.pk is None and id(area) not in self.told:
            self.told.add(id(area))
            return Result(row, Outcome.CREATED, made=area)
        return Result(row, Outcome.UPDATED if changes else Outcome.UNCHANGED, changes, made=area)

    def _check_roads(self, row: Row, area: Area, village: Area) -> None:
        """A house belongs to one grid: refuse a range that meets another grid's."""
        taken = self.roads.setdefault(village.pk or id(village), [])
        for stretch in row.values.get("addresses", []):
            for owner, other in taken:
                if owner is not area and owner != area and stretch.meets(other):
                    row.refuse("addresses", f"“{stretch}”与{owner.name}的“{other}”重叠，请核对门牌")
        if not row.problems:
            taken += [(area, stretch) for stretch in row.values.get("addresses", [])]

    def _changes(self, row: Row, area: Area, village: Area) -> list[Change]:
        """Set what differs on the area and say what it was."""
        found = []
        stated: dict[str, Any] = {name: row.values[name] for name in FIELDS if name in row.values}
        if "aliases" in row.values:
            more = [
                alias for alias in row.values["aliases"] if alias not in area.aliases and alias != area.name
            ]
            stated["aliases"] = [*area.aliases, *more]
        if "level" in row.values and area is village:
            stated["level"] = row.values["level"]
        for name, value in stated.items():
            if (before := getattr(area, name)) != value:
                found.append(Change(name, _words(name, before), _words(name, value)))
                setattr(area, name, value)
        if "addresses" in row.values:
            old = sorted(map(str, self.stored.get(area.pk or 0, [])))
            new = sorted({str(stretch) for stretch in row.values["addresses"]})
            if old != new:
                found.append(Change("addresses", ";".join(old) or "（空）", ";".join(new)))
                self.ranges[id(area)] = (area, row.values["addresses"])
        return found

    def save(self, results: Sequence[Result]) -> None:
        """New villages, then new grids, then what changed: a constant number of statements."""
        new: list[Area] = [r.made for r in results if r.outcome == Outcome.CREATED]
        grids = [area for area in new if area.level == Area.Level.GRID]
        every = list(new)
        for grid in grids:
            if grid.parent is not None and grid.parent.pk is None:
                every.append(grid.parent)
        villages = {id(area): area for area in every if area.level != Area.Level.GRID}
        _plant(list(villages.values()))
        _plant(grids)
        changed = {r.made.pk: r.made for r in results if r.outcome == Outcome.UPDATED}
        Area.objects.bulk_update(list(changed.values()), [*FIELDS, "aliases", "level"])
        self._save_ranges()

    def _save_ranges(self) -> None:
        restated = [(area, ranges) for area, ranges in self.ranges.values() if area.pk is not None]
        AddressRule.objects.filter(area__in=[area for area, _ in restated]).delete()
        AddressRule.objects.bulk_create(
            AddressRule(
                area=area,
                village=area.parent if area.level == Area.Level.GRID else area,
                road=stretch.road,
                low=stretch.low,
                high=stretch.high,
            )
            for area, ranges in restated
            for stretch in dict.fromkeys(ranges)
        )


def _plant(areas: Sequence[Area]) -> None:
    """Store new areas below stored parents, with their paths."""
    for area in Area.objects.bulk_create(areas):
        area.path = f"{area.parent.path if area.parent else '/'}{area.pk}/"
    Area.objects.bulk_update(areas, ["path"])


def _level(cell: Cell) -> Area.Level:
    if (level := LEVELS.get(cells.key(cell))) is None:
        raise Unclear(f"“{cells.text(cell)[:10]}”请写“村”或“社区”")
    return level


def _aliases(cell: Cell) -> list[str]:
    found = cells.words(cell)
    if any(len(alias) > 60 for alias in found):
        raise Unclear("曾用名太长：每个最多 60 个字，几个之间用顿号隔开")
    return found


def _words(name: str, value: Any) -> str:
    """A value as people read it."""
    if name == "outline":
        return "有" if value else "（空）"
    if name == "level":
        return Area.Level(value).label
    if isinstance(value, list):
        return "、".join(value) or "（空）"
    return cells.text(value) or "（空）"
