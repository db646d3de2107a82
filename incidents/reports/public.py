"""A report as its sender sees it: public steps in plain words; no internal notes, nothing of others."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from grids.models import Area
from grids.queries import labels, words
from incidents.reports.following import rateable, reopen_until
from incidents.reports.models import CitizenReport, Rating
from matters.loop import KINDS, state_label
from matters.models import Event, Matter
from shared.dates import local
from shared.texts import without_numbers

TOLD = {
    "open": ("已收到", "您的反映已经登记。"),
    "accept": ("已受理", "街道、村社已经接下，正在安排由谁去办。"),
    "assign": ("已交办", ""),
    "handle": ("开始办理", "负责的网格或单位已经着手。"),
    "send_back": ("重新安排", "交给的地方办不了，正在另外安排。"),
    "echo": ("办好了，等复核", "负责的人说已经办好，要由另一位同事核对过才算数。"),
    "redo": ("复核没通过，重办", "核对时发现还没办好，已要求重办。"),
    "transfer": ("转交", ""),
    "ask_info": ("请您补充", ""),
    "answer_info": ("已补充情况", ""),
    "grant_extension": ("延长了期限", "因为情况复杂，经批准延长了办理期限，新的期限见上面。"),
    "verify": ("办结答复", ""),
    "to_hazard": ("转为隐患办理", ""),
    "refer": ("移交", ""),
    "merge": ("合并办理", "与另一件反映同一件事，已合并办理，后面是那一件的进展。"),
    "cancel": ("不再办理", ""),
    "add": ("您补充了情况", ""),
    "mediated": ("人民调解", ""),
    "rate": ("您评价了答复", ""),
    "reopen": ("重新办理", ""),
}
"""Moves that the sender hears of; any other stays inside."""
MEANS = {
    "reported": "待受理：已经收到，还没有人接手。村社或街道会先看，再定由谁去办。",
    "accepted": "待流转：已经受理，正在定由哪个网格或单位去办。",
    "assigned": "待办理：已经交给负责的网格或单位，等他们上门或处理。",
    "handling": "办理中：负责的网格或单位正在处理。",
    "echoed": "待复核：负责的人说办好了，要由另一位同事核对，通过后会把结果写在这里。",
    "closed": "已办结：结果写在下面。您可以评价，不满意可以申请重办。",
    "referred": "已移交：已经交给更合适的地方继续办理，说明写在下面。",
    "merged": "已合并：与另一件反映同一件事，一起办理，进展写在下面。",
    "cancelled": "不再办理：原因写在下面。",
}
PAUSED = "等您补充：办理的人要您补充一些情况，收到以后接着办。"
DUE = {"reported": "受理", "accepted": "办好", "assigned": "办好", "handling": "办好", "echoed": "复核完"}
"""What is to have happened by the deadline of a state."""
HIS = frozenset({"add", "rate", "reopen", "answer_info"})
"""Moves whose words are the sender's own, where no one of the staff made them."""
OPEN_KINDS = frozenset({"citizen_report", "hazard"})
"""Kinds whose public steps may be shown to the sender of a report that goes on as one of them."""


@dataclass(frozen=True)
class Told:
    """One step of the public timeline."""

    at: datetime
    title: str
    text: str


@dataclass(frozen=True)
class Followed:
    """Everything that the page and the API show of a report."""

    report: CitizenReport
    type_label: str
    place: str
    means: str
    asked: str
    due_at: datetime | None
    due_for: str
    steps: list[Told]
    rating: Rating | None
    rateable: bool
    reopen_until: datetime | None
    continued: str
    outcome: str
    answer: str

    @property
    def own_words(self) -> str:
        """What was reported, numbers masked."""
        return without_numbers(self.report.description)


def followed(report: CitizenReport) -> Followed:
    """The report with its matter and area loaded, in plain words."""
    matter = report.matter
    labels = words("report_type")["report_type"]
    until, others = reopen_until(report), onward(report)
    closed = matter.closed_at is not None
    rating = report.ratings.filter(answered_at=matter.closed_at).first() if matter.closed_at else None
    return Followed(
        report=report,
        type_label=labels.get(report.report_type, report.report_type),
        place=_place(matter.area),
        means=PAUSED if matter.paused_at else MEANS.get(matter.state, ""),
        asked=_asked(matter) if matter.paused_at else "",
        due_at=None if closed else matter.due_at,
        due_for=DUE.get(matter.state, DUE["assigned"]),
        steps=[step for one in (matter, *others) for step in _steps(one, own=one == matter)],
        rating=rating,
        rateable=rateable(report),
        reopen_until=until,
        continued=_named(others[-1]) if others else "",
        outcome=Matter.Outcome(matter.outcome).label if matter.outcome else "",
        answer=_answer(matter),
    )


