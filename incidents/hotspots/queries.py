"""Reads of hot spots: counts by hour of the week, by place and by village, each in one statement."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Max, Min, QuerySet
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay

from incidents.filters import IncidentFilter
from incidents.models import PoliceIncident
from shared.dates import SHANGHAI, WEEKDAYS, today

PLACES_SHOWN = 20
DAYS = 30
SHADES = 4
HOURS = range(24)


@dataclass(frozen=True)
class Cell:
    """One hour of one weekday: how many, and how dark beside the busiest one, 0 to 4."""

    weekday: int
    hour: int
    count: int
    shade: int


def asked(user: Any, query: Any, request: Any) -> IncidentFilter:
    """The list's own filter over the reader's territory; the last 30 days where none are named."""
    data = query.copy()
    if not data.get("after") and not data.get("before"):
        data["after"] = str(today() - timedelta(days=DAYS - 1))
        data["before"] = str(today())
    seen = PoliceIncident.objects.within(user, "incidents.view")
    return IncidentFilter(data, queryset=seen, request=request)


def by_hour(found: QuerySet[PoliceIncident, Any]) -> dict[tuple[int, int], int]:
    """(weekday 1–7, hour 0–23) on the street's clock → how many."""
    rows = (
        found.order_by()
        .values_list(
            ExtractIsoWeekDay("matter__occurred_at", tzinfo=SHANGHAI),
            ExtractHour("matter__occurred_at", tzinfo=SHANGHAI),
        )
        .annotate(n=Count("pk"))
    )
    return {(weekday, hour): n for weekday, hour, n in rows}


def week(counts: dict[tuple[int, int], int]) -> list[tuple[str, int, list[Cell]]]:
    """The week as rows: 星期一 … 星期日, the day's sum, and its 24 cells."""
    most = max(counts.values(), default=0)

    def shade(n: int) -> int:
        return -(-n * SHADES // most) if most else 0

    return [
        (
            f"星期{name}",
            sum(counts.get((day, hour), 0) for hour in HOURS),
            [Cell(day, hour, n := counts.get((day, hour), 0), shade(n)) for hour in HOURS],
        )
        for day, name in enumerate(WEEKDAYS, 1)
    ]


def by_place(found: QuerySet[PoliceIncident, Any]) -> QuerySet[PoliceIncident, Any]:
    """Addresses with at least two incidents, the most first; vague addresses are no place."""
    rows: QuerySet[PoliceIncident, Any] = (
        found.exclude(address_key="")
        .order_by()
        .values("address_key")
        .annotate(
            n=Count("pk"),
            address=Min("address"),
            place=Min("matter__area__name"),
            last=Max("matter__occurred_at"),
        )
        .filter(n__gte=2)
        .order_by("-n", "-last", "address_key")
    )
    return rows


def by_village(found: QuerySet[PoliceIncident, Any]) -> list[dict[str, Any]]:
    """Villages (a grid counts with its own), the most first."""
    rows = (
        found.order_by()
        .values(
            "matter__area_id",
            "matter__area__name",
            "matter__area__level",
            "matter__area__parent_id",
            "matter__area__parent__name",
        )
        .annotate(n=Count("pk"))
    )
    sums: dict[int, dict[str, Any]] = {}
    for row in rows:
        grid = row["matter__area__level"] == "grid"
        key = row["matter__area__parent_id"] if grid else row["matter__area_id"]
        name = row["matter__area__parent__name"] if grid else row["matter__area__name"]
        sums.setdefault(key, {"area": key, "name": name, "n": 0})["n"] += row["n"]
    return sorted(sums.values(), key=lambda row: (-row["n"], row["name"]))
