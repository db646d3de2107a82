"""Pages of one's own duty: my shifts, leave, swaps, calendar addresses."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.models import User
from grids.models import Unit
from grids.queries import labels
from grids.scope import public, reader, scoped
from mediation.models import Feed, Leave, Shift, Swap
from mediation.roster import calendar, queries
from mediation.roster.forms import DecisionForm, LeaveForm, SwapForm
from mediation.roster.partners import partners_of
from mediation.roster.workflow import (
    answer_swap,
    ask_leave,
    ask_swap,
    decide_leave,
    make_feed,
    revoke_feed,
    withdraw_leave,
    withdraw_swap,
)
from mediation.roster.workflow.feeds import feed_of, token_of
from mediation.roster.workflow.leave import touched_shifts
from shared.errors import Conflict, DomainError, InvalidInput
from shared.filters import id_of
from shared.jinja import moment_text

serves = scoped("roster.serve", "roster.manage")
SHOWN = 10


@serves
def mine(request: HttpRequest) -> HttpResponse:
    """What lies before me: shifts, swaps that wait, leave, my calendar's addresses."""
    user = reader(request)
    feeds = Feed.objects.filter(owner=user, revoked_at=None).select_related("station").order_by("pk")
    context = {
        "shifts": queries.mine(user),
        "now": timezone.now(),
        "swaps": queries.swaps_of(user)[:SHOWN],
        "leaves": queries.leaves_of(user)[:SHOWN],
        "kinds": labels("leave_kind"),
        "feeds": [(feed, request.build_absolute_uri(_address(feed))) for feed in feeds],
        "stations": queries.stations(user),
    }
    return render(request, "mediation/roster/mine.html", context)


def _address(feed: Feed) -> str:
    return reverse("roster_feed", args=[token_of(feed)])


def refused(form: Any, error: DomainError) -> int:
    """Put a refusal where it belongs on the form; what the reader may not know stays an error page."""
    if error.status in {403, 404} and error.field is None:
        raise error
    form.add_error(error.field if error.field in form.fields else None, error.message)
    return error.status


@serves
def leave_new(request: HttpRequest) -> HttpResponse:
    """Ask for days off."""
    form = LeaveForm(request.POST or None)
    status = 400 if form.is_bound and not form.is_valid() else 200
    if form.is_bound and form.is_valid():
        try:
            leave = ask_leave(actor=reader(request), **form.cleaned_data)
            messages.success(request, "已提交，批准后会通知您。")
            return redirect("roster_leave", leave.pk)
        except DomainError as error:
            status = refused(form, error)
    return render(request, "mediation/roster/leave_new.html", {"form": form}, status=status)


@serves
def leave_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One leave: what it opens; decided by a manager, withdrawn by the person."""
    user = reader(request)
    leave = get_object_or_404(queries.leaves_of(user), pk=pk)
    own, waits = leave.person_id == user.pk, leave.state == Leave.State.ASKED
    form = DecisionForm(request.POST or None) if not own and waits else None
    status = 200
    if request.method == "POST":
        if own:
            withdraw_leave(actor=user, leave=leave)
            messages.success(request, "请假已撤回。")
            return redirect("roster_leave", pk)
        if form is not None and form.is_valid():
            approve, answer = form.cleaned_data["approve"] == "yes", form.cleaned_data["answer"]
            decide_leave(actor=user, leave=leave, approve=approve, answer=answer)
            messages.success(request, "已答复，空出来的班列在值班表的缺口里。")
            return redirect("roster_leave", pk)
        status = 400
    context = {"leave": leave, "own": own, "form": form, "kinds": labels("leave_kind")}
    context["touched"] = touched_shifts(leave) if waits else []
    return render(request, "mediation/roster/leave.html", context, status=status)


@serves
def swap_new(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Offer one of my shifts: for one of another's, or for nothing."""
    user = reader(request)
    shift = get_object_or_404(
        Shift.objects.standing().select_related("pattern", "station"), uid=uid, person=user
    )
    form = SwapForm(request.POST or None, choices=_choices(shift))
    status = 400 if form.is_bound and not form.is_valid() else 200
    if form.is_bound and form.is_valid():
        try:
            swap, _ = ask_swap(actor=user, given=uid, **_wanted(form.cleaned_data))
            messages.success(request, f"已问{swap.other.name}，同意后自动换好。")
            return redirect("roster_mine")
        except DomainError as error:
            status = refused(form, error)
    choices = len(form.fields["wanted"].choices) - 1  # type: ignore[attr-defined]
    context = {"form": form, "shift": shift, "choices": choices}
    return render(request, "mediation/roster/swap_new.html", context, status=status)


def _choices(shift: Shift) -> list[Any]:
    found = partners_of(shift)
    theirs = [
        (f"{s.person_id}:{s.uid}", f"{moment_text(s.starts_at)} {s.pattern.name} {s.person}")
        for s in found.shifts
    ]
    offered = [("请人顶班", [(f"{p.pk}:", f"请{p.name}顶班") for p in found.stand_ins]), ("换一个班", theirs)]
    return [group for group in offered if group[1]]


def _wanted(given: dict[str, Any]) -> dict[str, Any]:
    person, _, taken = given.pop("wanted").partition(":")
    return {**given, "other": User.objects.get(pk=person), "taken": UUID(taken) if taken else None}


@serves
def swap_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One swap: answered by the other, withdrawn by the asker."""
    user = reader(request)
    swap: Swap = get_object_or_404(queries.swaps_of(user), pk=pk)
    if request.method == "POST":
        if swap.asker_id == user.pk:
            withdraw_swap(actor=user, swap=swap)
            messages.success(request, "已撤回。")
        else:
            try:
                done = answer_swap(actor=user, swap=swap, accept=request.POST.get("answer") == "yes")
            except (Conflict, InvalidInput) as error:
                messages.error(request, error.message)
                return redirect("roster_swap", pk)
            messages.success(request, f"已答复：{done.get_state_display()}。")
        return redirect("roster_mine")
    return render(request, "mediation/roster/swap.html", {"swap": swap, "own": swap.asker_id == user.pk})


@serves
@require_POST
def feed_make(request: HttpRequest) -> HttpResponse:
    """An address for my own calendar, or for a station's."""
    station: Unit | None = None
    if asked := request.POST.get("station"):
        station = get_object_or_404(queries.stations(request.user), pk=id_of(asked) or 0)
    make_feed(actor=reader(request), station=station)
    messages.success(request, "订阅地址已生成。不要转发给别人，泄露了就停用再建。")
    return redirect(reverse("roster_mine") + "#calendar")


@serves
@require_POST
def feed_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw an address."""
    feed = get_object_or_404(Feed, pk=pk, owner=reader(request))
    revoke_feed(actor=reader(request), feed=feed)
    messages.success(request, "这个订阅地址已停用。")
    return redirect(reverse("roster_mine") + "#calendar")


@public("Calendar programs cannot sign in; the signed address stands for its owner and is withdrawn by him")
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar that the address names."""
    found = feed_of(token)
    if found is None:
        raise Http404
    answer = HttpResponse(calendar.build(found), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'inline; filename="roster.ics"'
    answer["Cache-Control"] = "private, max-age=300"
    return answer
