"""A month's roster as a workbook: the grid as it hangs on the wall, and hours per person."""

import tempfile
from typing import IO, Any

import xlsxwriter
from django.http import FileResponse

from grids.models import Unit
from mediation.roster.queries import Board, Spread
from shared.dates import WEEKDAYS
from shared.renderers import harmless


def _cell(seats: list[Any]) -> str:
    names = [
        f"{s.department.name} {s.person.name if s.person else '缺口'}"
        if s.department
        else (s.person.name if s.person else "缺口")
        for s in seats
    ]
    return str(harmless("\n".join(names)))


def as_xlsx(station: Unit, board: Board, spreads: list[Spread]) -> FileResponse:
    """The file, ready to print on A4 across."""
    out: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 -- the answer closes it
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    head = book.add_format({"bold": True, "border": 1, "align": "center", "bg_color": "#E4F0EC"})
    cell = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
    title = book.add_format({"bold": True, "font_size": 14})
    sheet = book.add_worksheet("值班表")
    first, last = board.days[0].day, board.days[-1].day
    sheet.write(0, 0, f"{station.name}值班表 {first:%Y-%m-%d} 至 {last:%Y-%m-%d}", title)
    for column, text in enumerate(["日期", "星期", *board.columns]):
        sheet.write(2, column, text, head)
    for row, day in enumerate(board.days, start=3):
        sheet.write(row, 0, f"{day.day:%Y-%m-%d}", cell)
        sheet.write(row, 1, WEEKDAYS[day.day.weekday()], cell)
        for column, name in enumerate(board.columns, start=2):
            sheet.write(row, column, _cell(day.cells[name]), cell)
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, 1, 6)
    sheet.set_column(2, 2 + len(board.columns), 18)
    sheet.freeze_panes(3, 2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)
    _hours(book, spreads, head, cell)
    book.close()
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename=f"{station.name}值班表{first:%Y%m}.xlsx")


def _hours(book: Any, spreads: list[Spread], head: Any, cell: Any) -> None:
    sheet = book.add_worksheet("工时")
    for column, text in enumerate(["部门", "姓名", "小时", "班数", "夜班", "周末班"]):
        sheet.write(0, column, text, head)
    loads = [load for spread in spreads for load in spread.people]
    for row, load in enumerate(loads, start=1):
        name, department = harmless(load.name), harmless(load.department)
        for column, value in enumerate(
            [department, name, load.hours, load.shifts, load.nights, load.weekends]
        ):
            sheet.write(row, column, value, cell)
    sheet.set_column(0, 1, 14)
