"""My day: the page at `/`, by what the reader's posts let him do."""

from functools import reduce
from operator import or_
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from chengdong import day
from chengdong.forms import ExcuseForm
from chengdong.reporting import reporter_day
from grids.intervals import interval_days
from grids.models import Area
from grids.queries import words
from grids.scope import posts_of, reader, rights_of, scoped, within
from incidents.diversions import queries as diversions
from incidents.diversions.workflow import TAKE
from matters.models import Notice, Obligation
from matters.obligations import ANSWERING, RIGHT, excuse
from mediation.queries import cases
from shared.dates import today
from shared.errors import DomainError
from shared.guards import signed_in

FIRST, ALL = 10, 500
"""How many lines of a roll-up's lists are shown at first, and when all are asked for."""


@signed_in()
def home(request: HttpRequest) -> HttpResponse:
    """A roll-up for those who answer for many grids, the day's list for those who visit, else who one is
    and what there is to do.
    """
    rights = rights_of(request.user)
    if "digests.view" in rights and rights & {"board.view", "targets.manage"}:
        return _rollup(request, rights)
    if "visits.log" in rights:
        context = {"my": day.worker_day(request.user), "days": interval_days(), "today": today()}
        return render(request, "home/worker.html", context)
    context = {
        **reporter_day(request.user, rights),
        **_passed_on(request),
        "cases": cases.standing(request.user) if "mediation.view" in rights else {},
        "posts": posts_of(request.user),
        "notices": Notice.objects.filter(recipient=reader(request), channel=Notice.Channel.INBOX).order_by(
            "-id"
        )[:5],
    }
    return render(request, "home/plain.html", context)


def _rollup(request: HttpRequest, rights: frozenset[str]) -> HttpResponse:
    """The day of the reader's own area, or of one below it that the address names."""
    seen = Area.objects.within(request.user, "digests.view").order_by("path")
    given = request.GET.get("area", "")
    if given:
        area = get_object_or_404(seen.select_related("parent"), pk=given if given.isdecimal() else 0)
    else:
        area = next(post.area for post in posts_of(request.user) if "digests.view" in post.role.rights)
    may_visit = "targets.view" in rights
    found = day.rollup(
        request.user,
        area,
        visits=may_visit,
        tray={"incidents.view", "board.view"} <= rights,
        most=ALL if "all" in request.GET else FIRST,
    )
    context = {"my": found, "today": today(), "may_visit": may_visit, "own": not given, **_passed_on(request)}
    return render(request, "home/rollup.html", context)


def _passed_on(request: HttpRequest) -> dict[str, Any]:
    """What the police passed on to the reader's side, and the words of its kinds."""
    if TAKE not in rights_of(request.user):
        return {"diverted": []}
    found = diversions.to_take(request.user, FIRST)
    return {"diverted": found, "sorts": words("incident_type")["incident_type"] if found else {}}


@scoped("visits.log", "matters.handle")
def excuse_page(request: HttpRequest, pk: int) -> HttpResponse:
    """说明情况: why one thing of today's alert cannot be answered."""
    theirs = [within(request.user, right) for right in ANSWERING]
    owed = Obligation.objects.within(request.user, RIGHT).filter(reduce(or_, theirs))
    owed = owed.select_related("area", "target", "matter")
    obligation = get_object_or_404(owed, pk=pk)
    form = ExcuseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            excuse(obligation=obligation, actor=reader(request), reason=form.cleaned_data["reason"])
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, f"已说明：{obligation.title}。它计入“已说明”，不算没回应。")
            return redirect("home")
    context = {"form": form, "obligation": obligation}
    return render(request, "home/excuse.html", context, status=400 if form.errors else 200)


@signed_in()
def outbox(request: HttpRequest) -> HttpResponse:
    """What waits on this device to be sent; the list is drawn by static/js/outbox.js from what the device
    keeps.
    """
    return render(request, "home/outbox.html")
