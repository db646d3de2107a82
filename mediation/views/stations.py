"""The stations of the street, and the pages on which one is set up."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from grids.models import Unit
from grids.queries import words
from grids.scope import reaches, reader, scoped
from mediation.forms.stations import SORTS
from mediation.models import Brand, Mediator
from mediation.queries.stations import set_up_of, station_rows, stations_seen
from mediation.workflow.stations import keep, row_of
from shared.errors import Conflict, InvalidInput

UNUSED = "不再用的，去掉“在用”；已有的案件和记录不变。"


def naming() -> Callable[[Brand | Mediator], str]:
    """Says in words what sorts of dispute a row is good at; one query for all rows."""
    known = words("dispute_type")["dispute_type"]
    return lambda row: "、".join(known.get(code, code) for code in row.fields) or "各类纠纷"


@scoped("mediation.view")
def stations(request: HttpRequest) -> HttpResponse:
    """Stations of the street: departments, studios with their fields, mediators, how much lies with each."""
    context = {"rows": station_rows(reader(request)), "fields_of": naming()}
    return render(request, "mediation/stations.html", context)


@scoped("mediation.view")
def station(request: HttpRequest, pk: int) -> HttpResponse:
    """What one station works with; who manages it changes it here."""
    found: Unit = get_object_or_404(stations_seen(request.user), pk=pk)
    context = {
        "station": found,
        "may": reaches(request.user, "roster.manage", found.area, found.pk),
        "fields_of": naming(),
        **set_up_of(found),
    }
    return render(request, "mediation/station.html", context)


@scoped("roster.manage")
def station_row(request: HttpRequest, pk: int, sort: str, row: int | None = None) -> HttpResponse:
    """A new studio, mediator, room or van of a station, or another content of one."""
    user, found = reader(request), get_object_or_404(stations_seen(request.user, "roster.manage"), pk=pk)
    if sort not in SORTS:
        raise Http404
    wanted, status = SORTS[sort], 200
    held = row_of(wanted.model, found, row) if row else None
    form = wanted(found, request.POST if request.method == "POST" else None, held)
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                seen = form.cleaned_data.get("seen")
                values = form.values()
                made = keep(actor=user, station=found, model=wanted.model, values=values, pk=row, seen=seen)
                messages.success(request, f"{made}已保存。")
                return redirect("mediation_station", pk)
            except (InvalidInput, Conflict) as error:
                form.again(error)
                status = error.status
    context = {"station": found, "form": form, "title": f"改{held}" if held else f"添加{wanted.label}"}
    context |= {"note": UNUSED, "back": reverse("mediation_station", args=[pk])}
    return render(request, "mediation/set.html", context, status=status)
