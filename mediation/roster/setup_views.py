"""Pages on which a station's shifts and the presence of departments are set."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from grids.models import Unit
from grids.scope import reader, scoped
from mediation.roster import queries
from mediation.roster.forms import PatternForm, PresenceForm
from mediation.roster.members import departments_of
from mediation.roster.workflow import end_pattern, end_presence, save_pattern, save_presence
from mediation.roster.workflow.setup import pattern_of, presence_of
from shared.errors import DomainError
from shared.jinja import date_text


def _station(request: HttpRequest, pk: int) -> Unit:
    station: Unit = get_object_or_404(queries.stations(request.user, queries.MANAGE), pk=pk)
    return station


def _set(
    request: HttpRequest, station: Unit, form: forms.Form, title: str, note: str, save: Callable[[], str]
) -> HttpResponse:
    """The form's page; what `save` says, once it could."""
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                messages.success(request, save())
                return redirect("roster_station", station.pk)
            except DomainError as error:
                if error.status in {403, 404}:
                    raise
                form.add_error(error.field if error.field in form.fields else None, error.message)
                status = error.status
    back = reverse("roster_station", args=[station.pk])
    context = {"station": station, "form": form, "title": title, "note": note, "back": back}
    return render(request, "mediation/set.html", context, status=status)


def _unset(
    request: HttpRequest, station: Unit, title: str, button: str, end: Callable[[], str]
) -> HttpResponse:
    """One more question; what `end` says, once it was answered."""
    if request.method == "POST":
        messages.success(request, end())
        return redirect("roster_station", station.pk)
    context = {"station": station, "title": title, "button": button}
    return render(request, "mediation/roster/unset.html", context)


@scoped("roster.manage")
def pattern_edit(request: HttpRequest, pk: int, pattern: int | None = None) -> HttpResponse:
    """A new shift, or another content of one."""
    station = _station(request, pk)
    held = pattern_of(station, pattern) if pattern else None
    form = PatternForm(request.POST or None, initial=PatternForm.of(held) if held else None)

    def save() -> str:
        made = save_pattern(actor=reader(request), station=station, text=form.text(), pattern=held)
        return f"{made.name}已保存，以后生成的排班按它。"

    title = f"改{held.name}" if held else "添加班次"
    return _set(request, station, form, title, "已发布的班不变；重新生成并发布排班后才按新的。", save)


@scoped("roster.manage")
def pattern_end(request: HttpRequest, pk: int, pattern: int) -> HttpResponse:
    """Take a shift out of use, after one more question."""
    station = _station(request, pk)
    held = pattern_of(station, pattern)

    def end() -> str:
        end_pattern(actor=reader(request), pattern=held)
        return f"{held.name}已停用。"

    return _unset(request, station, f"停用{held.name}？", "停用", end)


@scoped("roster.manage")
def presence_edit(request: HttpRequest, pk: int, presence: int | None = None) -> HttpResponse:
    """A department comes to the station, or comes otherwise."""
    station = _station(request, pk)
    held = presence_of(station, presence) if presence else None
    form = PresenceForm(
        request.POST or None,
        departments=departments_of(station),
        initial={"department": held.department_id, "mode": held.mode, "position": held.position}
        if held
        else None,
    )

    def save() -> str:
        made = save_presence(actor=reader(request), station=station, **form.cleaned_data)
        return f"{made.department}从{date_text(made.starts_on)}起{made.get_mode_display()}。"

    title = f"改{held.department}" if held else "部门驻站"
    return _set(
        request, station, form, title, "同一天按周、按日轮值的部门，各按次序轮到一个；常驻的每天都在。", save
    )


@scoped("roster.manage")
def presence_end(request: HttpRequest, pk: int, presence: int) -> HttpResponse:
    """The department does not come any more, after one more question."""
    station = _station(request, pk)
    held = presence_of(station, presence)

    def end() -> str:
        end_presence(actor=reader(request), presence=held)
        return f"{held.department}不再驻站。"

    return _unset(request, station, f"{held.department}不再驻站？", "不再驻站", end)
