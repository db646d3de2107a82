"""What is done from the list of matters: assigning many at once, keeping searches."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from grids.models import Area, Unit
from grids.scope import reader, rights_of, scoped
from matters import queries
from matters.bulk import MOST, assign_many
from matters.loop import KINDS
from matters.models import BulkAssignment
from matters.needs import NOTE_LIMIT
from matters.searches import drop_search, plain, save_search, searches_of, wider
from matters.targets import target_groups
from shared.errors import DomainError
from shared.filters import id_of

ASSIGN, VIEW = "matters.assign", "matters.view"


class BulkForm(forms.Form):
    """Where the chosen matters go; `matters` holds `id:version` of each."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    to = forms.ChoiceField(
        label="交给",
        error_messages={"required": "请选择交给哪里。", "invalid_choice": "请选择辖区里的网格、村社或单位。"},
    )
    note = forms.CharField(label="交办说明", required=False, max_length=NOTE_LIMIT)

    def __init__(self, *args: Any, groups: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [("", "请选择"), *groups]  # type: ignore[attr-defined]

    def place(self) -> dict[str, Area | Unit | None]:
        """The area or the unit; the choices kept both within what the reader may give to."""
        kind, _, pk = self.cleaned_data["to"].partition(":")
        if kind == "unit":
            return {"area": None, "unit": Unit.objects.get(pk=pk)}
        return {"area": Area.objects.get(pk=pk), "unit": None}


def beside_list(request: HttpRequest) -> dict[str, Any]:
    """What stands beside the list: the reader's searches, and whether he may send on what he chooses."""
    return {
        "searches": searches_of(request),
        "query": plain(request.GET.urlencode()),
        "elsewhere": wider(request.GET),
        "assigns": ASSIGN in rights_of(reader(request)),
        "may_assign": may_assign,
        "any_to_assign": lambda rows: any(map(may_assign, rows)),
    }


def may_assign(row: dict[str, Any]) -> bool:
    """Whether a row of the list can be assigned now."""
    return KINDS[row["kind"]].move(row["state"], "assign") is not None


def chosen_of(values: list[str]) -> dict[int, int | None]:
    """`12:3` → {12: 3}; what cannot be a row's number and its version is left out."""
    found: dict[int, int | None] = {}
    for value in values:
        row, _, seen = value.partition(":")
        if (pk := id_of(row)) and (version := id_of(seen)):
            found[pk] = version
    return found


@scoped(ASSIGN)
def bulk_assign(request: HttpRequest) -> HttpResponse:
    """Ask where the chosen matters go, then assign them and tell what became of each."""
    user, sent = reader(request), request.POST if request.method == "POST" else request.GET
    query, chosen = plain(sent.get("query", "")), chosen_of(sent.getlist("matter")[:MOST])
    form = BulkForm(request.POST or None, initial={"client_id": uuid4()}, groups=target_groups(user))
    status = 200 if request.method == "GET" else 400
    if form.is_valid():
        given = {
            **form.place(),
            "client_id": form.cleaned_data["client_id"],
            "note": form.cleaned_data["note"].strip(),
        }
        try:
            row, _ = assign_many(chosen=chosen, actor=user, **given)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
            status = error.status
        else:
            return redirect("bulk_result", client_id=row.client_id)
    rows = list(queries.rows(user).filter(pk__in=chosen).order_by("term", "id"))
    if not rows:
        messages.error(request, "先在列表里勾选要流转的事项。")
        return redirect(f"{reverse('matter_list')}?{query}")
    context = {"form": form, "rows": rows, "chosen": chosen, "query": query, "place_of": queries.place_of}
    return render(request, "matters/bulk_form.html", context, status=status)


@scoped(ASSIGN)
def bulk_result(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """What became of the reader's own press."""
    rows = BulkAssignment.objects.select_related("area", "unit")
    row = get_object_or_404(rows, client_id=client_id, actor=reader(request))
    return render(request, "matters/bulk.html", {"row": row})


@scoped(VIEW)
@require_POST
def search_save(request: HttpRequest) -> HttpResponse:
    """Keep the present conditions under a name."""
    query = plain(request.POST.get("query", ""))
    try:
        row = save_search(user=reader(request), name=request.POST.get("name", ""), query=query)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"已存为“{row.name}”。")
    return redirect(f"{reverse('matter_list')}?{query}")


@scoped(VIEW)
@require_POST
def search_drop(request: HttpRequest) -> HttpResponse:
    """Forget one."""
    pk = request.POST.get("search", "")
    try:
        drop_search(user=reader(request), pk=int(pk) if pk.isdecimal() and len(pk) < 10 else 0)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "已删掉。")
    return redirect("matter_list")
