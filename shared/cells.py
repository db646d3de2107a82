"""What a spreadsheet cell means: texts, numbers, moments, as exports of Chinese offices write them."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from math import isfinite

from shared.dates import SHANGHAI

Cell = str | float | int | bool | date | datetime | time | timedelta | None

EXACT = 2**53
"""Above this a spreadsheet's number has lost its last digits."""
SERIAL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 -- Excel's day 0 has no zone
SERIALS = range(36526, 73051)
"""Excel day numbers of 2000-01-01 to 2099-12-31."""
YEARS = range(1900, 2100)
"""Years that a day of the office's business can lie in; any other is a slip of the hand."""

INVISIBLE = "".join(chr(code) for code in (0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0xAD))
_HIDDEN = str.maketrans(
    "", "", INVISIBLE + "".join(chr(code) for code in range(32) if chr(code) not in "\t\n\r")
)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣", "-"))
_MOMENT = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
    r"(?:[\sT]*(上午|早上|凌晨|中午|下午|晚上)?\s*(\d{1,2})\s*[:时点]\s*(?:(\d{1,2})\s*分?)?(?:\s*:?\s*(\d{1,2})(?:\.\d+)?\s*秒?)?)?"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[\sT]?(\d{2}):?(\d{2}):?(\d{2})?)?")
_ZONED = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})")
_AFTERNOON = {"下午", "晚上", "中午"}
_TRUE = {"是", "有", "对", "y", "yes", "true", "1", "√", "✓"}
_FALSE = {"否", "无", "不", "不是", "没有", "n", "no", "false", "0", "×", "x"}


class Unclear(ValueError):
    """The cell cannot mean what its column asks for; the text says so in Chinese and what to do."""


