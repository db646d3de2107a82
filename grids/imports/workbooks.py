"""Workbooks that imports give out: templates to fill in, and refused rows to correct."""

import tempfile
from collections.abc import Iterable, Mapping
from typing import IO, Any

import xlsxwriter

from grids.imports.base import Importer, columns
from grids.imports.rows import cells_of
from grids.imports.words import Words
from grids.models import ImportBatch, ImportRow
from shared.cells import text
from shared.dates import today
from shared.sheets import EXAMPLE

OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
LAST_ROW = 5000
"""Rows of a template that have drop-down lists."""


def template(importer: Importer) -> IO[bytes]:
    """An empty sheet with the kind's headers, one example row, drop-down lists, and a sheet of notes."""
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 -- the response closes it
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        styles = {
            "head": book.add_format(
                {"bold": True, "text_wrap": True, "valign": "top", "bottom": 2, "num_format": "@"}
            ),
            "must": book.add_format(
                {
                    "bold": True,
                    "text_wrap": True,
                    "valign": "top",
                    "bottom": 2,
                    "num_format": "@",
                    "bg_color": "#E5F0EB",
                }
            ),
            "example": book.add_format({"font_color": "#5C6B66", "italic": True, "num_format": "@"}),
            "text": book.add_format({"num_format": "@"}),
            "note": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        _data_sheet(book.add_worksheet(importer.label), importer, styles)
        notes = book.add_worksheet("填写说明")
        notes.set_column(0, 0, 90, styles["note"])
        must = "、".join(
            "或".join(columns(importer)[code][0] for code in codes) for codes in importer.required
        )
        for row, note in enumerate(
            (f"带底色的列必填：{must}。", *importer.notes, "第 2 行是示例，导入时会跳过，可以删掉。")
        ):
            notes.write_string(row, 0, note, styles["note"])
    file.seek(0)
    return file


def _data_sheet(sheet: Any, importer: Importer, styles: Mapping[str, Any]) -> None:
    named = columns(importer)
    must = {code for codes in importer.required for code in codes}
    sheet.freeze_panes(1, 0)
    for column, (code, (label, *_)) in enumerate(named.items()):
        sheet.set_column(column, column, max(12, len(label) * 2 + 4), styles["text"])
        sheet.write_string(0, column, label, styles["must" if code in must else "head"])
        example = importer.example.get(code, "")
        sheet.write_string(1, column, f"{EXAMPLE}{example}" if column == 0 else example, styles["example"])
        if words := _choices(importer, code):
            sheet.data_validation(
                1,
                column,
                LAST_ROW,
                column,
                {
                    "validate": "list",
                    "source": words,
                    "error_type": "warning",
                    "error_message": "不在列表里，导入时可能被退回。",
                },
            )


def _choices(importer: Importer, code: str) -> list[str]:
    """Words of the drop-down list; a spreadsheet takes 255 characters of them at most."""
    given = importer.choices.get(code, ())
    words = Words(given, "").labels() if isinstance(given, str) else list(given)
    while len(",".join(words)) > 255:
        words.pop()
    return words


def refused(batch: ImportBatch, importer: Importer, rows: Iterable[ImportRow], taken_by: str) -> IO[bytes]:
    """Refused rows as they stood, with the reason in the last column and a watermark below; every cell is
    text."""
    named = {code: label for code, (label, *_) in columns(importer).items()}
    headers = {code: batch.columns.get(code, label) for code, label in named.items() if code in batch.columns}
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 -- the response closes it
    with xlsxwriter.Workbook(file, {**OPTIONS, "constant_memory": True}) as book:
        sheet = book.add_worksheet("退回的行")
        sheet.freeze_panes(1, 0)
        for column, header in enumerate((*headers.values(), "原表行号", "退回原因")):
            sheet.write_string(0, column, header)
        number = 0
        for number, row in enumerate(rows, start=1):
            cells = cells_of(row)
            reasons = "；".join(f"{error['column']}：{error['reason']}" for error in row.errors)
            for column, value in enumerate(
                (*(text(cells.get(code)) for code in headers), str(row.number), reasons)
            ):
                sheet.write_string(number, column, value)
        sheet.write_string(
            number + 2,
            0,
            f"说明：{taken_by} 下载于 {today():%Y-%m-%d}，含个人信息，用完请删除。",
        )
        sheet.set_footer(f"&C{taken_by} 下载，含个人信息，不得外传")
    file.seek(0)
    return file
