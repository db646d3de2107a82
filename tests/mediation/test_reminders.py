"""What is owed in a case is told once, before it is due and when it is late."""

from datetime import timedelta

import pytest
from django.utils import timezone

from matters.models import Notice
from mediation import reminders
from mediation.models import Dispute, FollowUp, Instalment, Invitation
from mediation.workflow import joint
from shared.dates import today
from tests.cast import Cast
from tests.mediation.cases import Station, mediating, performing


def told(subject: str) -> int:
    """How many notices say so."""
    return Notice.objects.filter(subject__contains=subject).count()


@pytest.mark.parametrize(
    ("late", "words"), [(-3, "履行到期"), (0, "履行到期"), (1, "履行逾期"), (8, "履行逾期")]
)
def test_instalments_are_told_before_and_after(cast: Cast, late: int, words: str) -> None:
    performing(cast)
    Instalment.objects.update(due_on=today() - timedelta(days=late))
    assert reminders.remind() >= 1
    assert reminders.remind() == 0
    assert told(words) == 1


def test_what_is_not_near_is_not_told(cast: Cast) -> None:
    performing(cast)
    assert reminders.remind() == 0


def test_visits_terms_courts_and_invitations_are_told(cast: Cast, station: Station) -> None:
    case = performing(cast)
    FollowUp.objects.update(due_on=today())
    case.agreements.update(effective_on=today() - timedelta(days=25))
    running = mediating(cast)
    Dispute.objects.filter(pk=running.pk).update(due_on=today() + timedelta(days=2))
    joint.invite(dispute=running, actor=cast.mediator, unit=station.justice, question="请协助")
    Invitation.objects.update(answer_by=timezone.now() - timedelta(minutes=1))
    reminders.remind()
    for words, count in (("天回访到期", 2), ("调解期限", 1), ("司法确认最晚", 1), ("还没有答复邀请", 2)):
        assert told(words) == count, words


def test_a_later_week_is_told_again(cast: Cast) -> None:
    performing(cast)
    for late in (1, 8):
        Instalment.objects.update(due_on=today() - timedelta(days=late))
        assert reminders.remind() == 1
    assert told("履行逾期") == 2
