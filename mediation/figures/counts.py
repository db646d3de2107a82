"""Counting: three grouped queries for any breakdown (by day of receipt, acceptance, end), none per row."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Aggregate, Count, F, FloatField, Q, Sum
from django.db.models.functions import TruncMonth

from grids.models import Unit
from grids.queries import words
from grids.queries.coverage import Period
from mediation.figures.meaning import (
    ACCEPTED,
    CONCLUDED,
    DAYS,
    ENDED,
    FIGURES,
    RECEIVED,
    SUCCESS,
    Numbers,
    in_period,
    with_pact,
)
from mediation.models import Brand

BY = {
    "type": "纠纷类型",
    "station": "工作站",
    "brand": "品牌",
    "source": "来源",
    "month": "月份",
}
COLUMNS = {"type": "dispute_type", "station": "station_id", "brand": "brand_id", "source": "source"}


class Percentile(Aggregate):
    """PERCENTILE_CONT(share) WITHIN GROUP (ORDER BY …)."""

    function = "PERCENTILE_CONT"
    name = "Percentile"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


@dataclass
class Part:
    """One line of a breakdown: the key that the list of cases filters by, its name, its numbers."""

    key: str
    name: str
    numbers: Numbers


def _measures(day: str) -> dict[str, Any]:
    """Everything that counts by this day."""
    found: dict[str, Any] = {
        figure.code: Count("pk", filter=figure.clause if figure.clause else None)
        for figure in FIGURES.values()
        if figure.day == day
    }
    if day == CONCLUDED:
        ended = Q(result__in=ENDED)
        found |= {
            "amount": Sum("pact__amount", filter=SUCCESS & Q(pact__currency="CNY")),
            "median": Percentile(DAYS, share=0.5, filter=ended),
            "p90": Percentile(DAYS, share=0.9, filter=ended),
        }
    return found


def _of(cases: Any, day: str, period: Period) -> Any:
    return with_pact(cases.filter(in_period(day, period))).order_by()


def total(cases: Any, period: Period) -> Numbers:
    """All cases together."""
    values: dict[str, Any] = {}
    for day in (RECEIVED, ACCEPTED, CONCLUDED):
        values |= _of(cases, day, period).aggregate(**_measures(day))
    return Numbers(values)


def parts(cases: Any, period: Period, by: str) -> list[Part]:
    """The breakdown: types and sources as their vocabulary orders them, stations and brands by number,
    months by the calendar.
    """
    found: dict[Any, dict[str, Any]] = defaultdict(dict)
    for day in (RECEIVED, ACCEPTED, CONCLUDED):
        key = TruncMonth(day) if by == "month" else F(COLUMNS[by])
        rows = _of(cases, day, period).annotate(part=key).values("part").annotate(**_measures(day))
        for row in rows:
            found[row.pop("part")] |= row
    names = _names(by, list(found))
    places = {key: place for place, key in enumerate(names)}
    keys = sorted(found, key=lambda key: (places.get(key, len(places)), str(key)))
    return [Part(_text(key), names.get(key, str(key)), Numbers(found[key])) for key in keys]


def _names(by: str, keys: list[Any]) -> dict[Any, str]:
    """Key → name, in the order of the lines."""
    if by == "month":
        return {key: f"{key:%Y}年{key.month}月" for key in sorted(keys)}
    if by == "station":
        return dict(Unit.objects.filter(pk__in=keys).order_by("pk").values_list("pk", "name"))
    if by == "brand":
        kept = [key for key in keys if key is not None]
        brands = Brand.objects.filter(pk__in=kept).order_by("pk").values_list("pk", "name")
        return {**dict(brands), None: "未交品牌"}
    scheme = {"type": "dispute_type", "source": "case_source"}[by]
    return words(scheme)[scheme]


def _text(key: Any) -> str:
    if key is None:
        return ""
    return f"{key:%Y-%m}" if isinstance(key, date) else str(key)
