"""Every right there is: its code, its name in Chinese, and who may hand it out."""

from typing import NamedTuple


class Right(NamedTuple):
    """`guarded`: only who holds it over an area may give it there; the others any administrator of the area
    gives."""

    label: str
    group: str
    guarded: bool = False


RIGHTS = {
    "visits.view": Right("看走访记录", "走访"),
    "visits.log": Right("登记走访", "走访"),
    "targets.view": Right("看走访对象", "走访"),
    "targets.manage": Right("增改走访对象、暂停走访", "走访"),
    "incidents.view": Right("看警情", "警情"),
    "incidents.import": Right("导入警情", "警情"),
    "incidents.place": Right("给警情落格", "警情"),
    "incidents.divert": Right("把非警务警情分流给街道", "警情"),
    "diversions.take": Right("签收和办理公安分流", "警情"),
    "matters.view": Right("看事项", "事项"),
    "matters.handle": Right("办理和反馈事项", "事项"),
    "matters.assign": Right("受理、流转、撤销事项", "事项"),
    "matters.verify": Right("审核销号、批准延期", "事项"),
    "matters.supervise": Right("督办", "事项"),
    "hazards.view": Right("看隐患", "隐患"),
    "hazards.report": Right("上报隐患", "隐患"),
    "reports.view": Right("看群众上报", "群众上报"),
    "mediation.view": Right("看调解案件", "调解"),
    "mediation.register": Right("登记调解案件", "调解"),
    "mediation.handle": Right("办理调解案件", "调解"),
    "mediation.assign": Right("指派调解员、不予受理、转办、重开", "调解"),
    "mediation.answer": Right("答复联合调解邀请", "调解"),
    "campaigns.manage": Right("发起和修改专项行动", "隐患"),
    "digests.view": Right("看警情双响", "双响"),
    "digests.run": Right("手动生成双响", "双响"),
    "bulletins.view": Right("看通报", "双响"),
    "bulletins.issue": Right("发通报、提醒阅读", "双响"),
    "registration.enter": Right("填报流动人口登记", "双响"),
    "board.view": Right("看两室融合", "双响"),
    "roster.view": Right("看工作站排班", "值班"),
    "roster.serve": Right("值班、请假、换班", "值班"),
    "roster.manage": Right("排班、批假、发布", "值班"),
    "van.view": Right("看调解车出车记录", "调解车"),
    "van.send": Right("呼叫调解车", "调解车"),
    "van.run": Right("签收出车、到场、办结", "调解车"),
    "stats.view": Right("看统计", "统计"),
    "areas.view": Right("看村社和网格", "区域"),
    "areas.manage": Right("增改村社和网格", "区域", guarded=True),
    "notices.operate": Right("看发送情况、重发通知", "管理", guarded=True),
    "reference.edit": Right("改词表和参数", "管理", guarded=True),
    "personal.reveal": Right("写明理由后看完整号码", "个人信息"),
    "users.manage": Right("管理人员和任职", "管理", guarded=True),
}
"""Code → right. A role that names another one is a fault that tests/test_house.py finds."""

GUARDED = frozenset(code for code, right in RIGHTS.items() if right.guarded)


def by_group(codes: frozenset[str]) -> dict[str, list[str]]:
    """Labels of the rights, by group, in the order of this page; a code not listed shows as itself."""
    found: dict[str, list[str]] = {}
    for code, right in RIGHTS.items():
        if code in codes:
            found.setdefault(right.group, []).append(right.label)
    if unknown := sorted(codes - set(RIGHTS)):
        found["其他"] = unknown
    return found
