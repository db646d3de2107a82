"""The case on its way: accepted, given to a mediator, extended, ended, archived, opened again."""

from collections.abc import Callable
from datetime import date

from accounts.models import User
from grids.models import Post, Unit
from grids.queries import parameters
from matters.models import Event, Matter
from mediation.facts import case_turned
from mediation.models import Brand, Dispute, Mediator, Party
from mediation.papers.numbering import next_case_no
from mediation.workflow.act import act, end_of, month_after
from mediation.workflow.told import tell, tell_police
from shared.dates import today
from shared.errors import InvalidInput

RESULTS = {
    "fail": Dispute.Result.FAILURE,
    "refuse": Dispute.Result.REFUSED,
    "withdraw": Dispute.Result.WITHDRAWN,
    "reject": Dispute.Result.REJECTED,
    "pass_on": Dispute.Result.PASSED_ON,
}
OUTCOMES = {
    Dispute.Result.SUCCESS: Matter.Outcome.SETTLED,
    Dispute.Result.FAILURE: Matter.Outcome.COULD_NOT,
    Dispute.Result.REFUSED: Matter.Outcome.COULD_NOT,
    Dispute.Result.WITHDRAWN: Matter.Outcome.CANCELLED,
}
Missing = Callable[[Dispute], list[str]]
MISSING: list[Missing] = []
"""What a file still lacks, in words; archiving is refused while any of them names something."""


def _new_term(dispute: Dispute, matter: Matter) -> None:
    months = parameters("mediation_months")["mediation_months"]
    dispute.due_on = month_after(today(), months)
    matter.due_at = end_of(dispute.due_on)


def _number(case: Dispute) -> None:
    """Its number, where it has none: last of all, since from then on the street's next one waits for us."""
    case.case_no = case.case_no or next_case_no(area=case.station.area)
    case.save()


def accept(*, dispute: Dispute, actor: User, version: int | None = None) -> Event:
    """The month begins. Both sides must be there, and a guardian for each minor; who accepts a case without a
    mediator takes it himself.
    """

    def work(case: Dispute, matter: Matter) -> None:
        parties = list(case.parties.filter(left_on=None).prefetch_related("agents"))
        for side in (Party.Side.APPLICANT, Party.Side.RESPONDENT):
            if not any(party.side == side for party in parties):
                raise InvalidInput(f"还没有{side.label}，请先登记当事人再受理。")
        for party in parties:
            if party.is_minor and not any(agent.role == "guardian" for agent in party.agents.all()):
                raise InvalidInput(f"{party.shown}是未成年人，请先登记监护人。")
            if party.consent == Party.Consent.REFUSED:
                raise InvalidInput(f"{party.shown}拒绝调解，不能受理（人民调解法第十七条）。")
        case.accepted_on, case.mediator = today(), case.mediator or actor
        _new_term(case, matter)
        matter.handler = case.mediator
        _number(case)
        case_turned.send(sender=Dispute, dispute=case, actor=actor, turn="accepted")

    return act(dispute, "accept", actor, work, version=version)


def start(*, dispute: Dispute, actor: User, action: str, version: int | None = None) -> Event:
    """`investigate` or `mediate`: nothing more is asked."""
    return act(dispute, action, actor, version=version)


def default(*, dispute: Dispute, actor: User, note: str, version: int | None = None) -> Event:
    """The agreement was not kept; it may still be, late."""
    return act(dispute, "default", actor, note=note, version=version)


def assign(
    *,
    dispute: Dispute,
    actor: User,
    mediator: User,
    brand: Brand | None = None,
    helpers: list[User] | None = None,
    version: int | None = None,
) -> Event:
    """Give the case to a mediator of its station, with a brand and colleagues."""

    def work(case: Dispute, matter: Matter) -> None:
        if not _works_at(mediator, case.station):
            raise InvalidInput("这位调解员不在本工作站，请另选。", field="mediator")
        case.mediator, case.brand = mediator, brand
        case.save()
        case.helpers.set([user for user in helpers or [] if user.pk != mediator.pk])
        matter.handler = mediator
        tell(case, f"assign:{matter.version}", [mediator.pk], f"请您主办：{matter.title}")

    names = mediator.name + (f"，{brand.name}" if brand else "")
    return act(dispute, "assign", actor, work, version=version, whom=names)


def _works_at(user: User, station: Unit) -> bool:
    posts = Post.objects.on().filter(user=user, unit=station, role__rights__contains=["mediation.handle"])
    return posts.exists() or Mediator.objects.filter(user=user, station=station, is_active=True).exists()


