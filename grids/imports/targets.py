"""Key persons and key places as kinds of sheet."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Q

from grids.imports import target_writing
from grids.imports.base import Change, Outcome, Result, Row
from grids.imports.target_cells import identity, one_phone
from grids.imports.territory import Territory
from grids.imports.words import Words
from grids.intervals import due_after, due_recoloured, interval_days
from grids.models import Area, ImportBatch, Target
from shared import cells
from shared.cells import Cell
from shared.crypto import blind, mask
from shared.dates import today
from shared.pinyin import initials

FIELDS = (
    "external_id", "category", "name", "colour", "grid", "address", "latitude", "longitude", "contact_name",
    "phone",
    "id_number", "note", "enrolled_on", "last_visit_on",
)  # fmt: skip
LENGTHS = {"address": 120, "contact_name": 60, "note": 200}
EMPTY = "（空）"


class TargetImporter:
    """重点人员 or 重点场所."""

    right = "targets.manage"
    page = "target"
    tray = ("", "")

    def __init__(
        self,
        code: str,
        label: str,
        kind: Target.Kind,
        scheme: str,
        categories: str,
        example: Mapping[str, str],
    ) -> None:
        self.code, self.label, self.kind, self.scheme, self.categories = code, label, kind, scheme, categories
        self.example: Mapping[str, str] = example
        self.choices: Mapping[str, str | tuple[str, ...]] = {"category": categories, "colour": "colour"}
        is_person = kind == Target.Kind.PERSON
        self.personal = frozenset({"phone", "id_number", "contact_name", *(["name"] if is_person else [])})
        self.required: Sequence[tuple[str, ...]] = (("name",), ("category",), ("grid", "village"))
        self.notes: Sequence[str] = (
            "姓名、类别、网格必填；来源编号或证件号码相同的再次上传是更新，都没有时看同一网格里的姓名和地址。",
            "等级写红色、黄色、绿色，不写按绿色；下次应访日期按上次走访或列入日期加间隔自动算出。",
            "身份证号按校验位和出生日期核对；其他证件在号码前写明证件名，例如“护照E12345678”。",
            "姓名、电话和证件号码加密保存，页面上默认遮住；上传的文件导入完就删除。",
        )

    def begin(self, batch: ImportBatch) -> "TargetSession":
        """Vocabulary, territory, intervals."""
        return TargetSession(self, batch)


PERSONS = TargetImporter(
    "persons",
    "重点人员",
    Target.Kind.PERSON,
    "person_column",
    "key_person",
    {
        "external_id": "RY-0001",
        "name": "张示例",
        "category": "独居老人",
        "colour": "黄色",
        "village": "河边村",
        "grid": "第一网格",
        "address": "河边村一区26号",
        "id_number": "护照E12345678",
        "phone": "13900000000",
        "enrolled_on": "2026-01-05",
        "last_visit_on": "2026-11-10",
        "note": "看用电用气是否安全",
    },
)
PLACES = TargetImporter(
    "places",
    "重点场所",
    Target.Kind.PLACE,
    "place_column",
    "place_type",
    {
        "external_id": "CS-0001",
        "name": "示例烧烤店",
        "category": "大排档",
        "colour": "红色",
        "village": "河边村",
        "grid": "第一网格",
        "address": "河边村一区28号",
        "contact_name": "陈示例",
        "phone": "13900000001",
        "enrolled_on": "2026-01-05",
        "last_visit_on": "2026-11-12",
        "latitude": "28.372",
        "longitude": "121.402",
        "note": "查看灭火器和疏散通道",
    },
)


class TargetSession:
    """One run over one register."""

    def __init__(self, importer: TargetImporter, batch: ImportBatch) -> None:
        self.importer, self.batch = importer, batch
        self.territory = Territory(batch.area)
        self.categories = Words(importer.categories, f"{importer.label}的类别")
        self.colours = Words("colour", "等级")
        self.days = interval_days()
        self.on = today()
        self.due_changes: list[tuple[Target, date]] = []

    def hint(self, row: Mapping[str, Cell]) -> str:
        """What names the row best, as it is written."""
        for code in ("external_id", "id_number"):
            if word := cells.key(row.get(code)):
                return f"{code}|{word}"
        return "|".join(cells.key(row.get(code)) for code in ("name", "grid", "address"))

    def key(self, row: Row) -> str:
        """The identity by which the row will be looked up first."""
        return target_writing.identities(row.values)[0]

    def read(self, row: Row) -> None:
        """Check every column and find the grid."""
        row.take("external_id", cells.digits, longest=60)
        name = row.take("name", cells.text, longest=80, needed="缺姓名或名称，请补上")
        row.take("category", self.categories.code, needed="缺类别，请补上")
        row.take("colour", self.colours.code)
        for code, longest in LENGTHS.items():
            row.take(code, cells.text, longest=longest)
        row.take("phone", one_phone)
        if self.importer.kind == Target.Kind.PERSON:
            row.take("id_number", identity)
        row.take("latitude", lambda cell: cells.decimal(cell, 3, 54))
        row.take("longitude", lambda cell: cells.decimal(cell, 73, 136))
        for code in ("enrolled_on", "last_visit_on"):
            when = row.take(code, cells.day)
            if when and when > self.on:
                row.refuse(code, f"“{when}”在今天之后，请核对日期")
        if grid := self._grid(row):
            row.values["grid"] = grid
        row.subject = mask(name or "") if self.importer.kind == Target.Kind.PERSON else name or ""

    def _grid(self, row: Row) -> Area | None:
        """The grid by its column, else by the house number, else the village's only one."""
        village_text, grid_text = cells.text(row.cells.get("village")), cells.text(row.cells.get("grid"))
        found = self.territory.village(village_text) if village_text else None
        if village_text and found is None:
            row.refuse("village", f"“{village_text[:20]}”不是您辖区里的村社（现名或曾用名），请核对")
            return None
        village = found.area if found else None
        if grid_text:
            grid = self.territory.grid(grid_text, village)
            if grid is None:
                known = f"{village.name}有：{self._known(village)}" if village else "请同时填写村社"
                row.refuse("grid", f"找不到网格“{grid_text[:20]}”。{known}")
            return grid
        address = cells.text(row.cells.get("address"))
        if village is None and (by_address := self.territory.by_address(address)):
            village = by_address.area
        if village is None:
            row.refuse("grid", "缺网格，请补上村社和网格")
            return None
        grid = self.territory.at_house(village, self.territory.behind(village, address))
        only = self.territory.grids[village.pk]
        if grid is not None and grid.level == Area.Level.GRID:
            return grid
        if len(only) != 1:
            row.refuse("grid", f"缺网格，请补上。{village.name}有：{self._known(village)}")
            return None
        return only[0]

    def _known(self, village: Area) -> str:
        return "、".join(grid.name for grid in self.territory.grids[village.pk][:20]) or "还没有网格"

    def plan(self, rows: Sequence[Row]) -> list[Result]:
        """Look all rows up at once; a row that meets an earlier one of the chunk meets it in memory."""
        self.due_changes = []
        found = self._stored(rows)
        results = []
        for row in rows:
            result = self._compare(row, self._match(row, found))
            if isinstance(result.made, Target):
                for name in target_writing.identities(row.values):
                    found.setdefault(name, result.made)
            results.append(result)
        return results

    def _stored(self, rows: Sequence[Row]) -> dict[str, Target]:
        """Targets of the street by each of their identities, locked. One that has a document is not found by
        name."""
        values = [row.values for row in rows]
        street = self.territory.street.path
        wanted = Q(external_id__in=[v["external_id"] for v in values if "external_id" in v])
        wanted |= Q(
            id_index__in=[blind(v["id_number"], "id") for v in values if "id_number" in v],
            grid__path__startswith=street,
        )
        wanted |= Q(grid__in={v["grid"].pk for v in values}, name__in={v["name"] for v in values})
        found: dict[str, Target] = {}
        targets = (
            Target.objects.filter(wanted, kind=self.importer.kind)
            .select_related("grid")
            .order_by("-is_active", "id")
        )
        for target in targets.select_for_update(of=("self",)):
            for name in target_writing.stored_identities(target):
                found.setdefault(name, target)
        return found

    def _match(self, row: Row, found: Mapping[str, Target]) -> Target | None:
        """The stored target that the row is about. The source number decides, then the document, then name
        and address."""
        for name in target_writing.identities(row.values):
            if (target := found.get(name)) is None:
                continue
            numbers = [(row.values.get(code), getattr(target, code)) for code in ("external_id", "id_number")]
            contrary = any(given and held and given != held for given, held in numbers)
            if name.startswith("external|") or not contrary:
                return target
            if name.startswith("id|"):
                row.refuse(
                    "external_id", f"这个证件号码已登记在来源编号 {target.external_id} 名下，请核对是否同一人"
                )
                return target
        return None

    def _compare(self, row: Row, stored: Target | None) -> Result:
        if stored is None:
            return Result(row, Outcome.CREATED, made=self._new(row))
        if not self.territory.holds(stored.grid):
            row.refuse("name", "已在本次导入范围以外登记，请联系街道指挥室核对后转入")
        if row.problems:
            return Result(row, Outcome.REJECTED)
        changes = self._apply(row, stored)
        return Result(row, Outcome.UPDATED if changes else Outcome.UNCHANGED, changes, made=stored)

    def _new(self, row: Row) -> Target:
        values = {"colour": Target.Colour.GREEN, "enrolled_on": self.on, **_stored_values(row)}
        since = values.get("last_visit_on") or values["enrolled_on"]
        due_on = due_after(since, values["colour"], self.days)
        return Target(kind=self.importer.kind, initials=initials(values["name"]), due_on=due_on, **values)

    def _apply(self, row: Row, target: Target) -> list[Change]:
        """Set what differs and say what it was."""
        changes, before = [], target.due_on
        stated = _stored_values(row)
        if target.last_visit_on and stated.get("last_visit_on", target.last_visit_on) <= target.last_visit_on:
            stated.pop("last_visit_on", None)
        for name, value in stated.items():
            old = getattr(target, name)
            if old == value or (isinstance(value, str) and cells.key(old) == cells.key(value)):
                continue
            changes.append(Change(name, self._words(name, old), self._words(name, value)))
            if name == "colour" and target.suspended_on is None:
                target.due_on = due_recoloured(target, value, self.days, self.on)
                self.due_changes.append((target, before))
            setattr(target, name, value)
            if name == "last_visit_on":
                target.due_on = max(target.due_on, due_after(value, target.colour, self.days))
        if not target.is_active:
            changes.append(Change("is_active", "已移出", "在册"))
            target.is_active, target.due_on = True, due_after(self.on, target.colour, self.days)
        target.initials = initials(target.name)
        return changes

    def _words(self, name: str, value: Any) -> str:
        """A value as people read it; personal ones masked."""
        if name in self.importer.personal:
            return mask(str(value)) or EMPTY
        if name == "category":
            return self.categories.label(str(value))
        if name == "colour":
            return self.colours.label(str(value))
        return (str(value) if isinstance(value, Area) else cells.text(value)) or EMPTY

    def save(self, results: Sequence[Result]) -> None:
        """New targets, changed ones, and the due days that a new colour ended: one statement each."""
        target_writing.create([r.made for r in results if r.outcome == Outcome.CREATED])
        target_writing.update([r.made for r in results if r.outcome == Outcome.UPDATED])
        target_writing.note_due_changes(self.due_changes, self.batch.by, self.on)


def _stored_values(row: Row) -> dict[str, Any]:
    return {name: row.values[name] for name in FIELDS if name in row.values}
