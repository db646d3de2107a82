"""Amounts as papers have them: in figures with separators, and in the capitals that cannot be changed."""

from decimal import Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"
UNITS = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "万亿")
NAMES = {"CNY": "人民币", "USD": "美元", "EUR": "欧元", "HKD": "港元", "JPY": "日元"}


def figures(amount: Decimal | None, currency: str) -> str:
    """`3,000.00元`; another currency is named before the figures; "" where there is no amount."""
    if amount is None:
        return ""
    return f"{amount:,.2f}元" if currency in {"", "CNY"} else f"{NAMES.get(currency, currency)}{amount:,.2f}"


def capitals(amount: Decimal, currency: str = "CNY") -> str:
    """`人民币叁仟元整`, `人民币壹万零伍元伍角`, `人民币伍分`."""
    cents = int(amount * 100)
    whole, jiao, fen = cents // 100, cents // 10 % 10, cents % 10
    said = f"{_whole(whole)}元" if whole else ""
    if jiao:
        said += f"{DIGITS[jiao]}角"
    if fen:
        said += ("零" if whole and not jiao else "") + f"{DIGITS[fen]}分"
    return NAMES.get(currency, currency) + (said or "零元") + ("" if fen else "整" if not jiao else "")


def _whole(number: int) -> str:
    groups: list[int] = []
    while number:
        groups.append(number % 10000)
        number //= 10000
    said, gap = "", False
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if not group:
            gap = bool(said)
            continue
        if said and (gap or group < 1000):
            said += "零"
        said, gap = said + _group(group) + GROUPS[place], False
    return said


def _group(group: int) -> str:
    said, gap = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if digit:
            said += ("零" if gap else "") + DIGITS[digit] + UNITS[place]
            gap = False
        else:
            gap = bool(said)
    return said