def text(cell: Cell) -> str:
    """What a person sees in the cell, without blanks at its ends and without what cannot be seen."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return f"{cell:.0f}" if isfinite(cell) and cell == int(cell) and abs(cell) < EXACT else repr(cell)
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}" if cell.second else f"{cell:%Y-%m-%d %H:%M}"
    return str(cell).translate(_HIDDEN).strip()


def half(cell: Cell) -> str:
    """The text with full-width letters, digits and signs made half-width, for comparing and for reading
    numbers."""
    return unicodedata.normalize("NFKC", text(cell)).translate(_DASHES).strip()


def key(cell: Cell) -> str:
    """What two writings of the same word share: half-width, without blanks, lower case."""
    return unicodedata.normalize("NFKC", "".join(half(cell).split()).lower())


def digits(cell: Cell) -> str:
    """A number that is a name (document, phone, receipt): `13900003589.0` → `13900003589`, `="331"` → `331`.

    Raises Unclear where the spreadsheet has already lost digits (`3.31E+18`, or a number cell of 16 digits
    and more).
    """
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if not isfinite(cell) or abs(cell) >= EXACT:
            raise Unclear(
                "数字太长，表格已丢掉后几位。请在原表把这一列设为“文本”后重新导出，或在此填写完整号码"
            )
        return text(float(cell))
    plain = "".join(half(cell).split())
    if quoted := re.fullmatch(r'="?([^"]*)"?|\'(.*)', plain):
        plain = quoted[1] or quoted[2] or ""
    if re.fullmatch(r"\d+(\.\d+)?[eE]\+?\d+", plain):
        return _expanded(plain)
    return re.sub(r"(?<=\d)\.0+$", "", plain)


def _expanded(plain: str) -> str:
    """`1.3900003589E+10` written out; digits that the notation has cut off are not made up."""
    try:
        _, figures, exponent = Decimal(plain).as_tuple()
    except InvalidOperation:
        raise Unclear("这个数字读不懂，请填写完整号码") from None
    if exponent != 0:
        raise Unclear(
            "号码成了科学计数法，后几位已丢失。请在原表把这一列设为“文本”后重新导出，或在此填写完整号码"
        )
    return "".join(map(str, figures))


def phone(cell: Cell) -> str:
    """A phone number without separators and country code; a text that holds no number stays as it is
    (`匿名`)."""
    plain = digits(cell)
    bare = re.sub(r"[-()·.]", "", plain)
    if not re.fullmatch(r"\+?\d+", bare):
        return text(cell)
    return re.sub(r"^(\+|00)86(?=1\d{10}$|0\d{9,11}$)", "", bare).removeprefix("+")


def is_phone(plain: str) -> bool:
    """A mobile number, a landline with or without area code, or a service number."""
    return bool(re.fullmatch(r"1[3-9]\d{9}|0\d{9,11}|[2-8]\d{6,7}|400\d{7}", plain))


def moment(cell: Cell) -> datetime | None:
    """A moment on the street's clock (Asia/Shanghai); None for an empty cell.

    Takes Excel dates, day numbers, `2026/11/16 4:03`, `2026年11月16日 4时3分`, `20261116 0403`, full-width
    digits. Raises Unclear for
    what is no day or hour of the calendar.
    """
    if isinstance(cell, datetime):
        return _dated(cell, text(cell))
    if isinstance(cell, date):
        return _dated(datetime.combine(cell, time.min), text(cell))
    plain = half(cell)
    if not plain:
        return None
    if re.fullmatch(r"\d{5}(\.\d+)?", plain):
        return _from_serial(float(plain), plain)
    try:
        if _ZONED.fullmatch(plain):
            return _dated(datetime.fromisoformat(plain), plain)
        parts = _parts(plain)
        return _dated(datetime(*parts), plain)  # noqa: DTZ001 -- the street's zone is set by _dated
    except Unclear:
        raise
    except ValueError:
        raise Unclear(f"“{plain[:40]}”不是一个存在的时间，请写成 2026-11-16 08:30 这样") from None


def _parts(plain: str) -> tuple[int, int, int, int, int, int]:
    if found := _COMPACT.fullmatch(plain):
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
        return year, month, day, hour, minute, second
    written = _MOMENT.fullmatch(plain)
    if not written:
        raise ValueError(plain)
    year, month, day = (int(part) for part in written.group(1, 2, 3))
    hour, minute, second = (int(part or 0) for part in written.group(5, 6, 7))
    if written[4] in _AFTERNOON and hour < 12 and not (written[4] == "中午" and hour == 11):
        hour += 12
    return year, month, day, hour, minute, second


def _from_serial(days: float, plain: str) -> datetime:
    if int(days) not in SERIALS:
        raise Unclear(f"“{plain}”不是一个存在的时间，请写成 2026-11-16 08:30 这样")
    return _dated(SERIAL_ZERO + timedelta(seconds=round(days * 86400)), plain)


def _dated(value: datetime, plain: str) -> datetime:
    aware = value.astimezone(SHANGHAI) if value.tzinfo else value.replace(tzinfo=SHANGHAI)
    if aware.year not in YEARS:
        raise Unclear(f"“{plain[:40]}”的年份不对，请核对")
    return (aware + timedelta(microseconds=500_000)).replace(microsecond=0)


def day(cell: Cell) -> date | None:
    """The calendar day of the cell; None for an empty one. Raises Unclear as `moment` does."""
    found = moment(cell)
    return found.date() if found else None


def whole(cell: Cell) -> int | None:
    """A count: `1,234`, `１２３`, `88人`; None for an empty cell. Raises Unclear for anything below 0 or not
    whole."""
    plain = re.sub(r"[,，\s]|(人|户|个|号)$", "", half(cell))
    if not plain:
        return None
    if not re.fullmatch(r"\d{1,9}(\.0+)?", plain):
        raise Unclear(f"“{plain[:20]}”不是整数，请只填数字")
    return int(float(plain))


def decimal(cell: Cell, low: float, high: float) -> float | None:
    """A number between two bounds; None for an empty cell. Raises Unclear outside them."""
    plain = half(cell)
    if not plain:
        return None
    try:
        value = float(plain)
    except ValueError:
        raise Unclear(f"“{plain[:20]}”不是数字") from None
    if not low <= value <= high:
        raise Unclear(f"“{plain[:20]}”不在 {low:g} 到 {high:g} 之间")
    return value


def yes_no(cell: Cell) -> bool | None:
    """是 / 否 in the ways they are written; None for an empty cell. Raises Unclear for another word."""
    plain = key(cell)
    if not plain:
        return None
    if plain in _TRUE or plain in _FALSE:
        return plain in _TRUE
    raise Unclear(f"“{text(cell)[:20]}”请写“是”或“否”")


def words(cell: Cell) -> list[str]:
    """The parts of a list in one cell, `殿前村、殿前；老殿前`, each once, in their order."""
    parts = (part.strip() for part in re.split(r"[、,，;；/|\n]+", text(cell)))
    return list(dict.fromkeys(part for part in parts if part))
