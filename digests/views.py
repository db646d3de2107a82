"""Pages of both digests: one's own by day, one digest, the things behind it, the hours, a run by hand."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from digests import queries
from digests.clock import HOURS
from digests.forms import DayForm, HoursForm, ItemsForm, RunForm
from digests.models import Digest, DigestKind
from digests.text import KINDS, body
from digests.workflow import run_digest, set_hours
from grids.models import Area
from grids.scope import reader, scoped
from matters.obligations import RIGHT
from shared.dates import today
from shared.errors import DomainError
from shared.pages import page_of

RUN = "digests.run"


def _seen(request: HttpRequest, pk: int) -> Digest:
    seen: QuerySet[Digest] = Digest.objects.within(request.user, RIGHT)
    return get_object_or_404(seen.select_related("area__parent", "run"), pk=pk)


@scoped(RIGHT)
def digest_list(request: HttpRequest) -> HttpResponse:
    """What was written to the reader, newest day first."""
    form = DayForm(request.GET)
    found = queries.own_digests(request.user)
    if form.is_valid() and form.cleaned_data["day"]:
        found = found.filter(business_date=form.cleaned_data["day"])
    page = page_of(request, found, order=queries.ORDER, size=30)
    context = {"form": form, "page": page, "kinds": dict(DigestKind.choices), "today": today()}
    return render(request, "digests/list.html", context)


@scoped(RIGHT)
def digest_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One digest as it was frozen, and beside each thing what happened since."""
    digest = _seen(request, pk)
    items = queries.items_now(digest)
    context = {
        "digest": digest,
        "snapshot": digest.snapshot,
        "family": queries.family(digest, request.user),
        "items": items,
        "since": queries.answered_since(items),
        "kinds": dict(DigestKind.choices),
        "kind_labels": KINDS,
    }
    return render(request, "digests/page.html", context)


@scoped(RIGHT)
def digest_text(request: HttpRequest, pk: int) -> HttpResponse:
    """The digest as it goes into messages."""
    digest = _seen(request, pk)
    told = {**{name: getattr(digest, name) for name in queries.ROW}, "snapshot": digest.snapshot}
    return HttpResponse(body(told), content_type="text/plain; charset=utf-8")


@scoped(RIGHT)
def digest_items(request: HttpRequest, pk: int) -> HttpResponse:
    """All things that a digest counts, as they stand now."""
    digest = _seen(request, pk)
    form = ItemsForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    found = queries.behind(digest, kind=asked.get("kind", ""), state=asked.get("state", ""))
    page = page_of(request, found, order=("-state", "-carried", "id"))
    context = {
        "digest": digest,
        "snapshot": digest.snapshot,
        "page": page,
        "form": form,
        "kind_labels": KINDS,
    }
    return render(request, "digests/items.html", context)


@scoped(RUN)
def schedule(request: HttpRequest) -> HttpResponse:
    """The hours of the reader's streets, and what was made last."""
    form = HoursForm(request.POST or None, streets=_streets(request), initial=_initial(request))
    if request.method == "POST" and form.is_valid():
        try:
            set_hours(**form.cleaned_data, actor=reader(request))
        except DomainError as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, _told(form.cleaned_data["street"]))
            return redirect("digest_schedule")
    return _schedule_page(request, form, RunForm(streets=_streets(request), initial=_initial(request)))


@scoped(RUN)
@require_POST
def run_now(request: HttpRequest) -> HttpResponse:
    """Make one digest by hand; one that is there already stays as it is."""
    form = RunForm(request.POST, streets=_streets(request))
    if form.is_valid():
        given = form.cleaned_data
        try:
            made = run_digest(
                kind=given["kind"], street=given["street"], day=given["day"], by=reader(request)
            )
        except DomainError as error:
            form.add_error("day", error.message)
        else:
            told = (
                f"已生成，应回应 {made.obligations} 件。"
                if made.created
                else "这一天的已经生成过，没有改动。"
            )
            messages.success(request, told)
            return redirect("digest_schedule")
    return _schedule_page(request, HoursForm(streets=_streets(request), initial=_initial(request)), form)


def _schedule_page(request: HttpRequest, hours: HoursForm, run: RunForm) -> HttpResponse:
    streets = list(_streets(request))
    context = {
        "hours": hours,
        "run": run,
        "streets": streets,
        "set": queries.schedules(streets),
        "runs": queries.last_runs(streets),
        "default": HOURS,
    }
    return render(
        request, "digests/schedule.html", context, status=400 if hours.errors or run.errors else 200
    )


def _told(street: Area) -> str:
    """What saving the hours means for today."""
    evening = queries.schedules([street])[street.pk][DigestKind.EVENING]
    if evening.told_until is None:
        return "双响时间已保存，从下一次起按新时间生成。"
    now, new = evening.on(today()), evening.at
    return f"双响时间已保存。今天的预响已通知 {now:%H:%M} 截止，不提前；明天起 {new:%H:%M}。"


def _streets(request: HttpRequest) -> QuerySet[Area]:
    found: QuerySet[Area] = Area.objects.within(request.user, RUN)
    return found.filter(level=Area.Level.STREET, is_active=True).order_by("id")


def _initial(request: HttpRequest) -> dict[str, Any]:
    """The first street's present hours, so that the form shows what is set."""
    street = _streets(request).first()
    rows = queries.schedules([street]).get(street.pk, {}) if street else {}
    at = {kind: rows[kind].at if kind in rows else hour for kind, hour in HOURS.items()}
    active = all(row.is_active for row in rows.values())
    return {
        "street": street,
        "morning": at[DigestKind.MORNING],
        "evening": at[DigestKind.EVENING],
        "active": active,
    }
