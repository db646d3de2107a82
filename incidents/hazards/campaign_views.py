"""Pages of campaigns (专项行动): how far each is, which places it still waits for, what it found."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from grids.queries import words
from grids.scope import covers, reader, rights_of, scoped
from incidents.hazards import queries
from incidents.hazards.campaign_forms import CampaignEdit, CampaignForm
from incidents.hazards.campaigns import (
    RIGHT,
    change_campaign,
    open_campaign,
    own_places,
    seen_by,
    take_in,
)
from incidents.models import Campaign, CampaignPlace, Hazard
from shared.dates import today
from shared.downloads import csv_file
from shared.errors import DomainError
from shared.pages import page_of

READ = "hazards.view"


def _led(request: HttpRequest) -> Any:
    return Campaign.objects.within(request.user, RIGHT).select_related("area", "checklist", "leader")


@scoped(READ)
def campaigns(request: HttpRequest) -> HttpResponse:
    """Campaigns of the reader's territory by their great action, those that run first."""
    rows = list(seen_by(request.user, READ).order_by("-ends_on", "-id")[:200])
    context = {
        "actions": words("campaign_action")["campaign_action"],
        "running": [row for row in rows if row.ends_on >= today()],
        "ended": [row for row in rows if row.ends_on < today()],
        "may_open": RIGHT in rights_of(request.user),
        "today": today(),
    }
    return render(request, "incidents/hazards/campaigns.html", context)


def _missing(request: HttpRequest, campaign: Campaign) -> Any:
    """The reader's places that it still waits for."""
    own = own_places(request.user, READ, "target__grid")
    return CampaignPlace.objects.filter(own, campaign=campaign, inspection=None, target__is_active=True)


@scoped(READ)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One campaign: inspected ÷ places, the places that are missing, the hazards that it found."""
    campaign = get_object_or_404(seen_by(request.user, READ), pk=pk)
    found = Hazard.objects.within(request.user, READ).filter(finding__inspection__campaign=campaign)
    counts = queries.standing(found.values("matter_id"))
    labels = words("campaign_action", "place_type")
    context = {
        "campaign": campaign,
        "counts": counts,
        "own": "" if covers(request.user, READ, campaign.area) else "您的辖区",
        "left": campaign.total - campaign.inspected,
        "types": "、".join(labels["place_type"].get(code, code) for code in campaign.place_types),
        "page": page_of(
            request,
            _missing(request, campaign).values(
                "id", "target_id", "target__name", "target__address", "target__grid__name", "target__category"
            ),
            order=("target__grid__name", "id"),
        ),
        "labels": labels,
        "may_edit": covers(request.user, RIGHT, campaign.area),
        "may_check": "hazards.report" in rights_of(request.user),
        "today": today(),
    }
    return render(request, "incidents/hazards/campaign.html", context)


@scoped(READ)
def missing_csv(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The places that it still waits for, as CSV."""
    campaign = get_object_or_404(seen_by(request.user, READ), pk=pk)
    missing = _missing(request, campaign).select_related("target__grid")
    labels = words("place_type")["place_type"]
    rows = (
        [t.pk, t.name, labels.get(t.category, t.category), t.address, t.grid.name]
        for t in (row.target for row in missing.order_by("target__grid__path", "target_id"))
    )
    columns = ("编号", "场所", "类别", "地址", "网格")
    return csv_file(f"{campaign.name}未检查{today():%Y%m%d}.csv", columns, rows)


def _typed(request: HttpRequest) -> dict[str, Any]:
    """What stands in the form, as it was typed."""
    several = {name: request.POST.getlist(name) for name in ("place_types", "chosen")}
    return {**request.POST.dict(), **several}


@scoped(RIGHT)
def new(request: HttpRequest) -> HttpResponse:
    """Open a campaign; sent twice it is one. `look` only looks for places to tick: what was typed stays."""
    if "look" in request.POST:
        form = CampaignForm(reader(request), initial=_typed(request))
        return render(request, "incidents/hazards/campaign_new.html", {"form": form, "looking": True})
    form = CampaignForm(reader(request), request.POST or None)
    status = 400 if form.is_bound and not form.is_valid() else 200
    if form.is_bound and form.is_valid():
        try:
            campaign, _ = open_campaign(actor=reader(request), **form.content())
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
            status = error.status
        else:
            messages.success(request, f"已发起：{campaign.name}。")
            return redirect("campaign", campaign.pk)
    return render(request, "incidents/hazards/campaign_new.html", {"form": form}, status=status)


@scoped(RIGHT)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change name, end, leader or note; a stale form is shown what differs and writes nothing."""
    campaign = get_object_or_404(_led(request), pk=pk)
    form = CampaignEdit(campaign, request.POST or None)
    differences: list[Any] = []
    status = 400 if form.is_bound and not form.is_valid() else 200
    if form.is_bound and form.is_valid():
        try:
            change_campaign(campaign=campaign, actor=reader(request), **form.cleaned_data)
        except DomainError as error:
            status, differences = error.status, error.extra.get("differences", [])
            form = _again(request, campaign, error)
        else:
            messages.success(request, "已保存。")
            return redirect("campaign", pk)
    context = {"form": form, "campaign": campaign, "differences": differences}
    return render(request, "incidents/hazards/campaign_edit.html", context, status=status)


def _again(request: HttpRequest, campaign: Campaign, error: DomainError) -> CampaignEdit:
    """The form with what was typed, for the version that the reader now sees."""
    version = Campaign.objects.values_list("version", flat=True).get(pk=campaign.pk)
    form = CampaignEdit(campaign, {**request.POST.dict(), "version": version})
    form.full_clean()
    form.add_error(error.field if error.field in form.fields else None, error.message)
    return form


@require_POST
@scoped(RIGHT)
def take_in_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Add the places that were enrolled since it opened."""
    campaign = get_object_or_404(_led(request), pk=pk)
    try:
        added = take_in(campaign=campaign, actor=reader(request))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"新增 {added} 处场所。" if added else "没有新列入名册的场所。")
    return redirect("campaign", pk)
