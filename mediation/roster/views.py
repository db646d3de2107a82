"""Pages of published rosters: the grid of a station, who is on duty now, one shift with its history."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from grids.models import Unit
from grids.scope import covers, posts_of, reader, scoped
from mediation.models import Member, Shift
from mediation.roster import queries, standing
from mediation.roster.exports import as_xlsx
from mediation.roster.forms import MemberForm, PersonForm
from mediation.roster.members import candidates, departments_of
from mediation.roster.people import members_of
from mediation.roster.workflow import add_member, change_shift, end_member
from mediation.roster.workflow.members import member_of
from shared.dates import today
from shared.errors import DomainError
from shared.filters import id_of

VIEWS = ("week", "month")
EARLIEST, LATEST = date(2000, 1, 1), date(2200, 1, 1)
"""Between these a week and its neighbours can be shown."""


def day_of(text: str) -> date:
    """The day that the address names; today for anything that is none."""
    try:
        return min(max(date.fromisoformat(text), EARLIEST), LATEST)
    except ValueError:
        return today()


def span_of(view: str, day: date) -> tuple[date, int]:
    """First day and number of days of the week or month that the day lies in."""
    if view == "month":
        first = day.replace(day=1)
        return first, ((first + timedelta(days=32)).replace(day=1) - first).days
    return day - timedelta(days=day.weekday()), 7


def station_of(request: HttpRequest) -> tuple[Unit | None, list[Unit]]:
    """The station that the address names among those that the reader may see, else his own, else
    the first.
    """
    all_of_them = list(queries.stations(request.user))
    if asked := request.GET.get("station"):
        found = next((unit for unit in all_of_them if unit.pk == id_of(asked)), None)
        if found is None:
            raise Http404
        return found, all_of_them
    held = {unit.pk: unit for unit in all_of_them}
    own = next((held[p.unit_id] for p in posts_of(request.user) if p.unit_id in held), None)
    return own or next(iter(all_of_them), None), all_of_them


@scoped("roster.view")
def roster(request: HttpRequest) -> HttpResponse:
    """A station's week or month, its gaps, and hours per person."""
    station, all_of_them = station_of(request)
    if station is None:
        return render(request, "mediation/roster/none.html")
    view = request.GET.get("view", "week")
    view = view if view in VIEWS else "week"
    first, days = span_of(view, day_of(request.GET.get("from", "")))
    seats = queries.shifts_of(station, first, days)
    context = {
        "station": station,
        "stations": all_of_them,
        "view": view,
        "first": first,
        "last": first + timedelta(days=days - 1),
        "before": first - timedelta(days=1),
        "after": first + timedelta(days=days),
        "today": today(),
        "now": timezone.now(),
        "board": queries.board(seats, first, days),
        "spreads": queries.spreads(seats),
        "may_manage": covers(request.user, "roster.manage", station.area),
    }
    return render(request, "mediation/roster/roster.html", context)


@scoped("roster.view")
def roster_xlsx(request: HttpRequest) -> HttpResponseBase:
    """A station's month as a workbook."""
    station, _ = station_of(request)
    if station is None:
        raise Http404
    first, days = span_of("month", day_of(request.GET.get("from", "")))
    seats = queries.shifts_of(station, first, days)
    return as_xlsx(station, queries.board(seats, first, days), queries.spreads(seats))


@scoped()
def roster_now(request: HttpRequest) -> HttpResponse:
    """Who is on duty now at each station of the reader's street; opened from the frame of every page."""
    seats = standing.on_duty(root, timezone.now()) if (root := standing.street_path(request.user)) else []
    by_station: dict[tuple[int, str], list[Any]] = {}
    for seat in seats:
        by_station.setdefault((seat.station, seat.station_name), []).append(seat)
    mine = set(queries.stations(request.user).values_list("pk", flat=True))
    context = {"found": by_station, "mine": mine, "moment": timezone.now()}
    return render(request, "mediation/roster/now.html", context)


@scoped("roster.view")
def roster_shift(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One shift: who has it, all its versions, and another person for those who may."""
    shift = get_object_or_404(
        Shift.objects.within(request.user, "roster.view").select_related(
            "station__area", "pattern", "person", "department"
        ),
        uid=uid,
        is_current=True,
    )
    may = covers(request.user, "roster.manage", shift.station.area)
    may = may and shift.starts_at > timezone.now() and not shift.cancelled
    people = members_of(shift.station_id, shift.department_id, shift.day)
    start = {"version": shift.version, "person": shift.person_id}
    form = PersonForm(request.POST or None, people=people, initial=start)
    status = 200
    if request.method == "POST":
        status = _change(request, shift, form)
        if status == 302:
            return redirect("roster_shift", uid)
    context = {"shift": shift, "history": queries.history_of(uid), "form": form if may else None}
    return render(request, "mediation/roster/shift.html", context, status=status)


def _change(request: HttpRequest, shift: Shift, form: PersonForm) -> int:
    """302 where it is done, else the status of the page that shows why not."""
    if not form.is_valid():
        return 400
    try:
        change_shift(actor=reader(request), uid=shift.uid, **form.cleaned_data)
    except DomainError as error:
        if error.status in {403, 404}:
            raise
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return error.status
    messages.success(request, "班次已改，相关的人已收到通知。")
    return 302


@scoped("roster.view")
def roster_station(request: HttpRequest, pk: int) -> HttpResponse:
    """What a station's roster is made of: shifts, departments there, people."""
    station = get_object_or_404(queries.stations(request.user), pk=pk)
    may = covers(request.user, "roster.manage", station.area)
    form = MemberForm(request.POST or None, people=candidates(station), departments=departments_of(station))
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                add_member(actor=reader(request), station=station, **form.cleaned_data)
                messages.success(request, f"{form.cleaned_data['person'].name}已加入排班名单。")
                return redirect("roster_station", pk)
            except DomainError as error:
                form.add_error(None, error.message)
                status = error.status
    context = {
        "station": station,
        "form": form if may else None,
        "today": today(),
        **queries.set_up_of(station),
    }
    return render(request, "mediation/roster/station.html", context, status=status)


@scoped("roster.manage")
def roster_member_end(request: HttpRequest, pk: int, member: int) -> HttpResponse:
    """Take somebody off the station's list, after one more question."""
    station = get_object_or_404(queries.stations(request.user, "roster.manage"), pk=pk)
    held: Member = member_of(station, member)
    if request.method == "POST":
        end_member(actor=reader(request), member=held)
        messages.success(request, f"{held.person.name}已移出排班名单。")
        return redirect("roster_station", pk)
    return render(request, "mediation/roster/member_end.html", {"station": station, "member": held})
