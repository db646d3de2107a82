"""Joint mediation: asking departments and brands, and their answers."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from grids.models import Post, Unit
from grids.queries import parameters
from matters.models import Event, Matter
from mediation.kinds import ENDED, OVER
from mediation.models import Brand, Dispute, Invitation
from mediation.workflow.act import act
from mediation.workflow.told import tell
from shared.errors import Conflict, InvalidInput, NotFound

INVITED = (Unit.Kind.DEPARTMENT, Unit.Kind.POLICE, Unit.Kind.TEAM, Unit.Kind.STATION)


def invite(
    *,
    dispute: Dispute,
    actor: User,
    question: str,
    unit: Unit | None = None,
    brand: Brand | None = None,
    answer_by: datetime | None = None,
    version: int | None = None,
) -> Invitation:
    """Ask one department or one brand, to be answered within `mediation_answer_hours` [D] unless said
    otherwise. Raises what a move raises (a closed case takes no invitation), InvalidInput, Conflict (asked
    before).
    """
    now = timezone.now()
    hours = parameters("mediation_answer_hours")["mediation_answer_hours"]
    invitation = Invitation(
        dispute=dispute,
        unit=unit,
        brand=brand,
        asked_by=actor,
        asked_at=now,
        question=question.strip(),
        answer_by=answer_by or now + timedelta(hours=hours),
    )

    def work(case: Dispute, _: Matter) -> None:
        _check(case, invitation)
        try:
            with transaction.atomic():
                invitation.save()
        except IntegrityError:
            raise Conflict(f"已经邀请过{invitation}，不用再邀请。", field="who") from None
        tell(
            case,
            f"invite:{invitation.pk}",
            asked(invitation),
            f"请答复联合调解邀请：{case.matter.title}",
            question,
        )

    act(dispute, "invite", actor, work, note=question, version=version, whom=str(unit or brand or ""))
    return invitation


def _check(case: Dispute, invitation: Invitation) -> None:
    unit, brand = invitation.unit, invitation.brand
    if (unit is None) == (brand is None):
        raise InvalidInput("请选择一个部门或一个品牌调解室。", field="who")
    if unit and (unit.kind not in INVITED or unit.pk == case.station_id):
        raise InvalidInput("请选择别的部门或队伍。", field="who")
    if not invitation.question:
        raise InvalidInput("请写明请对方协助什么。", field="question")
    if invitation.answer_by <= invitation.asked_at:
        raise InvalidInput("答复期限要晚于现在，请核对。", field="answer_by")


def asked(invitation: Invitation) -> list[int]:
    """The users who can answer: posts in the unit, or the brand's members."""
    if invitation.brand:
        return list(invitation.brand.members.filter(is_active=True).values_list("user", flat=True))
    posts = Post.objects.on().filter(unit=invitation.unit, role__rights__contains=["mediation.answer"])
    return list(posts.values_list("user", flat=True).distinct())


def uninvite(*, invitation: Invitation, actor: User, version: int | None = None) -> Event:
    """Take the invitation back while it is unanswered."""

    def work(_: Dispute, __: Matter) -> None:
        # Its answer comes without the case's lock: who answers now is waited for.
        invitation.refresh_from_db(from_queryset=Invitation.objects.select_for_update())
        if invitation.answer:
            raise InvalidInput("对方已经答复，不能再取消。")
        invitation.answer = Invitation.Answer.CANCELLED
        invitation.save()

    return act(invitation.dispute, "uninvite", actor, work, version=version, whom=str(invitation))


@transaction.atomic
def answer(*, invitation: Invitation, actor: User, accepts: bool, advice: str = "") -> Invitation:
    """What the department or brand says, once; its advice stays on record.

    The same answer again is no fault. Raises NotFound (not asked of this user), InvalidInput (too late: the
    case is closed, the invitation was taken back, or another answer is there).
    """
    locked = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("dispute__matter")
        .get(pk=invitation.pk)
    )
    if actor.pk not in asked(locked):
        raise NotFound("没有找到这项邀请，或它不是发给您单位的。")
    given = Invitation.Answer.ACCEPTED if accepts else Invitation.Answer.DECLINED
    if locked.answer == given and locked.advice == advice.strip():
        return locked
    if locked.answer == Invitation.Answer.CANCELLED or locked.dispute.matter.state in ENDED | OVER:
        raise InvalidInput("这件案件的调解已经结束，或邀请已取消，不用再答复。")
    if locked.answer:
        raise InvalidInput(
            f"已经答复过“{locked.get_answer_display()}”。要补充，请联系{locked.dispute.station}。"
        )
    if not accepts and not advice.strip():
        raise InvalidInput("不参加的，请写明原因或建议。", field="advice")
    locked.answer, locked.advice = given, advice.strip()
    locked.answered_by, locked.answered_at = actor, timezone.now()
    locked.save()
    if mediator := locked.dispute.mediator_id:
        told = f"{locked}{locked.get_answer_display()}联合调解"
        tell(locked.dispute, f"answer:{locked.pk}", [mediator], told, advice)
    return locked
