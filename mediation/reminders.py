"""What is owed soon or late in a case, told once a day to whoever has it in hand."""

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from grids.queries import parameters
from matters.notices import Letter, post_letters
from mediation.models import Agreement, Dispute, FollowUp, Instalment, Invitation
from mediation.telling import DUE, of_case
from mediation.workflow.joint import asked
from shared.dates import today
from shared.jinja import date_text, moment_text


def remind() -> int:
    """Instalments, visits, terms and invitations that are due soon or late; how many notices are new. Told
    again on no other day than the first of being due soon, the day itself, and each seventh day after.
    """
    soon = today() + timedelta(days=parameters("mediation_remind_days")["mediation_remind_days"])
    letters = [*_instalments(soon), *_visits(), *_terms(soon), *_courts(), *_invitations()]
    return post_letters(letters=letters)


def _letter(case: Dispute, what: str, subject: str, recipients: list[Any]) -> Letter:
    return Letter(
        source=f"case:{case.pk}:{what}",
        subject=f"{subject}：{case.matter.title}",
        body=f"{case.case_no}，{case.station.name}",
        url=f"/mediation/{case.pk}/",
        recipients=[user for user in recipients if user],
        kind=DUE.code,
        values=of_case(case),
    )


def _turn(due_on: Any) -> str:
    """Which telling it is: before, on the day, or the n-th week after."""
    late = (today() - due_on).days
    return "soon" if late < 0 else f"late{late // 7}"


def _instalments(soon: Any) -> list[Letter]:
    owed = Instalment.objects.filter(
        due_on__lte=soon, done_on=None, agreement__is_current=True, agreement__dispute__matter__closed_at=None
    ).select_related("agreement__dispute__matter", "agreement__dispute__station")
    letters = []
    for part in owed:
        case = part.agreement.dispute
        word = "履行到期" if part.due_on >= today() else "履行逾期"
        letters.append(
            _letter(
                case,
                f"keep:{part.pk}:{_turn(part.due_on)}",
                f"{part}{word}（{date_text(part.due_on)}）",
                [case.mediator_id],
            )
        )
    return letters


def _visits() -> list[Letter]:
    owed = FollowUp.objects.filter(
        due_on__lte=today(), done_on=None, agreement__is_current=True, dispute__matter__closed_at=None
    ).select_related("dispute__matter", "dispute__station")
    return [
        _letter(one.dispute, f"visit:{one.pk}:{_turn(one.due_on)}", f"{one}到期", [one.dispute.mediator_id])
        for one in owed
    ]


def _terms(soon: Any) -> list[Letter]:
    """The month of mediation itself."""
    running = Dispute.objects.filter(
        due_on__lte=soon, concluded_on=None, matter__closed_at=None
    ).select_related("matter", "station")
    return [
        _letter(case, f"term:{case.due_on}:{_turn(case.due_on)}", "调解期限将到或已过", [case.mediator_id])
        for case in running
    ]


def _courts() -> list[Letter]:
    """The 30 days in which both may go to court, a week before they end."""
    days = parameters("mediation_confirm_days")["mediation_confirm_days"]
    first = today() - timedelta(days=days)
    ending = Agreement.objects.filter(
        Q(confirmation=None),
        is_current=True,
        effective_on__range=(first, first + timedelta(days=7)),
        dispute__matter__closed_at=None,
    ).select_related("dispute__matter", "dispute__station")
    letters = []
    for one in ending:
        last = date_text(one.effective_on + timedelta(days=days))
        letters.append(
            _letter(one.dispute, f"court:{one.pk}", f"司法确认最晚{last}申请", [one.dispute.mediator_id])
        )
    return letters


def _invitations() -> list[Letter]:
    """Unanswered past their term: told to those who were asked, and to the mediator."""
    now = timezone.now()
    late = Invitation.objects.filter(
        answer="", answer_by__range=(now - timedelta(days=2), now)
    ).select_related("dispute__matter", "dispute__station", "unit", "brand")
    return [
        _letter(
            one.dispute,
            f"late:{one.pk}",
            f"{one}还没有答复邀请（{moment_text(one.answer_by)}到期）",
            [*asked(one), one.dispute.mediator_id],
        )
        for one in late
    ]
