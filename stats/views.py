"""Pages of statistics: the week, and coverage down to the named gaps."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.dateparse import parse_date

from grids.models import Area
from grids.queries import coverage, words
from grids.queries.targets import ROW
from grids.scope import scoped
from matters.models import Obligation
from shared.dates import today
from shared.filters import id_of
from shared.pages import page_of
from stats import queries, rates
from stats.forms import CoverageFilter
from stats.queries import RIGHT

MOST_GAPS = 8
OLDEST = date(2000, 1, 1)


@scoped(RIGHT)
def week(request: HttpRequest) -> HttpResponse:
    """The week in a minute: the rates with their parts, where it got worse, who was not visited."""
    until = _week_end(request)
    weeks = queries.weeks(until)
    now = weeks[-1]
    where = coverage.within(request.user, RIGHT)
    by = queries.level_below(queries.top_area(request.user)) or "grid"
    missed = coverage.gaps("coverage", where, now).order_by("due_on", "id").values(*ROW)
    context = {
        "period": now,
        "current": until == today() - timedelta(days=1),
        "before": now.since - timedelta(days=7),
        "after": now.since + timedelta(days=7),
        "vitals": _vitals(where, weeks),
        "places": _places(where, weeks, by),
        "gaps": missed[:MOST_GAPS],
        "by": by,
        "labels": words("key_person", "place_type"),
        "query": _query(now),
    }
    return render(request, "stats/week.html", context)


def _week_end(request: HttpRequest) -> date:
    """The last day to show of the week that the address names: its Sunday, or yesterday; 404 for a week of
    another age, before which the calendar may have none to compare with.

    A day that is still running is not held against anybody; what is open now stands on the page of today.
    """
    yesterday = today() - timedelta(days=1)
    try:
        named = parse_date(request.GET.get("week", ""))
    except ValueError as error:
        raise Http404 from error
    day = min(named or yesterday, yesterday)
    if day < OLDEST:
        raise Http404
    return min(queries.monday(day) + timedelta(days=6), yesterday)


def _query(period: coverage.Period, page: str = "coverage") -> str:
    """Address of a page of statistics for the period."""
    return f"{reverse(page)}?from={period.since}&to={period.until}"


def _behind(page: str, period: coverage.Period, prefix: str = "", **asked: str) -> str:
    """Address of the list with the rows behind a number."""
    days = {f"{prefix}after": period.since, f"{prefix}before": period.until}
    return f"{reverse(page)}?{urlencode({**asked, **days})}"


def _vitals(where: coverage.Within, weeks: list[coverage.Period]) -> list[queries.Vital]:
    """The five rates over the weeks, each with the page of its rows."""
    periods = [*weeks, queries.same_days_before(weeks[-1])]
    href = _query(weeks[-1])
    found = [coverage.ratios(measure, where, periods).get("0") for measure in ("coverage", "timeliness")]
    counts = queries.answers(where, periods).get("0")
    found.append([count.ratio for count in counts] if counts else None)
    found += [rates.kept(where, periods).get("0"), rates.repeated(where, periods).get("0")]
    names = (
        ("走访率", href, 1.0),
        ("走访及时率", f"{href}&measure=timeliness", 1.0),
        ("响应率", _query(weeks[-1], "unanswered"), 1.0),
        ("按时办结率", _behind("matter_list", weeks[-1], "due_", view="all"), 1.0),
        ("重复警情率", _behind("incident_list", weeks[-1], repeat="again"), None),
    )
    rated = [ratios or [coverage.Ratio()] * len(periods) for ratios in found]
    return [
        queries.Vital(name, ratios[:-1], ratios[-1], link, goal)
        for (name, link, goal), ratios in zip(names, rated, strict=True)
    ]


def _places(where: coverage.Within, weeks: list[coverage.Period], by: str) -> list[dict[str, Any]]:
    """Villages or grids with their weeks, those that got worse first, then the lowest."""
    found = coverage.ratios("coverage", where, [*weeks, queries.same_days_before(weeks[-1])], by)
    names = queries.area_names(list(found))
    rows = []
    for key, ratios in found.items():
        vital = queries.Vital(names[key], ratios[:-1], ratios[-1], key)
        rows.append({"vital": vital, "key": key, "values": [ratio.rate or 0.0 for ratio in ratios[:-1]]})
    return sorted(rows, key=_worst_first)


def _worst_first(row: dict[str, Any]) -> tuple[float, float, str]:
    vital = row["vital"]
    return vital.change or 0.0, 1.0 if vital.now.rate is None else vital.now.rate, row["key"]


@scoped(RIGHT)
def coverage_page(request: HttpRequest) -> HttpResponse:
    """走访率 and 走访及时率 of an area and of what lies in it, with the targets behind the gap."""
    known = words("key_person", "place_type")
    form = CoverageFilter(request.GET, user=request.user, words=known, day=today())
    form.full_clean()
    given = form.cleaned_data
    period, category = given["period"], given.get("category", "")
    area = _area(request)
    where = coverage.within(request.user, RIGHT, area, category)
    measure = "timeliness" if request.GET.get("measure") == "timeliness" else "coverage"
    by = queries.level_below(area)
    context = {
        **_ratios(measure, where, period),
        "form": form,
        "period": period,
        "area": area,
        "measure": measure,
        "by": by,
        "places": _table(where, period, by) if by else [],
        "categories": [] if category else _table(where, period, "category"),
        "labels": {**known["key_person"], **known["place_type"]},
        "page": page_of(request, coverage.gaps(measure, where, period).values(*ROW), order=("due_on", "id")),
        "link": _linker(request),
        "parent": area.parent if area and area.parent and area.path not in _own_paths(request) else None,
    }
    return render(request, "stats/coverage.html", context)


@scoped(RIGHT)
def unanswered_page(request: HttpRequest) -> HttpResponse:
    """What 响应率 lacks in a period: answered late, or not at all, with place and person."""
    form = CoverageFilter(
        request.GET, user=request.user, words=words("key_person", "place_type"), day=today()
    )
    form.full_clean()
    form.fields.pop("category")
    period, area = form.cleaned_data["period"], _area(request)
    where = coverage.within(request.user, RIGHT, area)
    context = {
        "form": form,
        "period": period,
        "count": queries.answers(where, [period]).get("0", [queries.Answers()])[0],
        "page": page_of(request, rates.unanswered(where, period), order=("-business_date", "id")),
        "kinds": dict(Obligation.Kind.choices),
        "states": dict(Obligation.State.choices),
    }
    return render(request, "stats/unanswered.html", context)


def _ratios(measure: str, where: coverage.Within, period: coverage.Period) -> dict[str, Any]:
    """Every measure's ratio, and how many the chosen one lacks."""
    ratios = {name: coverage.ratio(name, where, period) for name in coverage.MEASURES}
    return {"ratios": ratios, "missed": ratios[measure].denominator - ratios[measure].numerator}


