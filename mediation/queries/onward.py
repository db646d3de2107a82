"""The next step of a case: the one clear button of its page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from mediation.kinds import ENDED
from mediation.models import Dispute, FollowUp, Instalment, Session
from mediation.workflow.sittings import where_of
from shared.jinja import date_text, day_text, moment_text


@dataclass(frozen=True)
class Next:
    """`action` "" = nothing for this reader to do; `also` are the steps beside it, worth a button too."""

    title: str
    text: str = ""
    action: str = ""
    of: int | None = None
    also: tuple[tuple[str, int | None], ...] = ()


WAITS = {
    "registered": "等工作站受理",
    "accepted": "等工作站开始调查",
    "investigating": "工作站正在调查",
    "mediating": "工作站正在调解",
    "archived": "已归档",
    "rejected": "不予受理，已告知当事人",
    "passed_on": "已转办",
    "failed": "调解不成，已告知其他途径",
    "refused": "当事人拒绝调解，已终止",
    "withdrawn": "申请已撤回",
    "followed": "各项都已办完，等归档",
}


def next_step(
    dispute: Dispute,
    sessions: Sequence[Session],
    instalments: Sequence[Instalment],
    follow_ups: Sequence[FollowUp],
    waiting: Mapping[int, date],
    may: set[str],
) -> Next:
    """What leads on from here, for a reader who may make these moves; `waiting` = visits still too early."""
    state = dispute.matter.state
    if state in {"accepted", "investigating", "mediating"}:
        found = _under_way(state, sessions)
    elif state in {"performing", "unperformed", "performed"}:
        found = _after(instalments, follow_ups, waiting)
    else:
        found = {
            "registered": Next(
                "核对当事人后受理", "", "accept", also=(("party", None), ("agent", None), ("amend", None))
            ),
            "agreed": Next("协议生效", "各方签名、按指印后生效", "take_effect"),
        }.get(
            state,
            Next(WAITS.get(state, ""), "", "" if state in ENDED else "archive", also=(("reopen", None),)),
        )
    also = tuple((action, of) for action, of in found.also if action in may)
    if found.action and found.action not in may:
        planned = any(session.state == "planned" for session in sessions)
        title = found.title if planned else WAITS.get(state, found.title)
        return Next(title, "轮到您时，这里会出现要做的操作。", also=also)
    return Next(found.title, found.text, found.action, found.of, also)


def _under_way(state: str, sessions: Sequence[Session]) -> Next:
    planned = sorted((s for s in sessions if s.state == "planned"), key=lambda s: s.starts_at)
    if planned:
        first = planned[0]
        return Next(
            f"{first}，{_near(first.starts_at)}",
            f"{where_of(first)}，主持{first.host.name}。开完后在这里记录。",
            "hold" if first.starts_at <= timezone.now() else "",
            first.pk,
            (("replan", first.pk), ("invite", None), ("agree", None), ("call_off", first.pk)),
        )
    if state == "accepted":
        return Next(
            "开始调查", "核实事实，听取各方意见", "investigate", also=(("mediate", None), ("agree", None))
        )
    if state == "investigating":
        return Next("写调查记录，然后开始调解", "", "write", also=(("mediate", None), ("invite", None)))
    held = len([s for s in sessions if s.state == "held"])
    if held:
        also = (("plan", None), ("fail", None), ("invite", None))
        return Next("谈成了吗", f"已开 {held} 次调解会", "agree", also=also)
    return Next("安排调解会", "", "plan", also=(("invite", None), ("agree", None), ("fail", None)))


def _after(
    instalments: Sequence[Instalment], follow_ups: Sequence[FollowUp], waiting: Mapping[int, date]
) -> Next:
    """The earliest of what is owed: a part of the performance, or a visit."""
    owed = [(part.due_on, 0, "keep", part.pk, f"{part}履行") for part in instalments if not part.done_on]
    owed += [(v.due_on, 1, "visit", v.pk, str(v)) for v in follow_ups if not v.done_on]
    if not owed:
        return Next("回访完成，可以归档", "", "follow")
    owed.sort()
    ready = [one for one in owed if one[2] == "keep" or one[3] not in waiting]
    due_on, _, action, key, what = (ready or owed)[0]
    if not ready:
        return Next(f"{what}，{date_text(due_on)}到期", f"{date_text(waiting[key])}起可以登记。")
    rest = tuple((other[2], other[3]) for other in ready if other[2] != action)[:1]
    unkept = (("default", None),) if any(other[2] == "keep" for other in owed) else ()
    return Next(f"{what}，{date_text(due_on)}到期", "", action, key, (*rest, *unkept))


def _near(at: datetime) -> str:
    return moment_text(at) if at <= timezone.now() else f"{day_text(at)} {moment_text(at).split()[-1]}"
