"""Reading .csv and .xlsx as offices send them: any encoding, titles above the header, any order of columns,
total rows below."""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

import python_calamine as calamine

from shared import unpacked
from shared.cells import Cell, key, text
from shared.errors import InvalidInput

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 150_000
HEADER_WITHIN = 10
LEAST_COLUMNS = 2

EXAMPLE = "【示例】"
"""A row that begins so is a template's example and no data."""

_TOTAL = re.compile(r"(本页|本表|本日|本周|本月|累计)?(合计|总计|小计|共计|累计)(:.*)?\d*[条起人件个户]?")
_NOTE = re.compile(r"(制表|填报|填表|审核|复核|统计|打印|导出|备注|说明|注)[^,]{0,4}?:.*|(备注|说明|注)")
_TRAILING = re.compile(r"[:*]+$|\(必填\)$")
_BRACKETED = re.compile(r"\([^()]*\)$")
_NOT_A_SHEET = "这个文件不是表格，请上传 .xlsx 或 .csv 文件。"
_SAVE_AS = "请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。"
_KNOWN_OTHERS = {
    b"%PDF": "这是 PDF 文件，不是表格。请导出 .xlsx 或 .csv。",
    b"\x89PNG": _NOT_A_SHEET,
    b"\xff\xd8\xff": _NOT_A_SHEET,
    b"Rar!": "这是压缩包，请解压后上传里面的表格。",
    b"7z\xbc\xaf": "这是压缩包，请解压后上传里面的表格。",
    b"{\\rtf": f"这是文档，不是表格。{_SAVE_AS}",
}


class SheetError(InvalidInput):
    """The file as a whole cannot be read; the message says why and what to do."""

    code = "sheet"

    def __init__(self, message: str) -> None:
        super().__init__(message, field="file")


class Tab(NamedTuple):
    """One sheet of the file; `rows` starts anew at each call."""

    name: str
    rows: Callable[[], Iterator[Sequence[Cell]]]


class Record(NamedTuple):
    """A data row: its number in the file (the first row is 1) and its cells by column code."""

    number: int
    cells: dict[str, Cell]


@dataclass(frozen=True)
class Vocabulary:
    """What columns are called: any known word → code, the label of each code, and which must be there (any of
    each tuple)."""

    known: Mapping[str, tuple[str, int]]
    labels: Mapping[str, str]
    required: Sequence[tuple[str, ...]] = ()

    @classmethod
    def of(
        cls, columns: Mapping[str, Sequence[str]], required: Sequence[tuple[str, ...]] = ()
    ) -> "Vocabulary":
        """From code → (label, synonyms…). A word of two codes belongs to the one that has it earlier in its
        list."""
        known: dict[str, tuple[str, int]] = {}
        for code, names in columns.items():
            for rank, name in enumerate(names):
                word = header_key(name)
                if word not in known or rank < known[word][1]:
                    known[word] = (code, rank)
        return cls(known, {code: names[0] for code, names in columns.items()}, required)

    def code_of(self, cell: Cell) -> tuple[str, int] | None:
        """The code that a header cell means and how far its word is from the label; None for an unknown
        word."""
        word = header_key(cell)
        return self.known.get(word) or self.known.get(_BRACKETED.sub("", word))

    def names(self, codes: Sequence[str]) -> str:
        """`警情地址或所属村社`."""
        return "或".join(self.labels[code] for code in codes)


def header_key(cell: Cell) -> str:
    """A header without blanks, line breaks, full-width forms, trailing colon, asterisk or （必填）."""
    return _TRAILING.sub("", _TRAILING.sub("", key(cell)).lstrip("*"))


