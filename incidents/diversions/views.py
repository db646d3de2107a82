"""Pages of diversions: the list with one tap for the next step, and one diversion for the receiving side."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from grids.queries import words
from grids.scope import reader, rights_of, scoped
from incidents.diversions import queries
from incidents.diversions.forms import DiversionFilter
from incidents.diversions.models import Diversion
from incidents.diversions.workflow import DIVERT, TAKE, receives
from incidents.queries import short_address
from matters.queries import as_row, place_of, reading
from matters.workflow import advance
from shared.crypto import mask
from shared.errors import Conflict, DomainError, TransitionRefused
from shared.pages import page_of
from shared.texts import without_numbers

DONE = {"sign": "已签收", "contact": "已记下联系时间", "arrive": "已记下到场时间", "reply": "已回复，等审核"}
SAID = {"sign": "签收", "contact": "已联系", "arrive": "已到场", "close": "回复办结"}
ACTIONS = ("sign", "contact", "arrive", "reply", "hand_back")


def _common(request: HttpRequest) -> dict[str, Any]:
    user = reader(request)
    return {
        "labels": words("incident_type")["incident_type"],
        "short": short_address,
        "said": SAID,
        "now": timezone.now(),
        "place": lambda matter: place_of(as_row(matter)),
        "mine": lambda diversion: receives(user, diversion),
        "opens": "incidents.view" in rights_of(user),
    }


@scoped(DIVERT, TAKE)
def diversion_list(request: HttpRequest) -> HttpResponse:
    """What was passed on, newest first, each with its clock and the next step as one button."""
    form = DiversionFilter(request.GET)
    form.full_clean()
    asked = form.cleaned_data
    view = asked.get("view") or "running"
    found = queries.seen_by(request.user)
    context = {
        **_common(request),
        "form": form,
        "view": view,
        "views": queries.VIEWS,
        "page": page_of(request, queries.with_rows(queries.narrowed(found, view)), order=queries.ORDER),
        "standing": queries.standing(found),
        "rates": queries.rates(request.user, asked["since"], asked["until"]),
        "since": asked["since"],
        "until": asked["until"],
    }
    return render(request, "incidents/diversions.html", context)


@scoped(DIVERT, TAKE)
def diversion_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One diversion: what it is about, its four steps against their limits, the next one as one button."""
    diversion = get_object_or_404(queries.with_rows(queries.seen_by(request.user)), pk=pk)
    refused = None
    if request.method == "POST":
        try:
            return _stepped(request, diversion)
        except DomainError as error:
            refused = error
            diversion = get_object_or_404(queries.with_rows(queries.seen_by(request.user)), pk=pk)
    incident = diversion.matter.police_incident
    common = _common(request)
    labels = common["labels"]
    context = {
        **common,
        "diversion": diversion,
        "incident": incident,
        "kind": labels.get(incident.incident_type, incident.incident_type),
        "summary": without_numbers(incident.summary),
        "called": mask(incident.caller_name),
        "events": diversion.matter.events.filter(at__gte=diversion.diverted_at).select_related("actor"),
        "told": reading(diversion.matter, reader(request)),
        "refused": refused,
        "typed": request.POST.get("note", ""),
    }
    return render(request, "incidents/diversion.html", context, status=refused.status if refused else 200)


def _stepped(request: HttpRequest, diversion: Diversion) -> HttpResponse:
    """Make the step; one that somebody (or this very tap) made a moment ago is not an error."""
    action = request.POST.get("action", "")
    step = next((s for s in diversion.steps() if s.code == action), None)
    if step is None or step.at is None:
        if action not in ACTIONS:
            raise TransitionRefused("没有这个步骤。", allowed=list(ACTIONS))
        matter = diversion.matter
        version = request.POST.get("version", "")
        if version.isdecimal() and len(version) < 10 and int(version) != matter.version:
            raise Conflict("这件分流刚被别人更新过，请看过最新情况再操作。", version=matter.version)
        note = request.POST.get("note", "")
        advance(matter=matter, action=action, actor=reader(request), note=note)
        messages.success(request, f"{DONE.get(action, '已退回公安')}。")
    back = request.POST.get("next") == "list"
    return redirect("diversion_list") if back else redirect("diversion", pk=diversion.pk)
