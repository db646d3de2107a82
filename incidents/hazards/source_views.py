"""三排查 compared: what each source found, how much was rectified in time, what came back; by village and
month, every number opening its rows."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from grids.models import Area
from grids.queries import words
from grids.scope import covers, scoped
from incidents.hazards.queries import THREE, Asked, Tallies, Tally, by_month, by_village, repeat_days
from incidents.hazards.source_forms import SourcesForm
from shared.downloads import csv_file
from shared.filters import id_of


def asked_by(request: HttpRequest, form: SourcesForm) -> Asked:
    """What the form asks for; an area outside the reader's territory is 404."""
    area = None
    if given := request.GET.get("area"):
        area = get_object_or_404(Area.objects.within(request.user, "hazards.view"), pk=id_of(given))
    return Asked(request.user, form.cleaned_data["since"], form.cleaned_data["until"], area)


def order(tallies: dict[str, Tally]) -> list[str]:
    """The three checks first, then the other sources that found something."""
    return [*THREE, *sorted(set(tallies) - {*THREE, ""})]


@scoped("hazards.view")
def sources(request: HttpRequest) -> HttpResponse:
    """The page."""
    form = SourcesForm(request.GET, user=request.user)
    form.full_clean()
    asked = asked_by(request, form)
    villages, months = by_village(asked), by_month(asked)
    context = {
        "form": form,
        "asked": asked,
        "total": villages.get("", {}),
        "all": villages.get("", {}).get("", Tally()),
        "sources": order(villages.get("", {})),
        "villages": _named(villages),
        "opens": lambda area: not asked.area and covers(request.user, "hazards.view", area),
        "months": [(key, _month(key, asked), months[key]) for key in sorted(months) if key],
        "labels": words("hazard_source")["hazard_source"],
        "none_found": Tally(),
        "three": THREE,
        "days": repeat_days(),
        "link": Linker(asked),
        "query": request.GET.urlencode(),
    }
    return render(request, "incidents/hazards/sources.html", context)


def _named(villages: Tallies) -> list[tuple[Area, dict[str, Tally]]]:
    """(area, tallies) of the villages, those that found most first."""
    keys = sorted((key for key in villages if key), key=lambda key: (-villages[key][""].found, key))
    areas = Area.objects.in_bulk([int(key) for key in keys])
    return [(areas[int(key)], villages[key]) for key in keys]


def _month(key: str, asked: Asked) -> tuple[date, date]:
    """The days of a month that lie in the period."""
    first = date.fromisoformat(f"{key}-01")
    year, month = divmod(first.year * 12 + first.month, 12)
    last = date(year, month + 1, 1).toordinal() - 1
    return max(first, asked.since), min(date.fromordinal(last), asked.until)


class Linker:
    """Addresses of the rows behind the numbers: the same rule as the count, in HazardFilter."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked

    def __call__(
        self, what: str, source: str = "", area: str = "", span: tuple[date, date] | None = None
    ) -> str:
        """`what` = found, repeats, due, in_time, missed."""
        since, until = span or (self.asked.since, self.asked.until)
        place = area or (str(self.asked.area.pk) if self.asked.area else "")
        parts: dict[str, str] = {"source": source, "area": place}
        if what in {"found", "repeats"}:
            parts |= {"after": str(since), "before": str(until), "repeat": "yes" if what == "repeats" else ""}
        else:
            parts |= {"rectified": what, "due_after": str(since), "due_before": str(until)}
        kept = {name: value for name, value in parts.items() if value}
        return f"{reverse('hazard_list')}?{urlencode(kept)}"


COLUMNS = ("村社", "来源", "发现", "重复", "到期", "按期整改", "隐患整改率")


@scoped("hazards.view")
def sources_csv(request: HttpRequest) -> HttpResponseBase:
    """Every village and source, and the sums, as CSV."""
    form = SourcesForm(request.GET, user=request.user)
    form.full_clean()
    asked = asked_by(request, form)
    return csv_file(
        f"三排查对比{asked.since:%Y%m%d}-{asked.until:%Y%m%d}.csv", COLUMNS, _cells(by_village(asked))
    )


def _cells(villages: Tallies) -> Iterator[list[str]]:
    labels = words("hazard_source")["hazard_source"]
    rows = [("全部", villages[""])] if villages else []
    for place, tallies in (*rows, *((area.name, found) for area, found in _named(villages))):
        for source in (*order(tallies), ""):
            tally = tallies.get(source, Tally())
            rate = f"{tally.in_time / tally.due:.1%}" if tally.due else "—"
            counts = (tally.found, tally.repeats, tally.due, tally.in_time)
            yield [place, labels.get(source, source) or "全部来源", *map(str, counts), rate]


def as_json(tally: Tally) -> dict[str, Any]:
    """A tally for the API: the rate with its parts, null without anything due."""
    rate = tally.in_time / tally.due if tally.due else None
    return {
        "found": tally.found,
        "repeats": tally.repeats,
        "rectified": {"numerator": tally.in_time, "denominator": tally.due, "rate": rate},
    }