@dataclass
class Table:
    """The sheet whose header was found: `columns` index → code, `headers` code → word in the file."""

    tab: Tab
    header_row: int
    columns: dict[int, str]
    headers: dict[str, str]
    unknown: list[str] = field(default_factory=list)

    def rows(self) -> Iterator[Record]:
        """Data rows; blank rows, totals, examples, notes below the table and repeated headers are left
        out."""
        for number, cells in enumerate(self.tab.rows(), start=1):
            if number <= self.header_row:
                continue
            if number > self.header_row + MAX_ROWS:
                raise SheetError(f"表格超过 {MAX_ROWS:,} 行，请分成几个文件上传。")
            found = {code: cells[index] for index, code in self.columns.items() if index < len(cells)}
            if not self._is_furniture(cells, found):
                yield Record(number, found)

    def _is_furniture(self, cells: Sequence[Cell], found: Mapping[str, Cell]) -> bool:
        first = next((cell for cell in cells if _filled(cell)), None)
        if first is None:
            return True
        opening = key(first)
        if opening.startswith(EXAMPLE):
            return True
        if _TOTAL.fullmatch(opening) and sum(map(_filled, cells)) <= max(2, len(self.columns) // 2):
            return True
        if _NOTE.fullmatch(opening) and sum(map(_filled, cells)) == 1:
            return True
        return all(header_key(found.get(code)) == header_key(word) for code, word in self.headers.items())


def _filled(cell: Cell) -> bool:
    return cell is not None and cell != "" and bool(text(cell))


def read_tabs(data: bytes) -> list[Tab]:
    """The sheets of a file, told apart by content, never by name. Raises SheetError for anything that is no
    table."""
    if not data.strip(b"\0 \t\r\n"):
        raise SheetError("文件是空的，请核对后重新上传。")
    if len(data) > MAX_BYTES:
        raise SheetError(f"文件超过 {MAX_BYTES // 1024 // 1024} MB，请分成几个文件上传。")
    if data.startswith(b"PK"):
        return _workbook(data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise SheetError("文件有打开密码，请去掉密码后再上传。")
        raise SheetError(f"这是旧版 .xls 文件，读不了。{_SAVE_AS}")
    for start, message in _KNOWN_OTHERS.items():
        if data.startswith(start):
            raise SheetError(message)
    return _text_tabs(data)


def _workbook(data: bytes) -> list[Tab]:
    try:
        unpacked.check(data)
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        visible = [sheet.name for sheet in book.sheets_metadata if _shown(sheet)]
    except unpacked.Refused as error:
        raise SheetError(str(error)) from error
    except calamine.PasswordError as error:
        raise SheetError("文件有打开密码，请去掉密码后再上传。") from error
    except (calamine.CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        raise SheetError(f"表格文件已损坏，读不了。{_SAVE_AS}") from error
    return [Tab(name, _sheet_rows(book, name)) for name in visible]


def _shown(sheet: calamine.SheetMetadata) -> bool:
    return (
        sheet.typ == calamine.SheetTypeEnum.WorkSheet and sheet.visible == calamine.SheetVisibleEnum.Visible
    )


def _sheet_rows(book: calamine.CalamineWorkbook, name: str) -> Callable[[], Iterator[Sequence[Cell]]]:
    @cache
    def sheet() -> calamine.CalamineSheet:
        try:
            return book.get_sheet_by_name(name)
        except (calamine.CalamineError, ValueError) as error:
            raise SheetError(f"工作表“{name}”已损坏，读不了。{_SAVE_AS}") from error

    return lambda: iter(sheet().iter_rows())


def _text_tabs(data: bytes) -> list[Tab]:
    plain = decoded(data)
    if re.match(r"\s*<(!doctype|html|table|\?xml)", plain[:200], re.IGNORECASE):
        raise SheetError(f"这是网页格式的文件，不是真正的表格。{_SAVE_AS}")
    if re.search(r"[\x00-\x08\x0e-\x1f\ufffd]", plain):
        raise SheetError(_NOT_A_SHEET)

    def reader(delimiter: str) -> Callable[[], Iterator[Sequence[Cell]]]:
        def rows() -> Iterator[Sequence[Cell]]:
            try:
                yield from csv.reader(io.StringIO(plain, newline=""), delimiter=delimiter)
            except csv.Error as error:
                raise SheetError(f"文件里有一格太长或引号不成对，读不下去。{_SAVE_AS}") from error

        return rows

    return [Tab("", reader(delimiter)) for delimiter in (",", ";", "\t")]


def decoded(data: bytes) -> str:
    """The text in whichever encoding it is: UTF-8, UTF-16 or GB18030. Raises SheetError where it is none of
    them."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        names = ["utf-16"]
    elif b"\0" in data[:2000]:
        names = ["utf-16-le" if data[1:2000:2].count(0) > data[0:2000:2].count(0) else "utf-16-be"]
    else:
        names = ["utf-8-sig", "gb18030"]
    for name in names:
        try:
            return data.decode(name)
        except UnicodeDecodeError:
            continue
    raise SheetError(f"文件的文字编码认不出。{_SAVE_AS}")


def find_table(tabs: Sequence[Tab], vocabulary: Vocabulary) -> Table:
    """The sheet and row that name the most columns of the vocabulary, within the first rows of each sheet.

    Raises SheetError that names the columns which are missing.
    """
    best: Table | None = None
    for tab in tabs:
        for number, cells in _first(tab, HEADER_WITHIN):
            table = _as_header(tab, number, cells, vocabulary)
            if best is None or len(table.columns) > len(best.columns):
                best = table
    wanted = "、".join(vocabulary.names(codes) for codes in vocabulary.required)
    if best is None or len(best.columns) < LEAST_COLUMNS:
        raise SheetError(
            f"前 {HEADER_WITHIN} 行里没有找到表头。要有这些列：{wanted}。请核对文件，或下载模板填写。"
        )
    found = set(best.columns.values())
    missing = [vocabulary.names(codes) for codes in vocabulary.required if not found & set(codes)]
    if missing:
        unknown = f"没认出的列：{'、'.join(best.unknown)}。" if best.unknown else ""
        raise SheetError(
            f"第 {best.header_row} 行的表头缺少这些列：{'、'.join(missing)}。{unknown}"
            "列名不同时，请管理员在“词表”里加为同义词。"
        )
    return best


def _first(tab: Tab, count: int) -> Iterator[tuple[int, Sequence[Cell]]]:
    for number, cells in enumerate(tab.rows(), start=1):
        if number > count:
            return
        yield number, cells


def _as_header(tab: Tab, number: int, cells: Sequence[Cell], vocabulary: Vocabulary) -> Table:
    best: dict[str, tuple[int, int]] = {}
    for index, cell in enumerate(cells):
        if isinstance(cell, str) and (meant := vocabulary.code_of(cell)):
            code, rank = meant
            if code not in best or rank < best[code][0]:
                best[code] = (rank, index)
    columns = {index: code for code, (_, index) in best.items()}
    return Table(
        tab=tab,
        header_row=number,
        columns=columns,
        headers={code: " ".join(text(cells[index]).split()) for index, code in columns.items()},
        unknown=[" ".join(text(c).split())[:20] for i, c in enumerate(cells) if i not in columns and text(c)],
    )
