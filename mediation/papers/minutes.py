"""人民调解记录: who was at a sitting, what was said, and what came of it."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from mediation.models import Agent, Agreement, Attendance, Dispute, Party, Record, Session
from mediation.papers.assembly import day, moment, party_text
from shared.dates import local

SETTLED, FAILED, GOES_ON = "调解成功", "调解不成", "有待继续调解"
"""The results that the Ministry's format of 2010 has to choose from."""

FORMS = {
    Agreement.Form.WRITTEN.value: "各方当事人于{}自愿达成调解协议，签订人民调解协议书。",
    Agreement.Form.ORAL.value: "各方当事人于{}自愿达成口头协议，载入人民调解口头协议登记表。",
}
ENDS = {
    "fail": "各方当事人未能达成协议，调解于{}终止。",
    "refuse": "当事人拒绝调解，调解于{}终止。",
    "withdraw": "当事人撤回申请，调解于{}终止。",
}


def record(row: Record) -> dict[str, Any]:
    """What was written down by itself or at a sitting."""
    session = row.session
    if session:
        return _paper(session, row.text, row.by.name, moment(row.at), row.place or place_of(session))
    return {
        "on": day(local(row.at).date()),
        "at": moment(row.at),
        "place": row.place,
        "attended": "",
        "record": row.text,
        "mediators": [row.by.name],
        "recorder": row.by.name,
        **_parties(_all(row.dispute), local(row.at).date()),
        **_result(row.dispute, row.at),
    }


def sitting(session: Session) -> dict[str, Any]:
    """The minutes of a sitting."""
    ends = local(session.ends_at)
    at = f"{moment(session.starts_at)}至{ends.hour}时{ends.minute:02d}分"
    return _paper(session, session.minutes, session.host.name, at, place_of(session))


def _paper(session: Session, text: str, recorder: str, at: str, place: str) -> dict[str, Any]:
    """The official form has those who were there: parties, who helped (参加人), and who mediated."""
    asked = list(
        session.attendance.order_by("id")
        .select_related("user", "party", "agent__party", "invitation__unit", "invitation__brand")
        .prefetch_related("party__agents", "agent__party__agents")
    )
    seats = [seat for seat in asked if seat.present]
    noted = any(seat.present is not None for seat in asked if seat.party)
    helpers = [seat.user.name for seat in seats if seat.user and seat.user_id != session.host_id]
    return {
        "on": day(local(session.starts_at).date()),
        "at": at,
        "place": place,
        "attended": "、".join(_helped(seats)),
        "record": text,
        "mediators": [session.host.name, *helpers],
        "recorder": recorder,
        **_parties(_there(seats) if noted else _all(session.dispute), local(session.starts_at).date()),
        **_result(session.dispute, session.starts_at),
    }


def _helped(seats: Iterable[Attendance]) -> Iterable[str]:
    for seat in seats:
        if seat.invitation:
            yield str(seat.invitation)
        elif seat.agent:
            yield f"{seat.agent.name}（{seat.agent.party.name}的{seat.agent.get_role_display()}）"


def _all(dispute: Dispute) -> list[tuple[Party, Agent | None]]:
    """Every party of the case: where nobody noted who came."""
    return [(party, None) for party in dispute.parties.filter(left_on=None).prefetch_related("agents")]


def _there(seats: Iterable[Attendance]) -> list[tuple[Party, Agent | None]]:
    """Each party that came, or (with him) whoever came in its place."""
    came: dict[int, tuple[Party, Agent | None]] = {}
    for seat in seats:
        if seat.party:
            came[seat.party.pk] = (seat.party, None)
        elif seat.agent:
            came.setdefault(seat.agent.party_id, (seat.agent.party, seat.agent))
    return list(came.values())


def _parties(there: Iterable[tuple[Party, Agent | None]], on: date) -> dict[str, Any]:
    order = {side: place for place, side in enumerate(Party.Side.values)}
    names, signers = [], []
    for party, agent in sorted(there, key=lambda one: (order[one[0].side], one[0].position)):
        text = party_text(party, on)
        signer = agent.name if agent else text.signer
        names.append(f"{text.role} {text.name}")
        signers.append({"role": text.role, "name": f"{text.name}，{signer}代" if signer else text.name})
    return {"parties": names, "signers": signers}


def _result(dispute: Dispute, at: datetime) -> dict[str, str]:
    """What came of it: the last sitting before an end has that end, one before another sitting goes on;
    the newest of a case under way is left to be ticked by hand.
    """
    ended = _ended(dispute, local(at).date())
    records = dispute.records.filter(kind=Record.Kind.MEDIATION, at__gt=at, corrects=None)
    sittings = dispute.sessions.filter(state=Session.State.HELD, starts_at__gt=at)
    later = [*records.values_list("at", flat=True), *sittings.values_list("starts_at", flat=True)]
    if any(ended is None or local(one).date() <= ended[0] for one in later):
        return {"result": GOES_ON, "said": ""}
    return {"result": ended[1], "said": ended[2]} if ended else {"result": "", "said": ""}


def _ended(dispute: Dispute, since: date) -> tuple[date, str, str] | None:
    """The first end of the mediation on that day or later: day, result, and the sentence that tells it."""
    ends = [
        (one.signed_on, SETTLED, FORMS[one.form].format(day(one.signed_on)))
        for one in dispute.agreements.filter(signed_on__gte=since)
    ]
    for event in dispute.matter.events.filter(action__in=ENDS):
        on = local(event.at).date()
        if on >= since:
            ends.append((on, FAILED, ENDS[event.action].format(day(on))))
    return min(ends, default=None)


def place_of(session: Session) -> str:
    """Where a sitting was."""
    room = f"{session.room.station}{session.room}" if session.room else ""
    return session.place or room or (str(session.van) if session.van else session.get_where_display())
