"""From the rows of a case to what its papers say; the only place where parties are read in full to be
printed."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from grids.queries import words
from mediation.models import (
    Agent,
    Agreement,
    Confirmation,
    Dispute,
    FollowUp,
    Instalment,
    Party,
    Record,
)
from mediation.models.party import Document
from mediation.papers.content import AgreementText, FileText, InstalmentText, PartyText
from mediation.papers.money import capitals, figures
from mediation.papers.numbering import letterhead_of
from shared.dates import local

NUMBERED = re.compile(r"^\s*(?:第?[一二三四五六七八九十百]+[、.．条]|[（(]?\d+[、.．)）])\s*")
WAYS = (
    "一、向有管辖权的人民法院提起诉讼。\n"
    "二、有仲裁协议的，向仲裁机构申请仲裁；劳动争议先向劳动人事争议仲裁委员会申请仲裁。\n"
    "三、依法可以由行政机关处理的，向有关行政机关申请处理。\n"
    "四、经济困难的，可以向法律援助机构申请法律援助（热线12348）。"
)


def day(value: date | None) -> str:
    """`2026年11月20日`; "" for none."""
    return f"{value.year}年{value.month}月{value.day}日" if value else ""


def moment(value: datetime) -> str:
    """`2026年11月20日 9时05分` on the street's clock."""
    at = local(value)
    return f"{day(at.date())} {at.hour}时{at.minute:02d}分"


def items(text: str) -> tuple[str, ...]:
    """The lines of a list without their own numbers: the paper numbers them anew."""
    return tuple(found for line in text.splitlines() if (found := NUMBERED.sub("", line).strip()))


def age_on(day_of: date, party: Party) -> str:
    """Full years; from the date of birth, else from a mainland identity number."""
    born = party.born_on
    if born is None and re.fullmatch(r"\d{17}[\dXx]", party.id_number):
        number = party.id_number
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    if born is None:
        return ""
    return f"{day_of.year - born.year - ((day_of.month, day_of.day) < (born.month, born.day))}岁"


def _sex(party: Party) -> str:
    if party.gender or not re.fullmatch(r"\d{17}[\dXx]", party.id_number):
        return party.gender
    return "男" if int(party.id_number[16]) % 2 else "女"


def _acting(agents: Iterable[Agent], role: str) -> str:
    return "；".join(
        f"{agent.name}（{'，'.join(part for part in _powers(agent) if part)}）".replace("（）", "")
        for agent in agents
        if agent.role == role
    )


def _powers(agent: Agent) -> tuple[str, ...]:
    shown = f"{Document(agent.document).label}{agent.id_number}" if agent.id_number else ""
    power = "特别授权" if agent.special else "一般授权" if agent.role == Agent.Role.AGENT else ""
    return (power, agent.relation, shown, agent.phone)


def party_text(party: Party, on: date) -> PartyText:
    """One party in full."""
    agents = list(party.agents.all())
    whole = party.kind == Party.Kind.ORGANISATION
    first = {agent.role: agent.name for agent in reversed(agents)}
    signer = first.get(
        "legal_representative" if whole else "guardian", first.get("agent", "") if whole else ""
    )
    return PartyText(
        side=party.side,
        role=party.get_side_display(),
        name=party.name,
        organisation=whole,
        sex="" if whole else _sex(party),
        nation=party.nation,
        age="" if whole else age_on(on, party),
        work=party.occupation,
        phone=party.phone,
        address=party.address,
        document=Document(party.document).label if party.id_number else "",
        document_number=party.id_number,
        legal=_acting(agents, Agent.Role.LEGAL_REPRESENTATIVE),
        guardian=_acting(agents, Agent.Role.GUARDIAN),
        agent=_acting(agents, Agent.Role.AGENT),
        signer=signer if whole or party.is_minor else "",
    )


def file_text(dispute: Dispute, agreement: Agreement | None = None) -> FileText:
    """The case as every paper has it; `agreement` where the paper tells of one."""
    head, known = letterhead_of(dispute.matter.area), words("dispute_type", "case_source")
    kind = known["dispute_type"].get(dispute.dispute_type, dispute.dispute_type)
    on = dispute.accepted_on or dispute.received_on
    rows = dispute.parties.filter(left_on=None).prefetch_related("agents").order_by("position", "id")
    order = {side: place for place, side in enumerate(Party.Side.values)}
    parties = [party_text(p, on) for p in sorted(rows, key=lambda p: order[p.side])]
    mediators = [user.name for user in (dispute.mediator, *dispute.helpers.order_by("pk")) if user]
    clerk = dispute.matter.reporter.name if dispute.matter.reporter else ""
    return FileText(
        number=dispute.case_no,
        committee=head.committee,
        title=title_of(parties, sort_of(kind)),
        kind=kind,
        sort=sort_of(kind),
        source=known["case_source"].get(dispute.source, dispute.source),
        sources=tuple(known["case_source"].values()),
        basis="依当事人申请" if dispute.source == "application" else "经当事人同意",
        facts=dispute.facts,
        parties=parties,
        mediators=mediators,
        requests=items(dispute.request),
        applied_on=day(dispute.received_on),
        accepted_on=day(dispute.accepted_on),
        ended_on=day(dispute.concluded_on),
        outcome=_outcome(dispute, agreement),
        recorder=mediators[-1] if mediators else "",
        registrar=clerk or (mediators[0] if mediators else ""),
        keeping=head.keeping,
        agreement=agreement_text(agreement) if agreement else None,
    )


