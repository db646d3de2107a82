"""Pages of the van: what is open and how quickly it was answered, a new call, one call with its
taps and log.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts.models import User
from grids.scope import covers, reader, rights_of, scoped
from matters.models import Matter
from mediation.models import VanCall
from mediation.van import queries
from mediation.van.candidates import crews
from mediation.van.forms import CallForm, PeriodForm, StepForm
from mediation.van.steps import LABELS, clocks, limits, next_steps
from mediation.van.workflow import ask_van, assign, cancel, may_step, step
from shared.dates import today
from shared.errors import DomainError
from shared.filters import id_of
from shared.pages import page_of
from shared.texts import typed


@scoped("van.view")
def van_list(request: HttpRequest) -> HttpResponse:
    """Open calls first, then the period's figures and its calls, newest first."""
    found, bounds = queries.calls(request.user), limits()
    form = PeriodForm(request.GET or None)
    given = form.cleaned_data if form.is_valid() else {}
    until = given.get("until") or today()
    since = given.get("since") or queries.month_before(until)
    period = queries.asked_between(found, since, until)
    context = {
        "open": list(found.filter(closed_at=None).order_by("asked_at", "pk")[:50]),
        "clocks": lambda call: next((c for c in clocks(call, bounds) if c.done_at is None), None),
        "measures": queries.measures(period, bounds),
        "results": queries.results(period),
        "page": page_of(request, period.exclude(closed_at=None), order=("-asked_at", "-pk")),
        "form": form,
        "since": since,
        "until": until,
        "now": timezone.now(),
        "may_send": "van.send" in rights_of(request.user),
    }
    return render(request, "mediation/van/list.html", context)


@scoped("van.send")
def van_new(request: HttpRequest) -> HttpResponse:
    """Call a van, for an incident or directly."""
    user, matter = reader(request), _matter(request)
    if matter and (known := _call_of(matter)):
        return redirect("van_call", known.pk)
    start = {"address": _place(matter), "about": matter.title} if matter else {}
    form = CallForm(request.POST or None, user=user, home=matter.area if matter else None, initial=start)
    status = 400 if form.is_bound and not form.is_valid() else 200
    if form.is_bound and form.is_valid():
        try:
            call, _ = ask_van(actor=user, matter=matter, **form.cleaned_data)
            return redirect("van_call", call.pk)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
            status = error.status
    return render(request, "mediation/van/new.html", {"form": form, "matter": matter}, status=status)


def _matter(request: HttpRequest) -> Matter | None:
    """The incident that the link names; a 404 outside the reader's territory."""
    if not (asked := request.GET.get("matter")):
        return None
    rows: Any = Matter.objects.within(request.user, "van.send").select_related("area")
    found: Matter = get_object_or_404(rows, pk=id_of(asked))
    return found


def _call_of(matter: Matter) -> VanCall | None:
    return VanCall.objects.filter(matter=matter).exclude(state=VanCall.State.CANCELLED).first()


def _place(matter: Matter) -> str:
    return matter.area.name


@scoped("van.view", "van.run")
@never_cache
def van_call(request: HttpRequest, pk: int) -> HttpResponse:
    """One call: the next tap, its times against the limits, its log."""
    user = reader(request)
    call: VanCall = get_object_or_404(queries.calls(user), pk=pk)
    refused, status = "", 200
    if request.method == "POST":
        try:
            messages.success(request, _tapped(request, call))
            return redirect("van_call", pk)
        except DomainError as error:
            if error.status in {403, 404}:
                raise
            refused, status = error.message, error.status
            call = queries.calls(user).get(pk=pk)
    context = {**_shown(user, call), "refused": refused, "note": request.POST.get("note", "")}
    return render(request, "mediation/van/call.html", context, status=status)


def _shown(user: User, call: VanCall) -> dict[str, Any]:
    """What the page of a call needs: what may be tapped, times, log."""
    may_send = covers(user, "van.send", call.area)
    return {
        "call": call,
        "steps": next_steps(call) if may_step(user, call) else [],
        "crews": crews(call.area) if may_send and call.state in {"waiting", "assigned"} else [],
        "may_cancel": may_send and call.state in {"waiting", "assigned", "accepted", "left"},
        "clocks": clocks(call, limits()),
        "events": list(call.events.select_related("actor").order_by("at", "pk")),
        "labels": LABELS,
        "now": timezone.now(),
    }


def _tapped(request: HttpRequest, call: VanCall) -> str:
    """Do what was tapped; what to tell."""
    form = StepForm(request.POST)
    given = form.cleaned_data if form.is_valid() else {}
    user, action, note = reader(request), given.get("action", ""), typed(given.get("note", ""), "note")
    if action == "assign":
        assign(actor=user, call=call, crew_key=given["crew"])
        return "已改派。"
    if action == "cancel":
        cancel(actor=user, call=call, reason=note)
        return "已取消。"
    done = step(actor=user, call=call, action=action, note=note)
    return f"{done.get_state_display()}。"