def assess(
    *,
    dispute: Dispute,
    actor: User,
    risk: str,
    note: str = "",
    version: int | None = None,
) -> Event:
    """激化风险. One that may get worse is prevented and the police are told at once (人民调解法 Art. 25)."""

    def work(case: Dispute, _: Matter) -> None:
        if risk not in Dispute.Risk.values:
            raise InvalidInput("请选择风险程度。", field="risk")
        if risk != Dispute.Risk.NONE and not note.strip():
            raise InvalidInput("请写明有什么风险、采取了什么措施。", field="note")
        case.risk, case.risk_note = risk, note[:300]
        if risk == Dispute.Risk.HIGH:
            tell_police(case)
        case.save()

    return act(dispute, "risk", actor, work, note=note, version=version, risk=Dispute.Risk(risk).label)


def extend(
    *,
    dispute: Dispute,
    actor: User,
    until: date,
    by_both: bool,
    note: str,
    version: int | None = None,
) -> Event:
    """Longer than a month only as both parties agree in writing (domain.md, Mediation)."""

    def work(case: Dispute, matter: Matter) -> None:
        if not by_both:
            raise InvalidInput("只有双方当事人都书面同意才能延期，请先取得同意。", field="by_both")
        if case.due_on is None or until <= case.due_on:
            raise InvalidInput("新的期限要晚于现在的期限，请核对。", field="until")
        if until > month_after(case.due_on, 12):
            raise InvalidInput("一次最多延长一年，请核对日期。", field="until")
        case.due_on, case.extended_by_both, case.extension_reason = until, True, note[:200]
        case.save()
        matter.due_at = end_of(until)

    return act(dispute, "extend", actor, work, note=note, version=version, until=until.isoformat())


def end(*, dispute: Dispute, actor: User, action: str, note: str, version: int | None = None) -> Event:
    """It ends without an agreement: `fail`, `refuse` (Art. 17), `withdraw`, `reject`, `pass_on`.

    What was planned is called off, what was asked need not be answered any more.
    """

    def work(case: Dispute, matter: Matter) -> None:
        case.result, case.concluded_on = RESULTS[action], today()
        case.save()
        matter.due_at = None
        call_off_rest(case)
        case_turned.send(sender=Dispute, dispute=case, actor=actor, turn=case.result)

    return act(dispute, action, actor, work, note=note, version=version)


def call_off_rest(case: Dispute) -> None:
    """Sittings still planned and invitations still open are over with the mediation."""
    for session in case.sessions.filter(state="planned"):
        session.bookings.all().delete()
        session.state, session.reason = "cancelled", "调解已结束"
        session.save()
    case.invitations.filter(answer="").update(answer="cancelled")


def archive(*, dispute: Dispute, actor: User, note: str = "", version: int | None = None) -> Event:
    """The file is closed when nothing that it must hold is missing; what is, is named."""

    def work(case: Dispute, matter: Matter) -> None:
        if missing := [name for find in MISSING for name in find(case)]:
            raise InvalidInput(f"还不能归档，卷宗缺：{'、'.join(missing)}。", missing=missing)
        case.archived_on = today()
        case.save()
        result = Dispute.Result(case.result)
        matter.outcome, matter.answer = OUTCOMES[result].value, note or str(result.label)
        matter.due_at = None
        case_turned.send(sender=Dispute, dispute=case, actor=actor, turn="archived")

    return act(dispute, "archive", actor, work, note=note, version=version)


def reopen(*, dispute: Dispute, actor: User, note: str, version: int | None = None) -> Event:
    """Mediated again for another month. The former agreement stays in the file as no longer current; what was
    owed under it is owed no more.
    """

    def work(case: Dispute, matter: Matter) -> None:
        for agreement in case.agreements.filter(is_current=True):
            agreement.is_current = False
            agreement.save()
        case.result, case.concluded_on, case.archived_on = "", None, None
        case.accepted_on, case.mediator = case.accepted_on or today(), case.mediator or actor
        case.extended_by_both, case.extension_reason = False, ""
        _new_term(case, matter)
        matter.closed_at, matter.outcome, matter.answer, matter.handler = None, "", "", case.mediator
        _number(case)
        case_turned.send(sender=Dispute, dispute=case, actor=actor, turn="reopened")

    return act(dispute, "reopen", actor, work, note=note, version=version)