def _own_paths(request: HttpRequest) -> list[str]:
    return list(coverage.within(request.user, RIGHT).paths)


def _area(request: HttpRequest) -> Area | None:
    """The area that the address names, within the reader's territory; else the reader's own."""
    given = request.GET.get("area", "")
    if not given:
        return queries.top_area(request.user)
    seen = Area.objects.within(request.user, RIGHT).select_related("parent")
    area: Area = get_object_or_404(seen, pk=id_of(given))
    return area


def _linker(request: HttpRequest) -> Any:
    """Addresses of this page with other parameters."""

    def link(**changed: Any) -> str:
        kept = request.GET.copy()
        kept.pop("cursor", None)
        for name, value in changed.items():
            kept[name] = value
        return f"?{kept.urlencode()}"

    return link


def _table(where: coverage.Within, period: coverage.Period, by: str) -> list[dict[str, Any]]:
    """Both rates of each part, the widest gap first."""
    found = {name: coverage.ratios(name, where, [period], by) for name in coverage.MEASURES}
    keys = sorted({*found["coverage"], *found["timeliness"]})
    names = queries.area_names(keys) if by != "category" else {}
    none = [coverage.Ratio()]
    rows = [
        {"key": key, "name": names.get(key, key), **{name: found[name].get(key, none)[0] for name in found}}
        for key in keys
    ]
    return sorted(rows, key=lambda row: row["coverage"].numerator - row["coverage"].denominator)
