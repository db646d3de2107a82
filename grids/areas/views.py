"""Pages of villages, communities and grids, for those who read them and those who keep them."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from grids.areas import queries, standings, workflow
from grids.areas.drawing import draw
from grids.areas.forms import AreaForm, GridForm, RangeForm, VillageFilter
from grids.models import Area
from grids.scope import covers, reader, scoped
from shared.errors import DomainError
from shared.pages import page_of


def _area(request: HttpRequest, pk: int) -> Area:
    """A village or grid that the reader may see; 404 elsewhere."""
    return get_object_or_404(queries.shown_to(request.user).select_related("parent__parent"), pk=pk)


def _managed(request: HttpRequest, pk: int) -> Area:
    """The same, to be changed: 403 where the reader may only look."""
    return workflow.managed(reader(request), _area(request, pk))


def _done(form: forms.Form, write: Callable[[], object]) -> bool:
    """Whether the form is right and the write went through; a refusal stands at its field."""
    if not form.is_bound or not form.is_valid():
        return False
    try:
        write()
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return False
    return True


@scoped("areas.view", "areas.manage")
def area_list(request: HttpRequest) -> HttpResponse:
    """The villages and communities of the reader's territory."""
    form = VillageFilter(request.GET or None)
    words = form.cleaned_data["q"] if form.is_bound and form.is_valid() else ""
    page = page_of(request, queries.villages(request.user, words), order=("parent_id", "id"))
    page.rows = queries.with_grids(page.rows)
    context = {"filter_form": form, "page": page, "streets": len({r["parent__name"] for r in page.rows})}
    return render(request, "grids/areas/list.html", context)


@scoped("areas.view", "areas.manage")
def area_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One village with its grids, or one grid: who works there, its house numbers, its outline, its day."""
    area = _area(request, pk)
    grids = queries.grids_of(area)
    village = area.level in Area.VILLAGE_LEVELS
    own = queries.grounds([(area.pk, None)])[area.pk] if village else grids[0][1]
    context = {
        "area": area,
        "village": village,
        "grids": grids,
        "own": own,
        "gaps": sum(not ground.workers for _, ground in grids),
        "targets": sum(ground.targets for _, ground in grids) + (own.targets if village else 0),
        "standings": standings.of(reader(request), area),
        "drawing": draw([(grid.pk, grid.outline) for grid, _ in grids]) or draw([(area.pk, area.outline)]),
        "by_id": {grid.pk: (grid, ground) for grid, ground in grids},
        "page": page_of(request, queries.ranges_of(area), order=("road", "low", "id")),
        "may_manage": covers(request.user, queries.MANAGE, area),
        "may_people": covers(request.user, "users.manage", area),
        "may_targets": covers(request.user, "targets.view", area),
    }
    return render(request, "grids/areas/area.html", context)


def _form(request: HttpRequest, area: Area, form: forms.Form, **context: Any) -> HttpResponse:
    given = {"form": form, "area": area, **context}
    return render(request, "grids/areas/form.html", given, status=400 if form.errors else 200)


@scoped("areas.view", "areas.manage")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Former names, population, code."""
    area = _managed(request, pk)
    form = AreaForm(request.POST or None, area=area)
    if _done(form, lambda: workflow.edit_area(actor=reader(request), area=area, **form.cleaned_data)):
        messages.success(request, f"{area.name}已保存。")
        return redirect("area", pk)
    return _form(request, area, form, title=f"修改{area.name}", save="保存")


@scoped("areas.view", "areas.manage")
@require_http_methods(["GET", "POST"])
def grid_new(request: HttpRequest, pk: int) -> HttpResponse:
    """One more grid of a village."""
    area = _managed(request, pk)
    form = GridForm(request.POST or None)
    if _done(form, lambda: workflow.add_grid(actor=reader(request), village=area, **form.cleaned_data)):
        messages.success(request, "网格已添加。接下来登记网格员的任职，再添加它的地址段。")
        return redirect("area", pk)
    return _form(request, area, form, title=f"给{area.name}添加网格", save="添加网格")


@scoped("areas.view", "areas.manage")
@require_http_methods(["GET", "POST"])
def range_new(request: HttpRequest, pk: int) -> HttpResponse:
    """One more range of house numbers."""
    area = _managed(request, pk)
    village = (
        queries.village_of(area) if covers(request.user, queries.MANAGE, queries.village_of(area)) else area
    )
    first = {"area": area.pk} if area.level == Area.Level.GRID else {}
    form = RangeForm(request.POST or None, village=village, initial=first)
    if _done(form, lambda: workflow.add_range(actor=reader(request), **form.cleaned_data)):
        messages.success(request, "地址段已添加，以后导入的警情按它落格。")
        return redirect("area", pk)
    return _form(request, area, form, title=f"给{area.name}添加地址段", save="添加地址段")


@scoped("areas.view", "areas.manage")
@require_http_methods(["GET", "POST"])
def range_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once more, then remove a range."""
    rule = get_object_or_404(queries.ranges_managed(request.user), pk=pk)
    workflow.managed(reader(request), rule.area)
    if request.method == "POST":
        workflow.remove_range(actor=reader(request), rule=rule)
        messages.success(request, "地址段已移除。")
        return redirect("area", rule.village_id)
    return render(request, "grids/areas/range_remove.html", {"rule": rule})


@scoped("areas.view", "areas.manage")
@require_http_methods(["GET", "POST"])
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what still hangs on the grid, or ask once more and retire it."""
    area = _managed(request, pk)
    if area.level != Area.Level.GRID:
        raise Http404
    if request.method == "POST":
        workflow.retire_grid(actor=reader(request), grid=area)
        messages.success(request, f"{area.name}已停用。")
        return redirect("areas")
    context = {"area": area, "hanging": workflow.still_hanging(area)}
    return render(request, "grids/areas/retire.html", context)
