"""What cells mean."""

from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import cells
from shared.cells import EXACT, Unclear
from shared.dates import SHANGHAI

MOMENT = datetime(2026, 11, 16, 4, 3, tzinfo=SHANGHAI)
ANY_CELL = st.one_of(
    st.none(),
    st.booleans(),
    st.text(),
    st.integers(),
    st.floats(),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.timedeltas(),
)
READERS = [
    cells.text,
    cells.half,
    cells.key,
    cells.digits,
    cells.phone,
    cells.moment,
    cells.day,
    cells.whole,
    cells.yes_no,
    cells.words,
]


@pytest.mark.parametrize(
    "written",
    [
        "2026/11/16 04:03",
        "2026-11-16 4:03:00",
        "２０２６／１１／１６　０４：０３",
        "2026年11月16日 4时3分",
        "2026.11.16 04:03",
        "20261116 0403",
        "20261116040300",
        "2026-11-16T04:03:00+08:00",
        "2026-11-15T20:03:00Z",
        "  2026/11/16 04:03\t",
        datetime(2026, 11, 16, 4, 3),  # noqa: DTZ001 -- as the reader hands it over
        46342.16875,
        "46342.16875",
    ],
)
def test_the_same_moment_in_every_writing(written: cells.Cell) -> None:
    assert cells.moment(written) == MOMENT


def test_a_day_alone_is_its_first_moment() -> None:
    assert cells.moment(date(2026, 11, 16)) == datetime(2026, 11, 16, tzinfo=SHANGHAI)
    assert cells.day("2026/11/16 23:59") == date(2026, 11, 16)
    assert cells.day(46342.99) == date(2026, 11, 16)


@pytest.mark.parametrize(
    ("written", "hour"), [("下午 3:05", 15), ("上午 3:05", 3), ("凌晨3:05", 3), ("中午 12:05", 12)]
)
def test_the_half_of_the_day_in_words(written: str, hour: int) -> None:
    found = cells.moment(f"2026/11/16 {written}")
    assert found is not None
    assert found.hour == hour


@pytest.mark.parametrize(
    "written",
    [
        "2026/13/45 99:00",
        "2026/02/30",
        "11/16/2026",
        "昨天",
        "2026/11/16 24:00",
        "1",
        "99999",
        "合计",
        "2226/01/01",
    ],
)
def test_what_is_no_moment_says_so(written: str) -> None:
    with pytest.raises(Unclear, match=r"核对|请写成"):
        cells.moment(written)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (13900003589.0, "13900003589"),
        ("13900005776\t", "13900005776"),
        ("１３９００００５７７６", "13900005776"),
        ('="3310810020261100124"', "3310810020261100124"),
        ("'3310810020261100124", "3310810020261100124"),
        ("13900005776.0", "13900005776"),
        ("1.3900005776E+10", "13900005776"),
        ("33108219900101001x", "33108219900101001x"),
        (27, "27"),
    ],
)
def test_numbers_that_are_names(cell: cells.Cell, expected: str) -> None:
    assert cells.digits(cell) == expected


@pytest.mark.parametrize("cell", ["1.39E+10", "3.31081E+18", 3.3108100202611e18, float("inf"), float("nan")])
def test_lost_digits_are_never_made_up(cell: cells.Cell) -> None:
    with pytest.raises(Unclear, match="完整号码"):
        cells.digits(cell)


@pytest.mark.parametrize(
    ("cell", "expected", "dialled"),
    [
        ("139 0000 5776", "13900005776", True),
        ("+86-139-0000-5776", "13900005776", True),
        ("0576-86123456", "057686123456", True),
        (86123456.0, "86123456", True),
        ("匿名", "匿名", False),
        ("12345", "12345", False),
        ("13900005776/13900005777", "13900005776/13900005777", False),
    ],
)
def test_phones(cell: cells.Cell, expected: str, dialled: bool) -> None:
    assert cells.phone(cell) == expected
    assert cells.is_phone(expected) is dialled


def test_a_formula_stays_text() -> None:
    assert cells.text("=1+1") == "=1+1"
    assert cells.text('=HYPERLINK("http://x")') == '=HYPERLINK("http://x")'


@pytest.mark.parametrize(("cell", "expected"), [("１，２００人", 1200), (88.0, 88), ("", None), ("0", 0)])
def test_counts(cell: cells.Cell, expected: int | None) -> None:
    assert cells.whole(cell) == expected


@pytest.mark.parametrize("cell", ["-3", "1.5", "很多", "1e5"])
def test_what_is_no_count_says_so(cell: str) -> None:
    with pytest.raises(Unclear, match="整数"):
        cells.whole(cell)


@pytest.mark.parametrize(
    ("cell", "expected"), [("是", True), ("否", False), (True, True), ("", None), ("Ｙ", True)]
)
def test_yes_and_no(cell: cells.Cell, expected: bool | None) -> None:
    assert cells.yes_no(cell) is expected


def test_words_of_a_list() -> None:
    assert cells.words("殿前村、殿前；殿前村, 老殿前") == ["殿前村", "殿前", "老殿前"]


@given(cell=ANY_CELL)
@pytest.mark.parametrize("reader", READERS)
def test_no_cell_breaks_a_reader(reader: object, cell: cells.Cell) -> None:
    """Every reader answers or says that it cannot; nothing else is raised."""
    with suppress(Unclear):
        reader(cell)  # type: ignore[operator]


@given(moment=st.datetimes(datetime(2000, 1, 1), datetime(2098, 12, 31)))  # noqa: DTZ001
def test_moments_survive_each_writing(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    expected = moment.replace(tzinfo=SHANGHAI)
    for written in (
        f"{moment:%Y/%m/%d %H:%M:%S}",
        f"{moment:%Y年%m月%d日 %H时%M分%S秒}",
        f"{moment:%Y%m%d%H%M%S}",
    ):
        assert cells.moment(written) == expected
        assert cells.moment(cells.text(cells.moment(written))) == expected
    assert cells.moment(expected.astimezone(UTC).isoformat()) == expected


@given(number=st.integers(0, EXACT - 1))
def test_numbers_lose_no_digit(number: int) -> None:
    assert (
        cells.digits(float(number))
        == cells.digits(f"{number}\t")
        == cells.digits(f'="{number}"')
        == str(number)
    )


@given(number=st.integers(13000000000, 19999999999), glue=st.sampled_from(["", " ", "-", "\t"]))
def test_phones_are_the_same_however_they_are_spaced(number: int, glue: str) -> None:
    digits = str(number)
    wide = "".join(chr(ord(figure) + 0xFEE0) for figure in digits)
    assert cells.phone(f"{digits[:3]}{glue}{digits[3:7]}{glue}{digits[7:]}") == cells.phone(wide) == digits


@given(text=st.text())
def test_comparing_forms_are_stable(text: str) -> None:
    assert cells.key(cells.key(text)) == cells.key(text)
