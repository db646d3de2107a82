"""Pages of check lists: those in use, one with its versions, and editing one into its next version."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from grids.queries import words
from grids.scope import reader, rights_of, scoped
from incidents.hazards.list_forms import ListForm, line_set, lines_of
from incidents.hazards.lists import RIGHT, save_list
from incidents.hazards.views import LEVELS
from incidents.models import CheckEntry, CheckList
from shared.errors import DomainError

READERS = ("hazards.view", "hazards.report", "reference.edit")


@scoped(*READERS)
def checklists(request: HttpRequest) -> HttpResponse:
    """The lists in use, by what they are for."""
    lists = CheckList.objects.filter(is_current=True).order_by("id").prefetch_related("items")
    context = {
        "lists": lists,
        "labels": words("place_type")["place_type"],
        "may_edit": RIGHT in rights_of(request.user),
        "may_check": "hazards.report" in rights_of(request.user),
    }
    return render(request, "incidents/hazards/checklists.html", context)


@scoped(*READERS)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One version of a list, with the others."""
    checklist = get_object_or_404(CheckList.objects.select_related("made_by"), pk=pk)
    context = {
        "checklist": checklist,
        "entries": CheckEntry.objects.filter(checklist=checklist).select_related("item"),
        "versions": CheckList.objects.filter(code=checklist.code).select_related("made_by"),
        "labels": words("place_type", "hazard_type"),
        "levels": LEVELS,
        "may_edit": RIGHT in rights_of(request.user),
        "may_check": "hazards.report" in rights_of(request.user),
    }
    return render(request, "incidents/hazards/checklist.html", context)


@scoped(RIGHT)
def new(request: HttpRequest) -> HttpResponse:
    """A list of its own."""
    return _edit(request, None)


@scoped(RIGHT)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The next version of a list."""
    return _edit(request, get_object_or_404(CheckList, pk=pk))


def _edit(request: HttpRequest, base: CheckList | None) -> HttpResponse:
    data = request.POST or None
    form, lines = ListForm(base, data), line_set(base, data)
    status, newest = 200, None
    if form.is_bound:
        status = 400
        if form.is_valid() and lines.is_valid():
            given = {name: form.cleaned_data[name] for name in ("name", "place_types", "basis")}
            items = lines_of(lines, form.cleaned_data["more"])
            try:
                made = save_list(actor=reader(request), base=base, lines=items, **given)
            except DomainError as error:
                form.add_error(error.field if error.field in form.fields else None, error.message)
                status, newest = error.status, error.extra.get("newest")
            else:
                messages.success(request, f"已保存第 {made.version} 版，以前的检查仍按当时的版本。")
                return redirect("checklist", made.pk)
    context = {"form": form, "lines": lines, "base": base, "newest": newest}
    return render(request, "incidents/hazards/checklist_edit.html", context, status=status)
