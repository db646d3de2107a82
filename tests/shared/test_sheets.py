"""Reading files as offices send them, and refusing what is none, in words."""

import io
import os
import random
import struct
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from shared import sheets, unpacked
from shared.sheets import SheetError, Table, Vocabulary, find_table, header_key, read_tabs

DATA = Path(__file__).resolve().parent.parent / "data"
WORDS = Vocabulary.of(
    {
        "number": ("编号", "接警单编号", "警单号"),
        "at": ("报警时间", "时间"),
        "phone": ("联系电话", "手机号"),
        "place": ("地址", "警情地址"),
    },
    required=[("number",), ("at",), ("place",)],
)
Rows = list[list[Any]]
PLAIN: Rows = [["编号", "报警时间", "地址"], ["A1", "2026-11-16", "新街1号"], ["A2", "2026-11-17", "新街2号"]]


def table_of(data: bytes) -> Table:
    return find_table(read_tabs(data), WORDS)


def rows_of(data: bytes) -> list[tuple[int, dict[str, Any]]]:
    return [(record.number, record.cells) for record in table_of(data).rows()]


def as_csv(rows: Rows, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    return "\r\n".join(delimiter.join(str(cell) for cell in row) for row in rows).encode(encoding)


def as_xlsx(rows: Rows, fill: Callable[[Any, Any], None] | None = None, *more: tuple[str, Rows]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        for name, content in (("表", rows), *more):
            sheet = book.add_worksheet(name)
            for number, row in enumerate(content):
                sheet.write_row(number, 0, row)
        if fill:
            fill(book, book.worksheets()[0])
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_encoding_and_delimiter(encoding: str, delimiter: str) -> None:
    rows = rows_of(as_csv(PLAIN, encoding, delimiter))
    assert rows == [
        (2, {"number": "A1", "at": "2026-11-16", "place": "新街1号"}),
        (3, {"number": "A2", "at": "2026-11-17", "place": "新街2号"}),
    ]


def test_tabs_behind_numbers_are_no_delimiter() -> None:
    rows = rows_of(as_csv([PLAIN[0], ["A1\t", "2026-11-16\t", "新街1号\t"]]))
    assert rows[0][1]["place"] == "新街1号\t"


def test_xlsx_has_its_own_types_and_true_row_numbers() -> None:
    def merged(book: Any, sheet: Any) -> None:
        sheet.merge_range(0, 0, 0, 3, "城东派出所警情", None)

    rows: Rows = [
        [],
        [],
        [],
        ["地址", "联系电话", "报警时间", "编号"],
        ["新街1号", 13900003589, 46342.5, "A1"],
    ]
    assert rows_of(as_xlsx(rows, merged)) == [
        (5, {"number": "A1", "at": 46342.5, "phone": 13900003589.0, "place": "新街1号"})
    ]


@pytest.mark.parametrize("above", range(10))
def test_the_header_may_stand_in_any_of_the_first_ten_rows(above: int) -> None:
    rows = [[f"标题{n}", "", ""] for n in range(above)] + PLAIN
    assert table_of(as_csv(rows)).header_row == above + 1
    assert table_of(as_xlsx(rows)).header_row == above + 1


def test_further_down_there_is_no_header() -> None:
    with pytest.raises(SheetError, match=r"前 10 行里没有找到表头.*编号、报警时间、地址"):
        table_of(as_csv([["标题", "", ""]] * 10 + PLAIN))


@pytest.mark.parametrize(
    "header",
    ["接警单\n编号", "接警单 编号", "接警单编号：", "*接警单编号", "接警单编号（必填）", "接警单编号(唯一)"],
)
def test_headers_are_known_in_every_writing(header: str) -> None:
    quoted = f'"{header}"'
    rows = rows_of(as_csv([[quoted, "报警　时间", "地址:"], ["A1", "2026-11-16", "新街1号"]]))
    assert rows[0][1]["number"] == "A1"


def test_of_two_columns_with_one_meaning_the_better_word_wins() -> None:
    table = table_of(as_csv([["警情地址", "地址", "编号", "时间"], ["旧", "新", "A1", "2026-11-16"]]))
    assert next(iter(table.rows())).cells["place"] == "新"
    assert table.unknown == ["警情地址"]


def test_missing_columns_are_named_and_what_was_not_known_too() -> None:
    with pytest.raises(SheetError) as refused:
        table_of(as_csv([["编号", "地址", "出警员"], ["A1", "新街1号", "甲"]]))
    assert "第 1 行的表头缺少这些列：报警时间" in refused.value.message
    assert "没认出的列：出警员" in refused.value.message
    assert "同义词" in refused.value.message


def test_blank_rows_totals_examples_notes_and_repeated_headers_are_no_data() -> None:
    rows = [
        *PLAIN,
        ["", "", ""],
        ["小计", "2", ""],
        PLAIN[0],
        ["A3", "2026-11-18", "合计路3号"],
        ["【示例】A4", "2026-11-18", "新街4号"],
        ["合计：3条", "", ""],
        ["制表人：张三", "", ""],
        ["", "", ""],
    ]
    assert [number for number, _ in rows_of(as_csv(rows))] == [2, 3, 7]
    assert [number for number, _ in rows_of(as_xlsx(rows))] == [2, 3, 7]


def test_a_full_row_that_begins_like_a_total_is_data() -> None:
    assert len(rows_of(as_csv([PLAIN[0], ["合计", "2026-11-18", "新街4号"]]))) == 1


def test_the_sheet_with_the_header_is_found_among_others() -> None:
    data = as_xlsx([["说明"], ["请勿修改"]], None, ("数据", PLAIN), ("字典", [["编号", "x"]]))
    assert table_of(data).tab.name == "数据"


def test_short_rows_and_quoted_line_breaks() -> None:
    data = '编号,报警时间,地址\r\nA1,2026-11-16,"新街\r\n1号"\r\nA2,2026-11-17\r\n'.encode()
    rows = rows_of(data)
    assert rows[0][1]["place"] == "新街\r\n1号"
    assert rows[1] == (3, {"number": "A2", "at": "2026-11-17"})


def test_the_two_shared_files_open_as_they_are() -> None:
    week, night = (DATA / name for name in ("police_week_2026-11-16.csv", "police_night_2026-11-22.xlsx"))
    assert len(rows_of(week.read_bytes())) == 196
    rows = rows_of(night.read_bytes())
    assert (len(rows), rows[0][0], rows[-1][0]) == (27, 4, 30)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "空的"),
        (b"\r\n \t\r\n", "空的"),
        (b"\0" * 500, "空的"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n\x1a\n....", "不是表格"),
        (b"Rar!\x1a\x07", "解压"),
        (b"<html><table><tr><td>\xe7\xbc\x96\xe5\x8f\xb7</td></tr></table></html>", "另存为 .xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "旧版 .xls"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "密码"),
        ("姓名,年龄\r\n张三,3\r\n".encode(), "没有找到表头"),
        (b"a,b\n" * 4, "没有找到表头"),
        (b"\xff\xfe\x00\xd8", "编码"),
        (b"PK\x03\x04broken", "损坏"),
        (b"x" * (sheets.MAX_BYTES + 1), "超过 20 MB"),
    ],
)
def test_what_is_no_sheet_is_refused_in_words(data: bytes, said: str) -> None:
    with pytest.raises(SheetError, match=said) as refused:
        table_of(data)
    assert refused.value.field == "file"


def test_a_cell_without_end_is_refused() -> None:
    with pytest.raises(SheetError, match="太长或引号"):
        list(table_of(as_csv(PLAIN) + ('\r\nA3,"' + "长" * 140_000).encode()).rows())


def test_random_bytes_never_do_more_than_refuse() -> None:
    dice = random.Random(20261116)
    for length in (1, 2, 3, 10, 100, 5_000, 60_000):
        for start in (b"", b"PK\x03\x04", b"\xff\xfe", b"\xef\xbb\xbf", b"\xd0\xcf\x11\xe0"):
            with pytest.raises(SheetError):
                table_of(start + dice.randbytes(length))


def test_a_truncated_or_damaged_workbook_never_does_more_than_refuse() -> None:
    whole = (DATA / "police_night_2026-11-22.xlsx").read_bytes()
    for cut in range(4, len(whole), 397):
        with pytest.raises(SheetError):
            table_of(whole[:cut])
    dice = random.Random(7)
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(dice.randint(1, 40)):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        with suppress(SheetError):
            list(table_of(bytes(damaged)).rows())


def repacked(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return out.getvalue()


def bomb() -> bytes:
    return repacked(as_xlsx(PLAIN), lambda name, body: body + b" " * 9_000_000 if "sheet1" in name else body)


def test_a_zip_bomb_is_refused_before_it_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(bomb()) < 100_000
    assert len(rows_of(bomb())) == 2
    monkeypatch.setattr(unpacked, "MAX_UNPACKED", 8_000_000)
    with pytest.raises(SheetError, match="太大"):
        read_tabs(bomb())


def test_a_zip_bomb_that_states_a_small_size_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sizes in an archive are its maker's claim: the bomb is measured by unpacking."""
    monkeypatch.setattr(unpacked, "MAX_UNPACKED", 8_000_000)
    data = bomb()
    real = struct.pack("<L", zipfile.ZipFile(io.BytesIO(data)).getinfo("xl/worksheets/sheet1.xml").file_size)
    lying = data.replace(real, struct.pack("<L", 900))
    assert sum(part.file_size for part in zipfile.ZipFile(io.BytesIO(lying)).infolist()) < 100_000
    with pytest.raises(SheetError, match="太大"):
        read_tabs(lying)


def test_the_limit_leaves_room_for_a_hundred_thousand_rows() -> None:
    assert unpacked.MAX_UNPACKED >= 200 * 1024 * 1024


@pytest.mark.parametrize(("row", "column"), [(1_048_575, 0), (0, 16_383), (160_000, 3), (1_048_575, 16_383)])
def test_one_cell_in_the_far_corner_is_refused(row: int, column: int) -> None:
    """A reader that lays out the whole rectangle would ask for gigabytes and end the process."""
    data = as_xlsx(PLAIN, lambda book, sheet: sheet.write(row, column, "x"))
    with pytest.raises(SheetError, match="太大"):
        read_tabs(data)


def test_empty_formatted_cells_far_out_do_no_harm() -> None:
    def styled(book: Any, sheet: Any) -> None:
        sheet.write_blank(1_048_575, 16_383, None, book.add_format({"bold": True}))

    assert len(rows_of(as_xlsx(PLAIN, styled))) == 2


def test_documents_and_other_workbooks_are_told_apart() -> None:
    def archive(*names: str) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as file:
            for name in names:
                file.writestr(name, "x")
        return out.getvalue()

    for names, said in (
        (["word/document.xml"], "不是表格"),
        (["content.xml"], "另存为"),
        (["xl/workbook.bin"], "另存为"),
    ):
        with pytest.raises(SheetError, match=said):
            read_tabs(archive(*names))


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_ROWS", 2)
    assert len(rows_of(as_csv(PLAIN))) == 2
    with pytest.raises(SheetError, match="超过 2 行"):
        rows_of(as_csv([*PLAIN, ["A3", "2026-11-18", "新街3号"]]))


def test_header_words_meet_whatever_surrounds_them() -> None:
    assert header_key("＊联系电话：") == header_key("联系电话") == header_key(" 联系\n电话 ")


def test_stored_parts_are_measured_too() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as file:
        file.writestr("xl/workbook.xml", os.urandom(1000))
    unpacked.check(out.getvalue())
