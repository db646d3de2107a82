"""Forms of imports: a new file, the correction of a row, the reason for taking refused rows out."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from grids.imports import queries
from grids.imports.base import Importer, columns
from grids.imports.rows import cells_of
from grids.models import Area, ImportBatch, ImportRow
from shared.cells import text
from shared.crypto import mask
from shared.sheets import MAX_BYTES

LONG = 40
EMPTIED = "-"
"""What is typed to empty a personal column, whose old content the form does not show."""


class ImportForm(forms.Form):
    """导入表格."""

    kind = forms.ChoiceField(label="导入什么", widget=forms.RadioSelect)
    area = forms.ModelChoiceField(label="哪个范围", queryset=Area.objects.none(), required=False)
    file = forms.FileField(
        label="表格文件",
        help_text=f".xlsx 或 .csv，不超过 {MAX_BYTES // 1024 // 1024} MB",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
        error_messages={"empty": "文件是空的，请核对后重新选择。", "required": "请选择要导入的文件。"},
    )
    dry_run = forms.BooleanField(
        label="只检查，不导入", required=False, help_text="看看有没有问题行，什么都不写入"
    )

    def __init__(self, data: Any = None, files: Any = None, *, user: Any, kind: str = "") -> None:
        kinds = queries.kinds_of(user)
        super().__init__(data, files, initial={"kind": kind or kinds[0].code})
        self._user, self._kinds = user, {importer.code: importer for importer in kinds}
        choice, area = self.fields["kind"], self.fields["area"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101 -- declared above
        assert isinstance(area, forms.ModelChoiceField)  # noqa: S101 -- declared above
        choice.choices = [(importer.code, importer.label) for importer in kinds]
        everywhere = Area.objects.none()
        for importer in kinds:
            everywhere |= queries.territories(user, importer.right)
        area.queryset = everywhere
        if len(everywhere) < 2:
            del self.fields["area"]

    def clean_file(self) -> UploadedFile:
        """A file within the limit."""
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MAX_BYTES:
            raise forms.ValidationError(f"文件超过 {MAX_BYTES // 1024 // 1024} MB，请分成几个文件上传。")
        return file

    def clean(self) -> dict[str, Any]:
        """The territory that the file belongs to: the chosen one, else the only one for this kind."""
        cleaned = super().clean() or {}
        if (importer := self._kinds.get(cleaned.get("kind", ""))) is None:
            return cleaned
        allowed = list(queries.territories(self._user, importer.right))
        chosen = cleaned.get("area")
        if chosen is None and len(allowed) == 1:
            cleaned["area"] = allowed[0]
        elif chosen not in allowed:
            self.add_error("area" if "area" in self.fields else None, f"请选择要导入{importer.label}的范围。")
        return cleaned


class CorrectionForm(forms.Form):
    """One refused row. Personal columns show nothing of what stood there unless masked; left empty they stay
    as they are."""

    def __init__(self, data: Any = None, *, row: ImportRow, importer: Importer) -> None:
        super().__init__(data)
        self._kept = cells_of(row)
        self._importer = importer
        headers: Mapping[str, str] = row.batch.columns
        wrong = {error["code"]: error["reason"] for error in row.errors}
        must = {code for codes in importer.required for code in codes}
        named = columns(importer)
        for code in sorted(named, key=lambda code: code not in wrong):
            label = named[code][0]
            if code in headers or code in wrong or code in must:
                self.fields[code] = self._field(code, headers.get(code, label))
        if data is None:
            self.is_bound, self.data = True, {code: field.initial for code, field in self.fields.items()}
            self.tell(wrong)

    def _field(self, code: str, label: str) -> forms.CharField:
        held = text(self._kept.get(code))
        hidden = code in self._importer.personal and bool(held)
        field = forms.CharField(
            label=label,
            required=(code,) in self._importer.required and not hidden,
            max_length=2000,
            initial="" if hidden else held,
            help_text=f"表中是 {mask(held)}，不改就空着，要清空填一个减号" if hidden else "",
            widget=forms.Textarea(attrs={"rows": 3})
            if len(held) > LONG and not hidden
            else forms.TextInput(),
            error_messages={"required": "这一项必填，请补上。"},
        )
        field.widget.attrs["autocomplete"] = "off"
        return field

    def tell(self, reasons: Mapping[str, str]) -> None:
        """Put reasons at their fields."""
        for code, reason in reasons.items():
            self.add_error(code if code in self.fields else None, reason)

    def given(self) -> dict[str, str]:
        """What was typed, by column; personal columns only where something was typed."""
        typed = {code: text(value) for code, value in self.cleaned_data.items()}
        return {
            code: "" if value == EMPTIED and code in self._importer.personal else value
            for code, value in typed.items()
            if value or code not in self._importer.personal
        }


class TakeOutForm(forms.Form):
    """Why the refused rows of a batch are taken out in full."""

    reason = forms.CharField(
        label="为什么要下载", max_length=200, help_text="例如：在原表改正后重新上传。至少 4 个字"
    )

    def __init__(self, data: Any = None, *, batch: ImportBatch) -> None:
        super().__init__(data)
        self.batch = batch
