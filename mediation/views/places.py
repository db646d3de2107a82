"""The calendar of sittings."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from grids.scope import scoped
from mediation.models import Dispute, Session
from mediation.queries.case import place_of
from shared.dates import day_span, local, today

DAYS = 14


class FromForm(forms.Form):
    """The first day that is shown."""

    start = forms.DateField(required=False)


@scoped("mediation.view")
def calendar(request: HttpRequest) -> HttpResponse:
    """Two weeks of sittings of the cases that the reader may see, by day."""
    form = FromForm(request.GET)
    start: date = (form.cleaned_data.get("start") if form.is_valid() else None) or today()
    start = min(max(start, date(2000, 1, 1)), date(2200, 1, 1))
    first, last = day_span(start)[0], day_span(start + timedelta(days=DAYS - 1))[1]
    cases = Dispute.objects.within(request.user, "mediation.view").values("pk")
    held: dict[date, list[Session]] = defaultdict(list)
    for session in (
        Session.objects.filter(
            ~Q(state="cancelled"), dispute__in=cases, starts_at__gte=first, starts_at__lt=last
        )
        .select_related("dispute__matter", "room", "van", "host", "dispute__station")
        .order_by("starts_at", "id")
    ):
        held[local(session.starts_at).date()].append(session)
    days = [(day := start + timedelta(days=n), held.get(day, [])) for n in range(DAYS)]
    context: dict[str, Any] = {
        "days": days,
        "count": sum(len(found) for found in held.values()),
        "earlier": start - timedelta(days=DAYS),
        "later": start + timedelta(days=DAYS),
        "place_of": place_of,
        "today": today(),
    }
    return render(request, "mediation/calendar.html", context)
