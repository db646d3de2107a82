"""Pages of hazards: the list and its file, the phone form that reports one, what one has reported."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from grids import photos
from grids.models import Area, Target
from grids.models.target import TargetQuerySet
from grids.queries import words
from grids.scope import posts_of, reader, rights_of, scoped
from incidents.hazards import queries
from incidents.hazards.campaigns import reaching
from incidents.hazards.filters import HazardFilter
from incidents.hazards.forms import HazardForm
from incidents.levels import HazardLevel
from incidents.models import Hazard, Inspection
from incidents.queries import place_row
from incidents.workflow import raise_hazard
from matters.filters import offer_areas
from matters.loop import state_label
from matters.queries import holder_of, place_of
from shared.dates import local, today
from shared.downloads import csv_file
from shared.errors import DomainError, InvalidInput
from shared.filters import id_of
from shared.pages import page_of
from shared.texts import without_numbers

NEWEST = ("-occurred_at", "-matter_id")
SHOWN_CAMPAIGNS = 100
LEVELS = dict(HazardLevel.choices)
MINE_SHOWN = 20


def campaign_choices(user: Any) -> list[tuple[int, str]]:
    """Campaigns to narrow by, newest first."""
    seen = reaching(user, "hazards.view").order_by("-starts_on", "-id")
    return list(seen.values_list("pk", "name")[:SHOWN_CAMPAIGNS])


def row_tools() -> dict[str, Any]:
    """What lists of hazards need to show a row."""
    return {
        "levels": LEVELS,
        "state_label": state_label,
        "place_of": lambda row: place_of(place_row(row)),
        "holder_of": lambda row: holder_of(place_row(row)),
    }


@scoped("hazards.view")
def hazard_list(request: HttpRequest) -> HttpResponse:
    """Hazards of the reader's territory, newest first, narrowed as asked."""
    labels = words("hazard_type", "hazard_source")
    found = HazardFilter(request.GET, queryset=queries.hazard_rows(request.user), request=request)
    form = found.shown(
        campaign_choices(request.user), type=labels["hazard_type"], source=labels["hazard_source"]
    )
    rights = rights_of(request.user)
    context = {
        "form": offer_areas(form, request.user, "hazards.view"),
        "page": page_of(request, found.qs, order=NEWEST),
        "counts": queries.standing(found.qs),
        "labels": labels,
        "query": request.GET.urlencode(),
        "may_report": "hazards.report" in rights,
        **row_tools(),
    }
    return render(request, "incidents/hazards/list.html", context)


COLUMNS = (
    "编号", "类型", "等级", "来源", "隐患情况", "地点", "村社网格", "发现时间", "期限", "状态", "结果",
    "办结时间",
)  # fmt: skip


@scoped("hazards.view")
def hazard_export(request: HttpRequest) -> HttpResponseBase:
    """The same list, whole, as CSV."""
    labels = words("hazard_type", "hazard_source")
    found = HazardFilter(request.GET, queryset=queries.hazard_rows(request.user), request=request)
    if not found.is_valid():
        raise InvalidInput("筛选条件有误，请回到隐患列表改正后再导出。")
    rows = found.qs.order_by(*NEWEST).iterator(chunk_size=2000)
    return csv_file(f"隐患{today():%Y%m%d}.csv", COLUMNS, _cells(rows, labels))


def _cells(rows: Any, labels: dict[str, dict[str, str]]) -> Iterator[list[str]]:
    for row in rows:
        yield [
            row["number"],
            labels["hazard_type"].get(row["hazard_type"], row["hazard_type"]),
            LEVELS[row["level"]],
            labels["hazard_source"].get(row["source"], row["source"]),
            without_numbers(row["description"]),
            row["address"],
            place_of(place_row(row)),
            *(f"{local(row[n]):%Y-%m-%d %H:%M}" if row[n] else "" for n in ("occurred_at", "due_at")),
            state_label("hazard", row["state"]),
            holder_of(place_row(row)) if row["closed_at"] else "",
            f"{local(row['closed_at']):%Y-%m-%d %H:%M}" if row["closed_at"] else "",
        ]


@scoped("hazards.view")
def hazard_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A hazard is a matter: its page is the matter's."""
    get_object_or_404(Hazard.objects.within(request.user, "hazards.view"), pk=pk)
    return redirect("matter_page", pk=pk)


@scoped("hazards.report")
def hazard_new(request: HttpRequest) -> HttpResponse:
    """The phone form; sent twice it is one hazard."""
    user, target = reader(request), target_of(request)
    form = HazardForm(user, home_of(user), target, uuid4(), request.POST or None, request.FILES or None)
    status = 400 if form.is_bound and not form.is_valid() else 200
    if form.is_bound and form.is_valid():
        try:
            given = {**form.cleaned_data, "photos": photos.clean(form.cleaned_data["photos"])}
            hazard, created = raise_hazard(actor=user, target=target, **given)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
            status = error.status
        else:
            told = "隐患已上报" if created else "这条隐患刚才已经上报"
            messages.success(request, f"{told}，编号 {hazard.matter.number}。")
            if "matters.view" in rights_of(user):
                return redirect("matter_page", hazard.pk)
            return redirect("hazard_mine")
    return render(request, "incidents/hazards/new.html", {"form": form, "target": target}, status=status)


def home_of(user: Any) -> Area:
    """The area of the post with which the user reports."""
    return next(post.area for post in posts_of(user) if "hazards.report" in post.role.rights)


def target_of(request: HttpRequest) -> Target | None:
    """The place or person that the link or the form names; a 404 outside the reader's territory."""
    if not (asked := request.GET.get("target")):
        return None
    targets: TargetQuerySet = Target.objects.within(request.user, "hazards.report")
    return get_object_or_404(targets.select_related("grid__parent"), pk=id_of(asked))


@scoped("hazards.report")
def hazard_mine(request: HttpRequest) -> HttpResponse:
    """What the reader reported and checked, and what became of it: every matter gets an answer."""
    labels = words("hazard_type", "hazard_source", "place_type")
    checked = Inspection.objects.filter(inspector=reader(request)).select_related("checklist")
    context = {
        "page": page_of(request, queries.my_hazards(request.user), order=NEWEST, size=MINE_SHOWN),
        "inspections": checked.order_by("-id")[:MINE_SHOWN],
        "labels": labels,
        "rights": rights_of(request.user),
        **row_tools(),
    }
    return render(request, "incidents/hazards/mine.html", context)
