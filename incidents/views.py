"""Pages of police incidents: the list and its exports."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from grids.queries import words
from grids.scope import scoped
from incidents import exports, queries
from incidents.filters import IncidentFilter
from incidents.models import PoliceIncident
from incidents.repeats.queries import repeat_rule
from matters.filters import offer_areas
from matters.loop import KINDS
from matters.queries import holder_of, place_of
from shared.errors import InvalidInput
from shared.pages import page_of

NEWEST = ("-occurred_at", "-matter_id")


@scoped("incidents.view")
def incident_list(request: HttpRequest) -> HttpResponse:
    """Police incidents of the reader's territory, newest first, repeats marked."""
    rule, labels = repeat_rule(), words("incident_type", "incident_level")
    found = IncidentFilter(request.GET, queryset=queries.incident_rows(request.user, rule), request=request)
    form = found.offer(type=labels["incident_type"], level=labels["incident_level"])
    context = {
        "form": offer_areas(form, request.user, "incidents.view"),
        "page": page_of(request, found.qs, order=NEWEST),
        "standing": queries.standing(request.user),
        "rule": rule,
        "short": queries.short_address,
        "labels": labels,
        "states": KINDS["police_incident"].states,
        "query": request.GET.urlencode(),
        "shown": lambda row: {
            "place": place_of(queries.place_row(row)),
            "holder": holder_of(queries.place_row(row)),
        },
        "placed": dict(PoliceIncident.Placed.choices),
    }
    return render(request, "incidents/list.html", context)


@scoped("incidents.view")
def incident_export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The same list, whole, as a file."""
    rule, labels = repeat_rule(), words("incident_type", "incident_level")
    found = IncidentFilter(request.GET, queryset=queries.incident_rows(request.user, rule), request=request)
    if not found.is_valid():
        raise InvalidInput("筛选条件有误，请回到警情列表改正后再导出。")
    rows = found.qs.order_by(*NEWEST)
    if ending == "xlsx":
        rows = rows[: exports.XLSX_MOST]
    cells = exports.cells(rows.iterator(chunk_size=2000), labels["incident_type"], labels["incident_level"])
    return exports.as_xlsx(cells) if ending == "xlsx" else exports.as_csv(cells)


@scoped("incidents.view")
def incident_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """An incident is a matter: its page is the matter's."""
    get_object_or_404(PoliceIncident.objects.within(request.user, "incidents.view"), pk=pk)
    return redirect("matter_page", pk=pk)
