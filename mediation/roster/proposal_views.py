"""Pages of proposals: asking, watching, editing by hand, publishing."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from grids.scope import reader, scoped
from mediation.models import Proposal
from mediation.roster import queries
from mediation.roster.forms import PersonForm, ProposalForm, PublishForm
from mediation.roster.people import members_of
from mediation.roster.sending import send
from mediation.roster.workflow import ask_proposal, drop_proposal, publish, seat_person
from mediation.roster.workflow.proposals import newest_shift
from mediation.roster.workflow.publishing import changes_since
from shared.errors import DomainError
from shared.pages import page_of

may_plan = scoped("roster.manage")


def _proposal(request: HttpRequest, pk: int) -> Proposal:
    return get_object_or_404(queries.proposals(request.user), pk=pk)


@may_plan
def proposal_list(request: HttpRequest) -> HttpResponse:
    """Proposals of the reader's territory, newest first."""
    found = queries.proposals(request.user).prefetch_related("stations")
    return render(
        request, "mediation/roster/proposals.html", {"page": page_of(request, found, order=("-pk",))}
    )


@may_plan
def proposal_new(request: HttpRequest) -> HttpResponse:
    """Ask for a roster; a worker makes it while one goes on with something else."""
    form = ProposalForm(request.POST or None, stations=queries.stations(request.user, "roster.manage"))
    status = 400 if form.is_bound and not form.is_valid() else 200
    if form.is_bound and form.is_valid():
        try:
            given = {**form.cleaned_data, "stations": list(form.cleaned_data["stations"])}
            proposal, created = ask_proposal(actor=reader(request), **given)
            if created:
                send(proposal.pk)
            return redirect("roster_proposal", proposal.pk)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
            status = error.status
    return render(request, "mediation/roster/proposal_new.html", {"form": form}, status=status)


def _boards(proposal: Proposal) -> list[dict[str, Any]]:
    """For each station of the proposal its grid, its gaps and its hours; one query."""
    rows = proposal.shifts.select_related("station", "pattern", "department", "person")
    seats = list(
        rows.order_by("station_id", "day", "pattern__position", "starts_at", "department_id", "seat")
    )
    by_station: dict[int, list[Any]] = {}
    for seat in seats:
        by_station.setdefault(seat.station_id, []).append(seat)
    return [
        {
            "station": mine[0].station,
            "board": queries.board(mine, proposal.starts_on, proposal.days),
            "spreads": queries.spreads(mine),
        }
        for mine in by_station.values()
    ]


@may_plan
@never_cache
def proposal_page(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is; when it is made: what cannot be filled and why, the grid, and publishing."""
    return _page(request, _proposal(request, pk))


def _page(
    request: HttpRequest, proposal: Proposal, form: PublishForm | None = None, status: int = 200, **more: Any
) -> HttpResponse:
    ids = list(proposal.stations.values_list("pk", flat=True))
    seen = newest_shift(ids, proposal.starts_on, proposal.days)
    typed = form.data.get("gap_reason", "") if form is not None else ""
    start = {"version": proposal.version, "seen": seen, "gap_reason": typed}
    boards = _boards(proposal) if proposal.state in {"ready", "published"} else []
    stale = proposal.seen != seen and proposal.state == Proposal.State.READY
    context = {
        "proposal": proposal,
        "form": PublishForm(initial=start),
        "boards": boards,
        "stale": stale,
        "ended": proposal.state not in {"waiting", "running"},
        "changes": changes_since(ids, proposal, proposal.seen) if stale else [],
        "problems": [],
        "refused": "",
        **more,
    }
    return render(request, "mediation/roster/proposal.html", context, status=status)


@may_plan
@never_cache
def proposal_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The progress line alone, asked for every two seconds; when the proposal is made, the page is loaded
    anew.
    """
    proposal = _proposal(request, pk)
    answer = render(request, "mediation/roster/_progress.html", {"proposal": proposal})
    if proposal.state not in {"waiting", "running"}:
        answer["HX-Refresh"] = "true"
    return answer


@may_plan
def proposal_seat(request: HttpRequest, pk: int, seat: int) -> HttpResponse:
    """Another person on one seat of a proposal, by the generator's own rules."""
    proposal = _proposal(request, pk)
    row = get_object_or_404(
        proposal.shifts.select_related("station", "pattern", "department", "person"), pk=seat
    )
    people = members_of(row.station_id, row.department_id, row.day)
    start = {"version": proposal.version, "person": row.person_id}
    form = PersonForm(request.POST or None, people=people, with_reason=False, initial=start)
    status = 400 if form.is_bound and not form.is_valid() else 200
    if form.is_bound and form.is_valid():
        try:
            seat_person(actor=reader(request), proposal=proposal, shift=seat, **form.cleaned_data)
            messages.success(request, "已改，还没有发布。")
            return redirect(f"{_address(pk)}#s{seat}")
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
            status = error.status
    context = {"proposal": proposal, "seat": row, "form": form}
    return render(request, "mediation/roster/seat.html", context, status=status)


def _address(pk: int) -> str:
    return f"/mediation/roster/proposals/{pk}/"


@may_plan
def proposal_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish what was seen; where somebody was first, the page shows the difference."""
    proposal = _proposal(request, pk)
    form = PublishForm(request.POST or None)
    if not form.is_valid():
        return redirect("roster_proposal", pk)
    try:
        done = publish(actor=reader(request), proposal=proposal, **form.cleaned_data)
    except DomainError as error:
        if error.status in {403, 404}:
            raise
        told = {name: error.extra.get(name, []) for name in ("changes", "problems")}
        return _page(request, proposal, form, error.status, refused=error.message, **told)
    messages.success(request, "值班表已发布，每个人都收到了通知。")
    first = done.stations.order_by("pk").first()
    return redirect(f"/mediation/roster/?station={first.pk if first else ''}&from={done.starts_on}")


@may_plan
def proposal_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """The proposal is not needed, after one more question."""
    proposal = _proposal(request, pk)
    if request.method == "POST":
        drop_proposal(actor=reader(request), proposal=proposal)
        messages.success(request, "方案已作废，已发布的值班表没有变。")
        return redirect("roster_proposals")
    return render(request, "mediation/roster/proposal_drop.html", {"proposal": proposal})
