"""The kinds of notices of this app, by which people choose how they hear, and what templates may name."""

from matters.wording import NoticeKind
from mediation.models import Dispute

OF_CASE = {"案号": "城东调字〔2026〕12号", "工作站": "河边村调解工作站", "事由": "邻里纠纷：河边村一区26号"}
CASE = NoticeKind("mediation", "调解案件：主办、邀请、激化风险", OF_CASE)
DUE = NoticeKind("mediation_due", "调解到期：履行、回访、调解期限、司法确认", OF_CASE)
ROSTER = NoticeKind("roster", "值班表、请假、换班")
VAN = NoticeKind("van", "流动调解车：派车、到时未到", {"地址": "河边村一区26号", "来由": "邻里争吵"})
KINDS = (CASE, DUE, ROSTER, VAN)


def of_case(case: Dispute) -> dict[str, str]:
    """What a template may name of a case; no person."""
    return {"案号": case.case_no, "工作站": case.station.name, "事由": case.matter.title}
