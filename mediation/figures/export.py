"""Figures as flat rows, for CSV and the API."""

from collections.abc import Iterable
from typing import Any

from mediation.figures.counts import Part
from mediation.figures.meaning import FIGURES, RATES, Numbers

MORE = {"amount": "涉及金额（元）", "median": "办理天数中位数", "p90": "办理天数九成位数"}
HEADER = (*(f.label for f in FIGURES.values()), *(name for name, *_ in RATES.values()), *MORE.values())


def as_json(numbers: Numbers) -> dict[str, Any]:
    """Counts, rates with their parts, money as a decimal text, days."""
    return {
        **{code: numbers[code] for code in FIGURES},
        **{rate: numbers.ratio(rate).as_json() for rate in RATES},
        "amount": f"{numbers['amount']:.2f}",
        "median": numbers.days("median"),
        "p90": numbers.days("p90"),
    }


def cells(numbers: Numbers) -> list[Any]:
    """In the order of HEADER; — where there is nothing to divide by."""
    return [
        *(numbers[code] for code in FIGURES),
        *(shown(numbers, rate) for rate in RATES),
        f"{numbers['amount']:.2f}",
        *("—" if numbers.days(code) is None else numbers.days(code) for code in ("median", "p90")),
    ]


def shown(numbers: Numbers, rate: str) -> str:
    """98.7% (775/785)."""
    ratio = numbers.ratio(rate)
    if ratio.rate is None:
        return "—"
    return f"{ratio.rate * 100:.1f}% ({ratio.numerator}/{ratio.denominator})"


def lines(found: Iterable[Part], whole: Numbers) -> list[list[Any]]:
    """Each part, then the sum."""
    return [*([part.name, *cells(part.numbers)] for part in found), ["合计", *cells(whole)]]
