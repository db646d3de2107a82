"""Pages of the tray: incidents that no rule could place, each given to a village or grid by hand or passed on
as not ours."""

from typing import cast

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render

from accounts.models import User
from grids.models import Area
from grids.queries import labels
from grids.scope import scoped
from incidents.importing.tray import mark_outside, place_incident
from incidents.models import PoliceIncident
from incidents.tray_forms import OutsideForm, PlaceForm
from shared.errors import DomainError
from shared.pages import page_of


def _waiting(request: HttpRequest) -> QuerySet[PoliceIncident, PoliceIncident]:
    mine: QuerySet[PoliceIncident, PoliceIncident] = PoliceIncident.objects.within(
        request.user, "incidents.place"
    )
    return mine.filter(placed=PoliceIncident.Placed.TRAY, matter__closed_at=None).select_related(
        "matter__area"
    )


@scoped("incidents.place")
def tray(request: HttpRequest) -> HttpResponse:
    """What waits to be placed, newest first."""
    context = {
        "page": page_of(request, _waiting(request), order=("-matter__occurred_at", "-pk")),
        "labels": labels("incident_type"),
    }
    return render(request, "incidents/tray.html", context)


@scoped("incidents.place")
def tray_place(request: HttpRequest, pk: int) -> HttpResponse:
    """One incident: choose its village or grid."""
    incident = get_object_or_404(_waiting(request), pk=pk)
    form = PlaceForm(_typed(request), user=request.user, street=_street(incident))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            done = place_incident(incident=incident, actor=cast(User, request.user), **form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
            status = error.status
        else:
            area = form.cleaned_data["area"]
            more = (
                f"{done.learned}{f'，另有 {done.others} 条一并落格' if done.others else ''}。"
                if done.learned
                else ""
            )
            messages.success(request, f"已归到{area.name}。{more}")
            return redirect("tray")
    return _page(request, incident, form, OutsideForm(), status)


@scoped("incidents.place")
def tray_outside(request: HttpRequest, pk: int) -> HttpResponse:
    """One incident: not ours, with the reason."""
    incident = get_object_or_404(_waiting(request), pk=pk)
    form = OutsideForm(_typed(request))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            mark_outside(incident=incident, actor=cast(User, request.user), **form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
            status = error.status
        else:
            messages.success(request, "已记为辖区外，理由写进了事项记录。")
            return redirect("tray")
    return _page(request, incident, PlaceForm(user=request.user, street=_street(incident)), form, status)


def _typed(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _street(incident: PoliceIncident) -> Area:
    return Area.objects.get(pk=incident.matter.area.parent_ids[0])


def _page(
    request: HttpRequest, incident: PoliceIncident, place: PlaceForm, outside: OutsideForm, status: int
) -> HttpResponse:
    context = {"incident": incident, "form": place, "outside": outside, "labels": labels("incident_type")}
    bad = status == 200 and (place.errors or outside.errors)
    return render(request, "incidents/tray_place.html", context, status=400 if bad else status)
