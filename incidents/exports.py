"""Incident lists as CSV and as a workbook: no personal column, no cell that runs, constant memory."""

import csv
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, Any

import xlsxwriter
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from incidents.models import PoliceIncident
from matters.loop import state_label
from shared.dates import local, today
from shared.renderers import harmless

COLUMNS = (
    "接警单编号",
    "报警时间",
    "警情类别",
    "警情级别",
    "警情地址",
    "村社",
    "网格",
    "处警单位",
    "处警结果",
    "状态",
    "同址次数",
    "同人次数",
    "落格",
)
XLSX_MOST = 100_000
"""Rows of a workbook at most; more is for CSV, which has no limit."""


def cells(
    rows: Iterable[dict[str, Any]], types: dict[str, str], levels: dict[str, str]
) -> Iterator[list[str]]:
    """Rows of the export as text. The summary is left out: what the police typed names people."""
    placed = dict(PoliceIncident.Placed.choices)
    for row in rows:
        grid = row["level_of_area"] == "grid"
        yield [
            row["police_number"],
            f"{local(row['occurred_at']):%Y-%m-%d %H:%M}",
            types.get(row["incident_type"], row["incident_type"]),
            levels.get(row["level"], row["level"]),
            row["address"],
            (row["above"] if grid else row["place"]) or "",
            row["place"] if grid else "",
            row["police_unit"],
            row["attended_result"],
            state_label(row["kind"], row["state"]),
            str(row["by_address"]),
            str(row["by_caller"]),
            placed[row["placed"]],
        ]


def _name(ending: str) -> str:
    return f"警情{today():%Y%m%d}.{ending}"


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, value: str) -> str:
        return value


def as_csv(rows: Iterable[list[str]]) -> StreamingHttpResponse:
    """Streamed, with the byte-order mark that Excel in China expects."""
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff"
        yield writer.writerow(COLUMNS)
        for row in rows:
            yield writer.writerow([harmless(cell) for cell in row])

    return StreamingHttpResponse(
        lines(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": content_disposition_header(True, _name("csv")) or ""},
    )


def as_xlsx(rows: Iterable[list[str]]) -> HttpResponseBase:
    """A workbook in which every cell is text."""
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 -- FileResponse closes it
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet("警情")
        sheet.write_row(0, 0, COLUMNS)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=_name("xlsx"))
