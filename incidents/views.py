"""Pages of police incidents and hazards: lists, exports, and the phone form that reports a hazard."""

from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from grids.models import Target
from grids.models.target import TargetQuerySet
from grids.queries import words
from grids.scope import posts_of, rights_of, scoped
from incidents import exports, queries
from incidents.filters import HazardFilter, IncidentFilter
from incidents.forms import HazardForm
from incidents.models import Hazard, PoliceIncident
from incidents.repeats.queries import repeat_rule
from incidents.workflow import raise_hazard
from matters.filters import offer_areas
from matters.loop import KINDS
from matters.queries import holder_of, place_of
from shared.errors import DomainError, InvalidInput
from shared.filters import id_of
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


@scoped("hazards.view")
def hazard_list(request: HttpRequest) -> HttpResponse:
    """Hazards of the reader's territory, with what each source found and how much of it is mended."""
    labels = words("hazard_type", "hazard_source")
    found = HazardFilter(request.GET, queryset=queries.hazard_rows(request.user), request=request)
    form = found.offer(type=labels["hazard_type"], source=labels["hazard_source"])
    context = {
        "form": offer_areas(form, request.user, "hazards.view"),
        "page": page_of(request, found.qs, order=NEWEST),
        "sources": queries.by_source(found.qs),
        "labels": labels,
        "levels": dict(Hazard.Level.choices),
        "place_of": lambda row: place_of(queries.place_row(row)),
        "holder_of": lambda row: holder_of(queries.place_row(row)),
        "may_report": "hazards.report" in rights_of(request.user),
    }
    return render(request, "incidents/hazards.html", context)


@scoped("hazards.report")
def hazard_new(request: HttpRequest) -> HttpResponse:
    """The phone form; sent twice it is one hazard."""
    user, target = request.user, _target(request)
    home = next(post.area for post in posts_of(user) if "hazards.report" in post.role.rights)
    form = HazardForm(user, home, target, uuid4(), data=request.POST or None)  # type: ignore[arg-type]
    status = 400 if form.is_bound and not form.is_valid() else 200
    if form.is_bound and form.is_valid():
        try:
            hazard, created = raise_hazard(actor=user, target=target, **form.cleaned_data)  # type: ignore[arg-type]
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
            status = error.status
        else:
            told = "隐患已上报" if created else "这条隐患刚才已经上报"
            messages.success(request, f"{told}，编号 {hazard.matter.number}。")
            return (
                redirect("matter_page", hazard.pk)
                if "matters.view" in rights_of(user)
                else redirect("hazard_new")
            )
    return render(request, "incidents/hazard_new.html", {"form": form, "target": target}, status=status)


def _target(request: HttpRequest) -> Target | None:
    """The place or person that the link or the form names; a 404 outside the reader's territory."""
    if not (asked := request.GET.get("target")):
        return None
    targets: TargetQuerySet = Target.objects.within(request.user, "hazards.report")
    return get_object_or_404(targets.select_related("grid"), pk=id_of(asked))
