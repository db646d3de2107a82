"""The list of cases, the intake page, one page per case, and one page for each of its steps."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.models import User
from grids.queries import words
from grids.scope import reader, rights_of, scoped
from mediation.filters import VIEWS, CaseFilter
from mediation.forms.intake import Intake
from mediation.forms.joint import AnswerForm
from mediation.kinds import STATES
from mediation.models import Dispute, Invitation
from mediation.papers.page import section as file_section
from mediation.queries import cases
from mediation.queries.case import SIDE, answerable, load, place_of
from mediation.queries.stations import brand_choices, may_register, station_choices
from mediation.steps import STEPS
from mediation.workflow import joint
from mediation.workflow.intake import register
from shared.errors import DomainError, InvalidInput
from shared.pages import page_of
from shared.texts import without_numbers


@scoped("mediation.view")
def case_list(request: HttpRequest) -> HttpResponse:
    """Cases that the reader may see, newest first, narrowed as asked."""
    user, labels = reader(request), words("dispute_type", "case_source")
    found = CaseFilter(request.GET, queryset=cases.case_rows(user), request=request)
    form = found.offer(
        station=station_choices(user),
        brand=brand_choices(user),
        type=list(labels["dispute_type"].items()),
        source=list(labels["case_source"].items()),
    )
    page = page_of(request, found.qs, order=cases.ORDER)
    page.rows = cases.with_parties(page.rows)
    context = {
        "form": form,
        "page": page,
        "counted": found.counted(),
        "labels": labels,
        "states": STATES,
        "results": dict(Dispute.Result.choices),
        "standing": cases.standing(user),
        "views": VIEWS,
        "view": request.GET.get("view") or "all",
        "may_register": may_register(user),
    }
    return render(request, "mediation/list.html", context)


@scoped("mediation.register")
def case_new(request: HttpRequest) -> HttpResponse:
    """Intake, keyboard first; sent twice it is one case."""
    user, status = reader(request), 200
    intake = Intake(user, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        status = 400
        if intake.is_valid():
            given = intake.case.cleaned_data
            try:
                dispute, created = register(
                    actor=user,
                    station=given["station"],
                    area=given["area"],
                    text=intake.case.text(),
                    parties=intake.texts(),
                    client_id=given["client_id"],
                )
            except DomainError as error:
                intake.refuse(error)
                status = error.status
            else:
                messages.success(request, "案件已登记。" if created else "这件案件刚才已经登记。")
                return redirect("case_page", dispute.pk)
    return render(request, "mediation/new.html", {"intake": intake}, status=status)


def seen(request: HttpRequest, pk: int) -> Dispute:
    """The case, if the reader may see it; else 404."""
    found = Dispute.objects.within(request.user, "mediation.view").select_related(
        "matter__area__parent", "station__area", "mediator", "brand", "origin"
    )
    dispute: Dispute = get_object_or_404(found, pk=pk)
    return dispute


@scoped("mediation.view")
def case_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One case: where it stands, the next step, who is in it, what happened. Who was invited and no longer is
    (an old notice leads here) is led to what he was asked and answered.
    """
    user = reader(request)
    try:
        dispute = seen(request, pk)
    except Http404:
        if not cases.asked_of(user).filter(dispute=pk).exists():
            raise
        messages.info(
            request, "这件案件的邀请已经谢绝或撤回，案件不再对您开放；问了什么、怎么答复的，都在这里。"
        )
        return redirect("invitations")
    return render(request, "mediation/page.html", _of_page(dispute, user))


def _of_page(
    dispute: Dispute, user: User, typed: tuple[Invitation, AnswerForm] | None = None
) -> dict[str, Any]:
    """What the page of a case shows; `typed` is an answer that was refused, as it was written."""
    waiting = [(one, AnswerForm()) for one in answerable(dispute, user) if not typed or one != typed[0]]
    return {
        "page": load(dispute, user),
        "dispute": dispute,
        "states": STATES,
        "sides": SIDE,
        "steps": STEPS,
        "answers": [typed, *waiting] if typed else waiting,
        "invitations": dispute.invitations.select_related("unit", "brand"),
        "records": dispute.records.select_related("by", "asked"),
        "helpers": [helper.name for helper in dispute.helpers.all()],
        "place_of": place_of,
        "reveal": "personal.reveal" in rights_of(user),
        **file_section(dispute, user),
    }


@scoped("mediation.handle", "mediation.assign")
def case_step(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """One step of a case on a page of its own: what it asks for, and one button."""
    dispute, user = seen(request, pk), reader(request)
    if action not in STEPS:
        raise Http404
    sent = request.POST if request.method == "POST" else None
    form, status = STEPS[action](dispute, user, sent, request.GET.get("of", "")), 200
    refused: DomainError | None = None
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                form.run()
            except DomainError as error:
                refused, status = error, error.status
            else:
                messages.success(request, f"已保存：{form.label}。")
                return redirect("case_page", dispute.pk)
    missed = form.again(refused) if request.method == "POST" else []
    context = {"form": form, "dispute": dispute, "refused": refused, "missed": missed}
    return render(request, "mediation/step.html", context, status=status)


@scoped("mediation.answer")
@require_POST
def invitation_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """A department's or brand's answer, from the case's page; where that has been shut meanwhile, what was
    written stands above the invitations.
    """
    ever = cases.ever_asked_of(request.user).select_related("dispute__matter", "unit", "brand")
    invitation: Invitation = get_object_or_404(ever, pk=pk)
    form, user = AnswerForm(request.POST), reader(request)
    if form.is_valid():
        accepts = form.cleaned_data["answer"] == Invitation.Answer.ACCEPTED
        try:
            joint.answer(
                invitation=invitation, actor=user, accepts=accepts, advice=form.cleaned_data["advice"]
            )
        except InvalidInput as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, "答复已发给工作站。")
            if accepts:
                return redirect("case_page", invitation.dispute_id)
            return redirect("invitations")
    try:
        dispute = seen(request, invitation.dispute_id)
    except Http404:
        return _invitations(request, form, status=400)
    return render(request, "mediation/page.html", _of_page(dispute, user, (invitation, form)), status=400)


@scoped("mediation.answer")
def invitations(request: HttpRequest) -> HttpResponse:
    """What the reader's unit or studio was asked and answered: all that it keeps of what it declined."""
    return _invitations(request)


def _invitations(request: HttpRequest, refused: AnswerForm | None = None, status: int = 200) -> HttpResponse:
    asked = cases.asked_of(request.user).select_related("dispute__matter", "dispute__station")
    page = page_of(request, asked.select_related("unit", "brand"), order=("-asked_at", "-id"))
    context = {"page": page, "told": without_numbers, "refused": refused}
    return render(request, "mediation/invitations.html", context, status=status)
