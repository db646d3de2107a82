"""The weekly figures as a kind of sheet: one row a village and week."""

from collections.abc import Mapping, Sequence
from datetime import date

from digests.bulletins.figures import FIELDS, monday
from digests.bulletins.models import Registration
from grids.imports.base import Change, Outcome, Result, Row
from grids.imports.territory import Territory
from grids.models import ImportBatch
from shared import cells
from shared.cells import Cell
from shared.dates import today


class RegistrationImporter:
    """流动人口登记."""

    code = "registration"
    label = "流动人口登记周报"
    right = "registration.enter"
    scheme = "registration_column"
    required: Sequence[tuple[str, ...]] = (("village",), ("living",), ("registered",))
    personal: frozenset[str] = frozenset()
    page = ""
    tray = ("", "")
    choices: Mapping[str, str | tuple[str, ...]] = {}
    example: Mapping[str, str] = {
        "village": "河边村",
        "week": "2026-11-16",
        "living": "1520",
        "registered": "1488",
        "moved_in": "23",
        "moved_out": "17",
    }
    notes: Sequence[str] = (
        "一行一个村社一周；“日期”写这一周里的任何一天，不写就是上一周。",
        "应登记是这一周末住在村里的流动人口，已登记是其中登记过的，不能比应登记多。",
        "同一村社同一周再次上传是更新，改动都留有记录。",
    )

    def begin(self, batch: ImportBatch) -> "RegistrationSession":
        """The territory."""
        return RegistrationSession(batch)


class RegistrationSession:
    """One run over one sheet."""

    def __init__(self, batch: ImportBatch) -> None:
        self.batch, self.territory = batch, Territory(batch.area)
        self.on = today()

    def hint(self, row: Mapping[str, Cell]) -> str:
        """Village and day as they are written."""
        return f"{cells.key(row.get('village'))}|{cells.key(row.get('week'))}"

    def key(self, row: Row) -> str:
        """Village and week."""
        return f"{row.values['village'].pk}|{row.values['week']}"

    def read(self, row: Row) -> None:
        """Check every column and find the village."""
        name = row.take("village", cells.text, longest=30, needed="缺村社名称，请补上")
        row.subject = name or ""
        if name and (found := self.territory.village(name)):
            row.values["village"] = found.area
        elif name:
            row.refuse("village", f"“{name[:20]}”不是您辖区的村社，请核对名称")
        day = row.take("week", cells.day)
        row.values["week"] = self._week(row, day)
        for field in FIELDS:
            must = "请填人数" if field in {"living", "registered"} else ""
            row.take(field, cells.whole, needed=must)
        if row.values.get("registered", 0) > row.values.get("living", 0) and "living" in row.values:
            row.refuse("registered", "已登记多于应登记，请核对")

    def _week(self, row: Row, day: date | None) -> date:
        if day is not None and day > self.on:
            row.refuse("week", f"“{day}”还没到，请核对日期")
        return monday(day) if day else monday(date.fromordinal(self.on.toordinal() - 7))

    def plan(self, rows: Sequence[Row]) -> list[Result]:
        """Compare with what is stored, locked."""
        villages = {row.values["village"].pk for row in rows}
        weeks = {row.values["week"] for row in rows}
        stored = {
            (one.village_id, one.week): one
            for one in Registration.objects.select_for_update()
            .filter(village__in=villages, week__in=weeks)
            .order_by("village_id", "week")
        }
        return [self._compare(row, stored) for row in rows]

    def _compare(self, row: Row, stored: Mapping[tuple[int, date], Registration]) -> Result:
        village, week = row.values["village"], row.values["week"]
        known = stored.get((village.pk, week))
        one = known or Registration(village=village, week=week, living=0, registered=0, version=0)
        changes = []
        for field in FIELDS:
            if field in row.values and (getattr(one, field) != row.values[field] or known is None):
                changes.append(
                    Change(field, str(getattr(one, field)) if known else "", str(row.values[field]))
                )
                setattr(one, field, row.values[field])
        if known is None:
            return Result(row, Outcome.CREATED, made=one)
        return Result(row, Outcome.UPDATED if changes else Outcome.UNCHANGED, changes, made=one)

    def save(self, results: Sequence[Result]) -> None:
        """New rows, then what changed."""
        for result in results:
            if result.outcome in (Outcome.CREATED, Outcome.UPDATED):
                result.made.entered_by_id = self.batch.by_id
                result.made.version += 1
        Registration.objects.bulk_create(r.made for r in results if r.outcome == Outcome.CREATED)
        changed = [r.made for r in results if r.outcome == Outcome.UPDATED]
        Registration.objects.bulk_update(changed, [*FIELDS, "entered_by", "version"])
