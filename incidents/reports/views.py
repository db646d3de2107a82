"""Pages of residents' reports for the staff: the list with 满意率, and the poster."""

from typing import cast

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from grids.models import Area
from grids.queries import words
from grids.scope import reader, scoped
from incidents.queries import place_row
from incidents.reports import queries
from incidents.reports.filters import ReportFilter
from incidents.reports.models import CitizenReport, Rating
from incidents.reports.staff_forms import PosterForm
from matters.filters import offer_areas
from matters.queries import holder_of, place_of
from shared.pages import page_of
from shared.texts import without_numbers

NEWEST = ("-occurred_at", "-matter_id")
CHIPS = {"satisfied": "done", "mostly": "done", "so_so": "bare", "not": "over"}


@scoped("reports.view")
def report_list(request: HttpRequest) -> HttpResponse:
    """Reports of the reader's territory, newest first, with 满意率 of what the filter leaves."""
    labels = words("report_type")
    found = ReportFilter(request.GET, queryset=queries.report_rows(request.user), request=request)
    form = found.offer(type=labels["report_type"])
    context = {
        "form": offer_areas(form, request.user, "reports.view"),
        "page": page_of(request, found.qs, order=NEWEST),
        "content": queries.content_of(found.qs),
        "query": request.GET.urlencode(),
        "scores": dict(Rating.Score.choices),
        "chips": CHIPS,
        "plain": without_numbers,
        "place_of": lambda row: place_of(place_row(row)),
        "holder_of": lambda row: holder_of(place_row(row)),
    }
    return render(request, "incidents/reports.html", context)


@scoped("reports.view")
def report_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A report is a matter: its page is the matter's."""
    get_object_or_404(CitizenReport.objects.within(request.user, "reports.view"), pk=pk)
    return redirect("matter_page", pk=pk)


@scoped("reports.view")
def poster(request: HttpRequest) -> HttpResponse:
    """A page to print for a village: the code that opens the form with this village chosen."""
    form = PosterForm(request.GET, user=reader(request))
    area = cast(Area | None, form.cleaned_data.get("area")) if form.is_valid() else None
    address = f"{settings.PUBLIC_URL.rstrip('/')}{reverse('report')}?area={area.pk}" if area else ""
    context = {
        "form": form,
        "area": area,
        "address": address,
        "qr": segno.make(address, error="m").svg_inline(scale=8, border=2) if area else "",
    }
    return render(request, "incidents/poster.html", context)
