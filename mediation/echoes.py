"""What the matter that a case came from hears of it: a line in fixed words, fit for a resident to read."""

from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from grids.models import Visit
from grids.raised import Raised
from matters.models import Event, Matter
from mediation.kinds import STATES
from mediation.models import Dispute
from mediation.workflow.intake import case_id

ACTION = "mediated"
WORDS = {
    "accepted": ("已受理调解", "已经受理，正在安排调解。"),
    "success": ("调解成功", "当事人已经达成调解协议，工作站会跟进协议的履行。"),
    "failure": ("调解不成", "没有达成协议。当事人可以依法申请仲裁、行政处理，或到法院起诉。"),
    "withdrawn": ("调解申请已撤回", "申请人撤回了调解申请，这次调解到此结束。"),
    "refused": ("有当事人不愿调解", "调解要双方自愿，这次调解到此结束。当事人可以依法走其他途径。"),
    "rejected": ("调解没有受理", "不属于人民调解的范围，没有受理。"),
    "passed_on": ("已转其他部门", "已经转给更合适的部门继续处理。"),
    "archived": ("调解已结案", "调解已经办完，案卷已归档。"),
    "reopened": ("重新调解", "已经重新开始调解。"),
}
"""By turn of the case: title and words. No names, no sums, nothing that the parties said."""


def told_to_origin(*, dispute: Dispute, actor: User, turn: str, **_: Any) -> None:
    """A line on the timeline of the incident, report or hazard that was referred here; it moves nothing."""
    if dispute.origin_id is None:
        return
    origin = Matter.objects.select_for_update(of=("self",)).get(pk=dispute.origin_id)
    label, words = WORDS[turn]
    Matter.objects.filter(pk=origin.pk).update(version=F("version") + 1)
    Event.objects.create(
        matter=origin,
        action=ACTION,
        label=label,
        from_state=origin.state,
        to_state=origin.state,
        actor=actor,
        at=timezone.now(),
        note=f"{dispute.station.name}：{words}",
        evidence={"turn": turn, "case": str(dispute.pk)},
    )


def of_visit(visit: Visit, user: User) -> list[Raised]:
    """The case that a visit raised and how it stands, for whoever may read the visit."""
    case = Dispute.objects.filter(client_id=case_id(visit)).select_related("matter").first()
    if case is None:
        return []
    seen = Dispute.objects.within(user, "mediation.view").filter(pk=case.pk).exists()
    href = reverse("case_page", args=[case.pk]) if seen else ""
    return [Raised(case.matter.title, STATES[case.matter.state], href)]


def of_origin(matter: Matter, user: User) -> tuple[str, str] | None:
    """On the page of such a matter: to its case, for a reader who may see that."""
    case = Dispute.objects.within(user, "mediation.view").filter(origin=matter).first()
    return ("打开调解案件", reverse("case_page", args=[case.pk])) if case else None
