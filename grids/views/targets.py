"""Pages of whom to visit: the register, one target, its editing, suspension and a phone call to it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.workflow import record_access
from grids import workflow
from grids.forms import SuspendForm, TargetFilter, TargetForm
from grids.intervals import interval_days
from grids.models import Target
from grids.queries import targets as reads
from grids.queries import words
from grids.scope import covers, reader, scoped
from shared.addresses import client_address
from shared.dates import today
from shared.errors import Conflict, DomainError
from shared.pages import page_of

CALL_REASON = "走访联系"


def _target(request: HttpRequest, pk: int, right: str) -> Target:
    """The target within the reader's territory for the right; 404 elsewhere."""
    seen = Target.objects.within(request.user, right).select_related("grid")
    found: Target = get_object_or_404(seen, pk=pk)
    return found


@scoped("targets.view")
def target_list(request: HttpRequest) -> HttpResponse:
    """Whom to visit in the reader's territory, most urgent first; care, control and places apart."""
    known = words("key_person", "place_type")
    form = TargetFilter(request.GET, user=request.user, right="targets.view", words=known)
    form.full_clean()
    given = {**form.cleaned_data, "group": reads.shown_group(form.cleaned_data)}
    found = reads.narrowed(Target.objects.within(request.user, "targets.view"), given, today())
    context = {
        "page": page_of(request, found.values(*reads.ROW), order=("due_on", "id")),
        "form": form,
        "labels": {**known["key_person"], **known["place_type"]},
        "tabs": [(label, f"?group={code}", None) for code, label in reads.TABS.items()],
        "here": f"?group={given['group']}",
        "days": interval_days(),
    }
    return render(request, "grids/targets.html", context)


@scoped("targets.view")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One target with its visits."""
    target = _target(request, pk, "targets.view")
    known = words("key_person", "place_type")
    context = {
        "target": target,
        "category": {**known["key_person"], **known["place_type"]}.get(target.category, target.category),
        "group": reads.group_of(target),
        "visits": target.visits.select_related("visitor").order_by("-visited_on", "-id")[:20],
        "suspensions": target.suspensions.select_related("by").order_by("-starts_on")[:10],
        "days": interval_days(),
        "year": today().year,
        "may": {
            right
            for right in ("visits.log", "targets.manage", "personal.reveal")
            if covers(request.user, right, target.grid)
        },
    }
    return render(request, "grids/target.html", context)


@scoped("targets.manage")
def add(request: HttpRequest) -> HttpResponse:
    """Enrol a person or place."""
    form = TargetForm(
        request.POST or None,
        user=request.user,
        words=words("key_person", "place_type"),
        initial={"kind": "person", "colour": "green"},
    )
    if request.method == "POST" and form.is_valid():
        target = workflow.add_target(actor=reader(request), fields=form.changes())
        messages.success(
            request, f"已列入：{target.shown}。第一次走访在 {target.due_on.month}月{target.due_on.day}日前。"
        )
        return redirect("target", target.pk)
    context: dict[str, Any] = {"form": form, "target": None, "difference": []}
    return render(request, "grids/target_form.html", context, status=400 if form.errors else 200)


@scoped("targets.manage")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a target; a stale version shows what differs and keeps what was typed."""
    target = _target(request, pk, "targets.manage")
    known = words("key_person", "place_type")
    form = TargetForm(
        request.POST or None, user=request.user, words=known, target=target, initial=_typed_before(target)
    )
    difference: list[Any] = []
    if request.method == "POST" and form.is_valid():
        try:
            version = form.cleaned_data["version"] or 0
            workflow.edit_target(
                target=target, actor=reader(request), version=version, changes=form.changes()
            )
        except Conflict as error:
            form.add_error(None, error.message)
            form.data = {**request.POST.dict(), "version": error.extra["version"]}
            difference = reads.differences(target, error.extra["difference"], known)
        else:
            messages.success(request, f"已保存：{target.shown}。")
            return redirect("target", pk)
    context = {"form": form, "target": target, "difference": difference}
    return render(
        request, "grids/target_form.html", context, status=409 if difference else 400 if form.errors else 200
    )


def _typed_before(target: Target) -> dict[str, Any]:
    """What the form starts with: a person's name and numbers are not shown again, a place's name is."""
    names = ("version", "category", "colour", "grid", "address", "note")
    place = target.kind == Target.Kind.PLACE
    shown = {name: getattr(target, name) for name in names}
    return {
        **shown,
        "name": target.name if place else "",
        "contact_name": target.contact_name if place else "",
    }


@scoped("targets.manage")
def suspend(request: HttpRequest, pk: int) -> HttpResponse:
    """Owe no visits for a while, with the reason."""
    target = _target(request, pk, "targets.manage")
    form = SuspendForm(request.POST or None, words=words("suspension_reason"))
    if request.method == "POST" and form.is_valid():
        try:
            workflow.suspend(
                target=target,
                actor=reader(request),
                reason=form.reason_text(),
                until=form.cleaned_data["until"],
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, f"{target.shown}已暂停走访。")
            return redirect("target", pk)
    context = {"form": form, "target": target}
    return render(request, "grids/target_suspend.html", context, status=400 if form.errors else 200)


@require_POST
@scoped("targets.manage")
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Visits are owed again from today."""
    target = workflow.resume(target=_target(request, pk, "targets.manage"), actor=reader(request))
    messages.success(
        request, f"{target.shown}已恢复走访，下次在 {target.due_on.month}月{target.due_on.day}日前。"
    )
    return redirect("target", pk)


@scoped("targets.manage")
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a target off the register, asked once more."""
    target = _target(request, pk, "targets.manage")
    if request.method == "POST":
        workflow.remove_target(target=target, actor=reader(request))
        messages.success(request, f"{target.shown}已移出名册，走访记录仍在。")
        return redirect("target", pk)
    return render(request, "grids/target_remove.html", {"target": target})


@scoped("personal.reveal")
def call(request: HttpRequest, pk: int) -> HttpResponse:
    """The phone number in full for a call about a visit: the worker need not type why, the look is logged
    all the same. By GET (reload, back, a shared link) only the way to the button: nothing is shown or logged.
    """
    target = _target(request, pk, "personal.reveal")
    if request.method != "POST":
        return redirect("target", pk)
    record_access(
        user=reader(request),
        kind="target",
        subject_id=target.pk,
        subject_name=target.shown,
        fields=["电话"],
        reason=CALL_REASON,
        address=client_address(request),
    )
    page = render(request, "grids/call.html", {"target": target})
    page["Cache-Control"] = "no-store"
    return page
