"""The page of hot spots: hour × weekday, places and villages, every number opening its rows."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from grids.queries import words
from grids.scope import scoped
from incidents.hotspots import queries
from incidents.queries import short_address
from matters.filters import offer_areas

KEPT = ("after", "before", "type", "area")


def _linker(asked: dict[str, str]) -> Callable[..., str]:
    """Addresses of the list with what the page is narrowed to, and more."""
    return lambda **more: f"{reverse('incident_list')}?{urlencode({**asked, **more})}"


@scoped("incidents.view")
def hotspot_page(request: HttpRequest) -> HttpResponse:
    """When and where the police were called in a period, by kind and village."""
    labels = words("incident_type")["incident_type"]
    found = queries.asked(request.user, request.GET, request)
    form = found.offer(type=labels)
    for name in [name for name in form.fields if name not in KEPT]:
        del form.fields[name]
    asked = {name: found.data[name] for name in KEPT if found.data.get(name)}
    counts = queries.by_hour(found.qs)
    context = {
        "form": offer_areas(form, request.user, "incidents.view"),
        "week": queries.week(counts),
        "hours": queries.HOURS,
        "sums": [sum(counts.get((day, hour), 0) for day in range(1, 8)) for hour in queries.HOURS],
        "total": sum(counts.values()),
        "busiest": max(counts, key=lambda cell: (counts[cell], cell), default=None),
        "places": list(queries.by_place(found.qs)[: queries.PLACES_SHOWN]),
        "villages": queries.by_village(found.qs),
        "rows": _linker(asked),
        "short": short_address,
        "since": found.form.cleaned_data.get("after"),
        "until": found.form.cleaned_data.get("before"),
    }
    return render(request, "incidents/hotspots.html", context)
