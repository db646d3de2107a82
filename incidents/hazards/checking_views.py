"""Pages of inspections: choosing the place, the check itself, the list, one of them."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from grids.models import Target
from grids.models.target import TargetQuerySet
from grids.queries import labels, words
from grids.queries.targets import search
from grids.scope import reader, rights_of, scoped
from incidents.hazards.campaigns import running
from incidents.hazards.checking import record_inspection
from incidents.hazards.checking_forms import InspectionForm, PlaceSearch
from incidents.hazards.filters import InspectionFilter
from incidents.hazards.views import LEVELS, campaign_choices, home_of, target_of
from incidents.models import Campaign, CheckList, Inspection
from matters.filters import offer_areas
from matters.loop import state_label
from shared.errors import DomainError
from shared.filters import id_of
from shared.pages import page_of

PLACES_SHOWN = 30


@scoped("hazards.view")
def inspections(request: HttpRequest) -> HttpResponse:
    """Inspections of the reader's territory, newest first."""
    seen = Inspection.objects.within(request.user, "hazards.view").select_related(
        "area__parent", "inspector", "checklist"
    )
    found = InspectionFilter(request.GET, queryset=seen, request=request)
    labels = words("place_type", "hazard_source")
    form = found.shown(
        campaign_choices(request.user), type=labels["place_type"], source=labels["hazard_source"]
    )
    context = {
        "form": offer_areas(form, request.user, "hazards.view"),
        "page": page_of(request, found.qs, order=("-at", "-id")),
        "labels": labels,
        "may_check": "hazards.report" in rights_of(request.user),
    }
    return render(request, "incidents/hazards/inspections.html", context)


@scoped("hazards.view")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One inspection with what was found, and what became of it."""
    seen = Inspection.objects.within(request.user, "hazards.view").select_related(
        "area__parent", "inspector", "checklist", "campaign", "target"
    )
    inspection = get_object_or_404(seen, pk=pk)
    results = inspection.results.select_related("item", "hazard__matter").order_by("id")
    context = {
        "inspection": inspection,
        "results": sorted(results, key=lambda row: (row.verdict != "bad", row.pk)),
        "labels": words("place_type", "hazard_source", "hazard_type"),
        "levels": LEVELS,
        "state_label": state_label,
    }
    return render(request, "incidents/hazards/inspection.html", context)


@scoped("hazards.report")
def new(request: HttpRequest) -> HttpResponse:
    """The check of the place that the address names; without one, which place."""
    target = target_of(request)
    named = request.GET.get("type", "")
    kind = target.category if target else named if named in labels("place_type") else ""
    campaign = _campaign(request)
    checklist = _list_for(request, kind, campaign)
    if checklist is None or not (target or kind or campaign):
        return _choose(request, campaign)
    user = reader(request)
    asked: dict[str, Any] = {"checklist": checklist, "place_type": kind, "campaign": campaign}
    form = InspectionForm(
        user, home_of(user), target, uuid4(), request.POST or None, request.FILES or None, **asked
    )
    if form.is_bound and form.is_valid() and (answer := _save(request, form)):
        return answer
    others = CheckList.objects.filter(is_current=True, place_types__contains=[kind]).exclude(pk=checklist.pk)
    context = {**asked, "form": form, "target": target, "others": others}
    context |= {"labels": words("place_type", "hazard_type"), "levels": LEVELS, "asked": request.GET}
    return render(request, "incidents/hazards/check.html", context, status=400 if form.errors else 200)


def _save(request: HttpRequest, form: InspectionForm) -> HttpResponse | None:
    """Record what the form says; a refusal becomes the form's error."""
    try:
        inspection, created = record_inspection(actor=reader(request), **form.content())
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        form.saved = error.extra.get("inspection")
        return None
    found = f"查出 {inspection.bad} 处隐患，已分别上报。" if inspection.bad else "全部符合。"
    told = "检查已保存：" if created else "这次检查刚才已经保存："
    messages.success(request, f"{told}{inspection}，{found}")
    if inspection.campaign_id and "hazards.view" in rights_of(request.user):
        return redirect("campaign", inspection.campaign_id)
    if "hazards.view" in rights_of(request.user):
        return redirect("inspection", inspection.pk)
    return redirect("hazard_mine")


def _campaign(request: HttpRequest) -> Campaign | None:
    """The campaign that the address names, where the reader's territory and the campaign's meet."""
    if not (asked := request.GET.get("campaign")):
        return None
    found: Campaign = get_object_or_404(running(request.user), pk=id_of(asked))
    return found


def _list_for(request: HttpRequest, kind: str, campaign: Campaign | None) -> CheckList | None:
    """The list that the address names, else the campaign's, else the first one for the type of place."""
    current = CheckList.objects.filter(is_current=True)
    if asked := request.GET.get("list"):
        return get_object_or_404(current, pk=id_of(asked))
    if campaign:
        return campaign.checklist
    return current.filter(place_types__contains=[kind]).order_by("id").first() if kind else None


def _choose(request: HttpRequest, campaign: Campaign | None) -> HttpResponse:
    """Places to begin with: those that running campaigns wait for, or those that the words name."""
    form = PlaceSearch(request.GET)
    form.full_clean()
    asked = form.cleaned_data.get("q", "")
    seen: TargetQuerySet = Target.objects.within(request.user, "hazards.report").filter(
        kind=Target.Kind.PLACE, is_active=True
    )
    found: Any = search(seen, asked).select_related("grid").order_by("name", "pk") if asked else ()
    context = {
        "form": form,
        "places": found[:PLACES_SHOWN],
        "asked": asked,
        "labels": words("place_type"),
        "campaigns": running(request.user),
    }
    return render(request, "incidents/hazards/choose.html", context)
