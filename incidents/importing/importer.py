"""The police export as a kind of sheet: its columns, what each row must hold, and how rows are compared with
what is stored."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from django.utils import timezone

from grids.imports.base import Change, Outcome, Result, Row
from grids.imports.territory import Territory
from grids.imports.words import Words
from grids.models import ImportBatch
from grids.queries import parameters
from incidents.importing import writing
from incidents.importing.placing import Place, place
from incidents.models import PoliceIncident
from incidents.referring import refer_marked
from matters.clocks import Limits
from shared import cells
from shared.cells import Cell
from shared.crypto import blind, mask
from shared.jinja import moment_text

TEXTS = {"village_text": 60, "summary": 5000, "caller_name": 60, "police_unit": 60, "attended_result": 60}
OF_MATTER = ("occurred_at",)
NUMBER = re.compile(r"\d(?:[\s-]?[\dX]){6,}")
"""A phone or identity number in free text, also with gaps: a title goes into lists and messages without
it.
"""
KEPT = "落格"
"""What a changed address did not move, as the import and the timeline call it."""
FIELDS = (
    "occurred_at",
    "incident_type",
    "level",
    "address",
    "village_text",
    "summary",
    "caller_name",
    "caller_phone",
    "police_unit",
    "attended_at",
    "attended_result",
    "to_mediation",
)


class IncidentImporter:
    """接警单."""

    code = "incidents"
    label = "警情"
    right = "incidents.import"
    scheme = "incident_column"
    required: Sequence[tuple[str, ...]] = (
        ("police_number",),
        ("occurred_at",),
        ("incident_type",),
        ("address", "village_text"),
    )
    personal = frozenset({"caller_name", "caller_phone"})
    page = "incident_detail"
    tray = ("tray", "incidents.place")
    choices: Mapping[str, str | tuple[str, ...]] = {
        "incident_type": "incident_type",
        "level": "incident_level",
        "to_mediation": ("是", "否"),
    }
    example: Mapping[str, str] = {
        "police_number": "3310810020261100001",
        "occurred_at": "2026-11-16 08:30",
        "caller_name": "张示例",
        "caller_phone": "13900000000",
        "incident_type": "纠纷",
        "level": "一般",
        "address": "温岭市城东街道河边村一区26号",
        "village_text": "河边村",
        "summary": "邻里噪音引发争执",
        "police_unit": "城东派出所",
        "attended_at": "2026-11-16 08:45",
        "attended_result": "现场调解",
        "to_mediation": "否",
    }
    notes: Sequence[str] = (
        "派出所导出的表可以直接上传，不必改列名、列的次序和编码；标题行、合计行会自动跳过。",
        "接警单编号、报警时间、警情类别必填；警情地址和所属村社至少填一项。",
        "同一编号再次上传：内容没变的跳过，变了的更新。空格不会抹掉已有内容。",
    )

    def begin(self, batch: ImportBatch) -> "IncidentSession":
        """Vocabulary and territory, read once."""
        return IncidentSession(batch)


class IncidentSession:
    """One run over one export."""

    def __init__(self, batch: ImportBatch) -> None:
        self.batch = batch
        self.territory = Territory(batch.area)
        self.types = Words("incident_type", "警情类别")
        self.levels = Words("incident_level", "警情级别")
        rules = parameters("incident_history_days")
        self.history = timezone.now() - timedelta(days=rules["incident_history_days"])
        self.limits = Limits("police_incident")

    def hint(self, row: Mapping[str, Cell]) -> str:
        """The number as it is written."""
        return cells.key(row.get("police_number"))

    def key(self, row: Row) -> str:
        """The number."""
        return str(row.values["police_number"])

    def read(self, row: Row) -> None:
        """Check every column; numbers, times and words are made what they mean, texts stay as they are."""
        number = row.take("police_number", cells.digits, longest=40, needed="缺接警单编号，请补上编号")
        if number and not re.fullmatch(r"[A-Za-z0-9-]+", number):
            row.refuse("police_number", "编号只能有字母、数字和短横线，请核对")
        row.take("occurred_at", cells.moment, needed="缺报警时间，请补上")
        row.take("incident_type", self.types.code, needed="缺警情类别，请补上")
        row.take("level", self.levels.code)
        address = row.take("address", cells.text, longest=200)
        for code, longest in TEXTS.items():
            row.take(code, cells.text, longest=longest)
        row.take("caller_phone", cells.phone, longest=40)
        row.take("attended_at", cells.moment)
        row.take("to_mediation", cells.yes_no)
        if not address and not row.values.get("village_text"):
            row.refuse("address", "警情地址和所属村社都没有，不知道归谁，请至少补一项")
        about = (number, self.types.label(row.values.get("incident_type", "")), address)
        row.subject = "，".join(part for part in about if part)

    def plan(self, rows: Sequence[Row]) -> list[Result]:
        """One query for all rows: new numbers, same content, or what is different."""
        numbers = [row.values["police_number"] for row in rows]
        stored = {
            incident.police_number: incident
            for incident in PoliceIncident.objects.filter(police_number__in=numbers)
            .select_related("matter__area")
            .select_for_update(of=("self", "matter"))
        }
        return [self._compare(row, stored.get(row.values["police_number"])) for row in rows]

    def _compare(self, row: Row, stored: PoliceIncident | None) -> Result:
        if stored is None:
            return self.new(row)
        if not stored.matter.area.path.startswith(self.batch.area.path):
            row.refuse("police_number", "这个编号已在别的街道登记，请核对编号")
            return Result(row, Outcome.REJECTED)
        before = contents(stored)
        after = {**before, **{name: row.values[name] for name in FIELDS if name in row.values}}
        in_tray = stored.placed == PoliceIncident.Placed.TRAY and stored.matter.closed_at is None
        same = digest(after) == stored.row_hash
        different = [] if same else [name for name in FIELDS if normal(before[name]) != normal(after[name])]
        if not different:
            return Result(row, Outcome.UNCHANGED, unplaced=in_tray, made=stored)
        changes = [
            Change(name, self._words(name, before[name]), self._words(name, after[name]))
            for name in different
        ]
        for name in different:
            setattr(stored.matter if name in OF_MATTER else stored, name, after[name])
        stored.row_hash = digest(after)
        stored.matter.title = self._title(stored)
        if {"address", "village_text"} & set(different):
            changes += self._placed_anew(stored)
            in_tray = in_tray and stored.placed == PoliceIncident.Placed.TRAY
        return Result(row, Outcome.UPDATED, changes, unplaced=in_tray, made=stored)

    def _placed_anew(self, stored: PoliceIncident) -> list[Change]:
        """Where the new address is; told where that is not where a person or its handling keeps it."""
        found = place(self.territory, stored.village_text, stored.address)
        if found.how == PoliceIncident.Placed.TRAY:
            village = self.territory.village_of(stored.matter.area)
            found = found._replace(address_key=self.territory.key_of(village, stored.address))
        if writing.place_anew(stored, found):
            return []
        why = "人工指定" if stored.placed == PoliceIncident.Placed.HAND else "已在办理"
        return [Change(KEPT, f"按新地址是{found.area.name}", f"{why}，仍在{stored.matter.area.name}")]

    def new(self, row: Row) -> Result:
        """A row as an incident with its matter, not saved yet."""
        values = {"level": "ordinary", **row.values}
        occurred_at = values.pop("occurred_at")
        found = self.place(values)
        incident = PoliceIncident(
            **{**values, "address": values.get("address") or values["village_text"]},
            placed=found.how,
            address_key=found.address_key,
            batch=self.batch if self.batch.pk else None,
        )
        incident.matter = writing.matter_of(
            incident, found.area, occurred_at, self._title(incident), self.batch.by, self.limits
        )
        writing.take_as_history(incident, self.history)
        incident.row_hash = digest(contents(incident))
        return Result(row, Outcome.CREATED, unplaced=found.how == PoliceIncident.Placed.TRAY, made=incident)

    def place(self, values: Mapping[str, Any]) -> Place:
        """Where a new row belongs."""
        return place(self.territory, values.get("village_text", ""), values.get("address", ""))

    def _title(self, incident: PoliceIncident) -> str:
        label = self.types.label(incident.incident_type)
        told = NUMBER.sub("****", unicodedata.normalize("NFKC", incident.summary))
        return (f"{label}：{told}" if told else label)[:120]

    def save(self, results: Sequence[Result]) -> None:
        """Matters, incidents and timelines, each in one statement; then what is marked goes to mediation."""
        writing.create([r.made for r in results if r.outcome == Outcome.CREATED], self.batch)
        writing.update([(r.made, r.changes) for r in results if r.outcome == Outcome.UPDATED], self.batch)
        refer_marked(r.made for r in results)

    def _words(self, name: str, value: Any) -> str:
        """A value as people read it."""
        if name == "summary":
            return "（见警情）"  # free text of the police may name people; a timeline cannot be unwritten
        if name in IncidentImporter.personal:
            return mask(str(value)) or "（空）"
        if name == "incident_type":
            return self.types.label(str(value))
        if name == "level":
            return self.levels.label(str(value))
        if isinstance(value, datetime):
            return moment_text(value)
        return cells.text(value) or "（空）"


def contents(incident: PoliceIncident) -> dict[str, Any]:
    """What the police say about an incident, as it is stored."""
    return {name: getattr(incident.matter if name in OF_MATTER else incident, name) for name in FIELDS}


def normal(value: Any) -> Any:
    """A value in which two writings of the same content are equal: `新街３１号` = `新街31号`."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return cells.key(value) if isinstance(value, str) else value


def digest(content: Mapping[str, Any]) -> str:
    """Keyed hash of the normalised content: it holds personal data, so a plain hash could be tried out."""
    plain = orjson.dumps({name: normal(content[name]) for name in FIELDS}).decode()
    return blind(plain, "incident_row")
