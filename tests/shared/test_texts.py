"""Free text as others may read it: numbers of people are masked, everything else stays as it was typed."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.texts import without_numbers

days = st.dates(min_value=date(1950, 1, 1), max_value=date(2049, 12, 31))
small = st.integers(1, 99)
HARMLESS = st.one_of(
    days.map("{:%Y-%m-%d}".format),
    days.map("{:%Y.%m.%d}".format),
    days.map("{:%Y/%m/%d}".format),
    days.map("{:%Y%m%d}".format),
    days.map("{0:%Y}年{0.month}月{0.day}日".format),
    days.map("{0:%Y}-{0.month}-{0.day}".format),
    days.map("{:%Y-%m}".format),
    days.map("{0.month}-{0.day}".format),
    st.times().map("{:%H:%M}".format),
    st.integers(1, 99_999_999).map("{}元".format),
    st.decimals(min_value=0, max_value=9_999_999, places=2).map("{}万元".format),
    st.tuples(st.integers(1, 99_999), st.integers(1, 999_999)).map(lambda two: f"{two[0]}-{two[1]}元"),
    st.integers(1, 2999).map("{}号".format),
    st.tuples(small, st.integers(1, 9), st.integers(101, 3399)).map(lambda at: "-".join(map(str, at))),
    st.tuples(small, st.integers(101, 3399)).map(lambda at: f"{at[0]}幢{at[1]}室"),
    st.integers(0, 10**8).map("331081002026{:07}".format),
    st.integers(0, 999_999).map("YH2026-{:06}".format),
)
BETWEEN = st.sampled_from((" ", "，", "、", "至", "和", "；", "/", " - ", "\n"))
mobiles = st.integers(13_000_000_000, 19_999_999_999).map(str)
landlines = st.integers(20_000_000, 89_999_999).map(str)
NUMBERS = st.one_of(
    mobiles,
    mobiles.map(lambda n: f"{n[:3]} {n[3:7]} {n[7:]}"),
    mobiles.map(lambda n: f"{n[:3]}-{n[3:7]}-{n[7:]}"),
    mobiles.map(lambda n: f"{n[:4]} {n[4:7]} {n[7:]}"),
    landlines.map("0576-{}".format),
    landlines.map("（0576）{}".format),
    landlines.map("0576{}".format),
    st.tuples(days, st.integers(0, 9999)).map(lambda born: f"331081{born[0]:%Y%m%d}{born[1]:04}"),
    st.integers(0, 10**13 - 1).map("622202{:013}".format),
)


@given(st.lists(HARMLESS, min_size=1, max_size=6), BETWEEN)
def test_days_sums_houses_and_incidents_are_never_masked(words: list[str], between: str) -> None:
    text = between.join(words)
    assert without_numbers(text) == text


@given(HARMLESS, NUMBERS, HARMLESS, st.sampled_from(("，", " ", "：", "\n")))
def test_no_number_of_a_person_is_read_whole_beside_anything(
    before: str, number: str, after: str, between: str
) -> None:
    shown = without_numbers(between.join((before, number, after)))
    digits = re.sub(r"\D", "", number)
    assert digits not in re.sub(r"[^\d*]", "", shown)
    assert shown.startswith(before)
    assert shown.endswith(after)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("请打13900005776找他", "请打139****5776找他"),
        ("139 0000 5776，139-0000-5776", "139****5776，139****5776"),
        ("电话１３９００００５７７６", "电话139****5776"),
        ("身份证33108119900101001X。", "身份证331081********001X。"),
        ("331081199001010013和331081198505050022", "331081********0013和331081********0022"),
        ("2026-11-16 08:30在26号赔3000元", "2026-11-16 08:30在26号赔3000元"),
        ("接警单3310810020261100124", "接警单3310810020261100124"),
        ("卡号6222021234567890123", "卡号622202*********0123"),
        ("139.0000.5776、139－0000－5776、139·0000·5776", "139****5776、139****5776、139****5776"),
        ("139　0000　5776", "139****5776"),
        ("（139）0000-5776", "（139****5776"),
        ("139\n00005776", "139****5776"),
        ("2026.11.16 10.30", "2026.11.16 10.30"),
        ("第139条，1234元和5678元", "第139条，1234元和5678元"),
        ("1390 000 5776、13900 005776", "139****5776、139****5776"),
        ("1 3 9 0 0 0 0 5 7 7 6", "139****5776"),
        ("139 000 057 76、139-000-05776、139 00 00 57 76", "139****5776、139****5776、139****5776"),
        ("139 123 45678元，150 200 300 45元，150-12-301", "139 123 45678元，150 200 300 45元，150-12-301"),
        ("139\u200b0000\u200b5776", "139****5776"),
        ("331081 19900101 001X，3310 8119 9001 0100 1X", "331081********001X，331081********001X"),
        ("6222 0212 3456 7890 123", "622202*********0123"),
        ("2026-11-16 13900005776", "2026-11-16 139****5776"),
        ("13900005776 2026-11-16", "139****5776 2026-11-16"),
        ("0576-86123456", "057*****3456"),
        ("（0576）86123456，0576 8612 3456", "（057*****3456，057*****3456"),
        ("0576—86123456", "057*****3456"),
        ("010-62345678转801", "010****5678转801"),
        ("电话86123456", "电话****3456"),
        ("座机：8612 3456，8612-3457", "座机：****3456，****3457"),
        ("请联系王阿姨，电话是 86123456 或 86123457。", "请联系王阿姨，电话是 ****3456 或 ****3457。"),
        ("电话20261116打的", "电话20261116打的"),
        ("联系后赔86123456元", "联系后赔86123456元"),
        ("电话费2345678.5元", "电话费2345678.5元"),
        ("86123456", "86123456"),
    ],
)
def test_numbers_of_people_in_a_text_are_masked(text: str, shown: str) -> None:
    assert without_numbers(text) == shown
