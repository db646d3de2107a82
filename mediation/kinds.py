"""The dispute as a kind of matter: its own states and table of moves (domain.md, Mediation)."""

from matters.loop import Kind, Transition, move

STATES = {
    "registered": "已登记",
    "accepted": "已受理",
    "investigating": "调查中",
    "mediating": "调解中",
    "agreed": "已达成协议",
    "performing": "履行中",
    "unperformed": "未履行",
    "performed": "已履行",
    "followed": "已回访",
    "failed": "调解不成",
    "refused": "当事人拒绝",
    "withdrawn": "已撤回",
    "rejected": "不予受理",
    "passed_on": "已转办",
    "archived": "已归档",
}
ENDED = frozenset({"rejected", "passed_on", "archived"})
OVER = frozenset({"failed", "refused", "withdrawn"})
"""Mediation has ended without an agreement; only the file is still to be closed."""
NOW = "accepted investigating mediating"
"""Under way: the month runs."""
BEFORE = f"registered {NOW}"
"""Nothing is agreed yet."""
AFTER = "agreed performing unperformed performed"
"""Something was agreed; it is kept, or not."""
REOPENED = f"{' '.join(sorted(ENDED | OVER))} {AFTER} followed"
HANDLE, ASSIGN = "mediation.handle", "mediation.assign"
WORK = "mediation.work"


def _does(action: str, label: str, sources: str, target: str, *needs: str, **more: object) -> Transition:
    """A move that writes rows of the case with it, so it is open on the case's page only."""
    return move(action, label, sources, target, str(more.pop("right", HANDLE)), *needs, effect=WORK, **more)


ONWARD = (
    _does("accept", "受理", "registered", "accepted"),
    move("investigate", "开始调查", "accepted", "investigating", HANDLE),
    move("mediate", "开始调解", "accepted investigating", "mediating", HANDLE),
    _does("agree", "达成协议", NOW, "agreed"),
    _does("take_effect", "协议生效", "agreed", "performing"),
    _does("perform", "履行完毕", "performing unperformed", "performed"),
    _does("follow", "回访完成", "performed unperformed", "followed"),
    _does("archive", "归档", "followed failed refused withdrawn", "archived"),
)
ENDINGS = (
    _does("fail", "调解不成", NOW, "failed", "note"),
    _does("refuse", "当事人拒绝调解", BEFORE, "refused", "note"),
    _does("withdraw", "撤回申请", BEFORE, "withdrawn", "note"),
    _does("reject", "不予受理", "registered", "rejected", "note", right=ASSIGN, outcome="not_ours"),
    _does("pass_on", "转办", BEFORE, "passed_on", "note", right=ASSIGN, outcome="passed_on"),
    move("default", "登记未履行", "performing", "unperformed", HANDLE, "note"),
    _does("reopen", "重开", REOPENED, "mediating", "note", right=ASSIGN),
)
ASIDE = (
    _does("amend", "更正登记", f"{BEFORE} {AFTER}", ""),
    _does("party", "登记当事人", BEFORE, ""),
    _does("party_left", "当事人退出", BEFORE, ""),
    _does("agent", "登记代理人", f"{BEFORE} {AFTER}", ""),
    _does("assign", "指派调解员", f"{BEFORE} {AFTER}", "", right=ASSIGN),
    _does("risk", "评估激化风险", f"{BEFORE} {AFTER}", ""),
    _does("invite", "邀请联合调解", NOW, ""),
    _does("uninvite", "取消邀请", NOW, ""),
    _does("plan", "安排调解会", NOW, ""),
    _does("replan", "调解会改期", NOW, ""),
    _does("call_off", "取消调解会", NOW, "", "note"),
    _does("hold", "记录调解会", NOW, ""),
    _does("write", "写笔录", f"{NOW} {AFTER}", ""),
    _does("extend", "延期", NOW, "", "note"),
    _does("keep", "登记履行", "performing unperformed", ""),
    _does("visit", "登记回访", "performing unperformed performed", ""),
    _does("confirm", "申请司法确认", "performing unperformed performed followed", ""),
    _does("ruling", "登记法院裁定", "performing unperformed performed followed archived", ""),
)

DISPUTE = Kind(
    code="dispute",
    label="调解案件",
    prefix="TJ",
    start="registered",
    reader="mediation.view",
    states=STATES,
    ended=ENDED,
    dropped=frozenset({"rejected", "passed_on", *OVER}),
    in_hand=frozenset(STATES) - ENDED,
    with_village=frozenset(),
    doing=frozenset({"investigating", "mediating", "performing"}),
    steps={
        "accepted": "受理",
        "investigating": "调查",
        "mediating": "调解",
        "agreed": "达成协议",
        "performing": "履行",
        "performed": "履行完毕",
        "followed": "回访",
        "archived": "归档",
    },
    lanes={"registered": "new", "accepted": "assigned"}
    | dict.fromkeys(("investigating", "mediating", "agreed", "performing", "unperformed"), "handling")
    | dict.fromkeys(("performed", "followed", *sorted(OVER)), "echoed"),
    by_office=True,
    page="case_page",
    loop=(*ONWARD, *ENDINGS, *ASIDE),
)
"""`matter.unit` is its station. Every write on a case is one of these moves, so that right, state, version
and timeline are looked after in one place; what a move writes, mediation/workflow/ says.
"""