def onward(report: CitizenReport) -> list[Matter]:
    """What goes on with it, one after the other: what it was merged into, what it became."""
    found: list[Matter] = []
    last, became = report.matter, report.continued_as
    while after := last.merged_into or became:
        found.append(after)
        last = after
        further = CitizenReport.objects.select_related("continued_as").filter(pk=after.pk).first()
        became = further.continued_as if further else None
    return found


def _answer(matter: Matter) -> str:
    """What was answered. That it was merged names the other's number, which may have to stay inside."""
    into = matter.merged_into
    return TOLD["merge"][1] if into and into.kind not in OPEN_KINDS else without_numbers(matter.answer)


def _named(matter: Matter) -> str:
    """Kind, number and state; the number of a matter that names its parties stays inside."""
    number = f" {matter.number}" if matter.kind in OPEN_KINDS else ""
    return f"{KINDS[matter.kind].label}{number}，{state_label(matter.kind, matter.state)}"


def _asked(matter: Matter) -> str:
    """What the staff asked for last."""
    event = matter.events.filter(action="ask_info").order_by("-id").first()
    return without_numbers(event.note) if event else ""


def _place(area: Area) -> str:
    """Village and grid, or the street while it is not placed."""
    above = area.parent.name if area.parent and area.level == Area.Level.GRID else ""
    return area.name if area.name.startswith(above) else above + area.name


def _steps(matter: Matter, *, own: bool) -> list[Told]:
    """The public steps of a matter; of one that goes on with it neither its beginning nor others' words."""
    if not own and matter.kind not in OPEN_KINDS:
        return []
    hidden = () if own else ("open", "add", "rate", "reopen", "ask_info", "answer_info")
    events = matter.events.exclude(action__in=hidden).order_by("id")
    return [step for event in events if (step := _told(event)) is not None]


def _told(event: Event) -> Told | None:
    """The step in plain words; None for what stays inside."""
    if event.action not in TOLD:
        return None
    title, text = TOLD[event.action]
    if event.action in {"assign", "transfer"}:
        to = event.evidence.get("unit_name") or event.evidence.get("area_name") or "负责的网格"
        text = f"已交给{to}办理。"
    elif event.action == "ask_info" or (event.action in HIS and event.actor_id is None):
        text = without_numbers(event.note)
    elif event.action == "mediated":
        title, text = event.label, event.note
    elif event.action == "cancel":
        text = without_numbers(event.evidence.get("answer") or event.note)
    elif event.action == "to_hazard":
        text = without_numbers(event.evidence.get("answer", ""))
    elif event.action == "refer":
        to = labels("referral").get(event.evidence.get("refer_to", ""), "有关部门")
        text = f"移交给{to}。{without_numbers(event.evidence.get('answer', ''))}"
    elif event.action == "verify":
        outcome = event.evidence.get("outcome", "")
        said = Matter.Outcome(outcome).label if outcome in Matter.Outcome.values else ""
        text = "：".join(part for part in (said, without_numbers(event.evidence.get("answer", ""))) if part)
    return Told(event.at, title, text)


def as_json(found: Followed) -> dict[str, Any]:
    """The same for programs."""
    report = found.report
    return {
        "code": report.code,
        "number": report.matter.number,
        "report_type": report.report_type,
        "type_label": found.type_label,
        "description": found.own_words,
        "address": without_numbers(report.address),
        "place": found.place,
        "state": report.matter.state,
        "means": found.means,
        "asked": found.asked,
        "due_at": found.due_at,
        "reported_at": local(report.matter.created_at),
        "closed_at": report.matter.closed_at,
        "continued_as": found.continued,
        "outcome": found.outcome,
        "answer": found.answer,
        "timeline": [{"at": s.at, "title": s.title, "text": s.text} for s in found.steps],
        "rating": found.rating and {"score": found.rating.score, "words": found.rating.words},
        "rateable": found.rateable,
        "reopen_until": found.reopen_until,
    }