def sort_of(kind: str) -> str:
    """`邻里纠纷`, but `劳动争议`."""
    return kind if kind.endswith(("纠纷", "争议")) else f"{kind}纠纷"


def title_of(parties: list[PartyText], sort: str) -> str:
    """`甲与乙等邻里纠纷`."""
    sides = {side: [p.name for p in parties if p.side == side] for side in Party.Side.values}
    first, second = sides[Party.Side.APPLICANT], sides[Party.Side.RESPONDENT]
    said = "与".join(f"{names[0]}等" if len(names) > 1 else names[0] for names in (first, second) if names)
    return f"{said}{sort}"


def _outcome(dispute: Dispute, agreement: Agreement | None) -> str:
    said = dispute.get_result_display() if dispute.result else ""
    return f"{said}（{agreement.get_form_display()}）" if said and agreement else said


def agreement_text(agreement: Agreement) -> AgreementText:
    """What was agreed."""
    manner = [agreement.get_manner_display(), agreement.manner_note, f"履行期限：{day(agreement.term_on)}"]
    if agreement.amount is not None:
        amount, currency = agreement.amount, agreement.currency
        manner.insert(0, f"金额：{capitals(amount, currency)}（{figures(amount, currency)}）")
    parties = agreement.dispute.parties.filter(left_on=None).count()
    return AgreementText(
        form=agreement.get_form_display(),
        on=day(agreement.signed_on),
        facts=agreement.facts,
        responsibility=agreement.responsibility,
        terms=items(agreement.content),
        manner="；".join(part.rstrip("。；") for part in manner if part) + "。",
        copies=chinese(parties + 1),
        instalments=[instalment_text(part) for part in agreement.instalments.order_by("position")],
    )


def chinese(number: int) -> str:
    """`三`, `十二`; figures beyond ninety-nine."""
    digits = "零一二三四五六七八九"
    if number >= 100:
        return str(number)
    ten, one = divmod(number, 10)
    return (("" if ten == 1 else digits[ten]) + "十" if ten else "") + (digits[one] if one or not ten else "")


def instalment_text(part: Instalment) -> InstalmentText:
    """One part of the performance."""
    return InstalmentText(
        no=str(part.position),
        due=day(part.due_on),
        amount=figures(part.amount, part.currency),
        what=part.what or ("付款" if part.amount else ""),
        done=day(part.done_on),
        proof=part.proof,
    )


def investigation(record: Record) -> dict[str, Any]:
    """调查记录."""
    asked = record.asked
    return {
        "on": day(local(record.at).date()),
        "at": moment(record.at),
        "place": record.place,
        "attended": record.by.name,
        "asked": f"{asked.name}（{asked.get_side_display()}）" if asked else "",
        "asked_name": asked.name if asked else "",
        "subject": "对前一份记录的更正" if record.corrects_id else "纠纷的起因、经过和各方责任",
        "record": record.text,
        "investigators": [record.by.name],
        "recorder": record.by.name,
    }


def performance(agreement: Agreement) -> dict[str, Any]:
    """履行情况记录."""
    parts = list(agreement.instalments.order_by("position"))
    done = [part.done_on for part in parts if part.done_on]
    owed = "、".join(f"第{part.position}期" for part in parts if not part.done_on)
    whole = f"协议已于{day(agreement.performed_on)}履行完毕。" if agreement.performed_on else ""
    return {
        "on": day(agreement.performed_on or (max(done) if done else None)),
        "summary": whole or (f"{owed}尚未履行。" if owed else "协议尚未登记履行。"),
        "items": [vars(instalment_text(part)) for part in parts],
    }


def receipt(part: Instalment) -> dict[str, Any]:
    """收条 for one payment; who pays whom is written by hand where a side has several parties."""
    sides: dict[str, list[str]] = {}
    for party in part.agreement.dispute.parties.filter(left_on=None):
        sides.setdefault(party.side, []).append(party.name)
    alone = {side: names[0] if len(names) == 1 else "" for side, names in sides.items()}
    text = instalment_text(part)
    return {
        **{name: getattr(text, name) for name in ("no", "due", "amount", "what", "done", "proof")},
        "capital": capitals(part.amount, part.currency) if part.amount else "",
        "payer": alone.get(Party.Side.RESPONDENT, ""),
        "payee": alone.get(Party.Side.APPLICANT, ""),
    }


def followup(row: FollowUp) -> dict[str, Any]:
    """回访记录."""
    known = words("satisfaction")["satisfaction"]
    return {
        "on": day(row.done_on),
        "at": day(row.done_on),
        "asked": row.asked.name if row.asked else "",
        "manner": row.get_way_display() if row.way else "",
        "reason": f"协议生效后{row.after_days}天回访，了解协议履行情况和当事人的意见",
        "findings": row.note,
        "performance": row.get_finding_display() if row.finding else "",
        "satisfaction": known.get(row.satisfaction, row.satisfaction),
        "visitor": row.by.name if row.by else "",
    }


def confirmation(row: Confirmation) -> dict[str, Any]:
    """司法确认申请书."""
    return {"on": day(row.applied_on), "court": row.court, "deadline": day(row.apply_by)}


def failure(dispute: Dispute) -> dict[str, Any]:
    """终止告知书, with the reason that ended it and the ways that are open (Art. 26)."""
    last = dispute.matter.events.filter(action__in=("fail", "refuse", "withdraw")).order_by("-id").first()
    return {"on": day(dispute.concluded_on), "reason": last.note if last else "", "ways": WAYS}
