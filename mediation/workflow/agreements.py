"""What was agreed: checked by what the law names, kept in parts, confirmed by a court, looked after later."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction

from accounts.models import User
from grids.queries import labels, parameters
from matters.models import Event, Matter
from mediation.facts import case_turned
from mediation.models import Agreement, Confirmation, Dispute, FollowUp, Instalment, Party
from mediation.workflow.act import act, end_of, not_before
from mediation.workflow.moves import call_off_rest
from shared.dates import today
from shared.errors import Conflict, InvalidInput
from shared.jinja import date_text

PAID = {Agreement.Manner.ONE_PAYMENT, Agreement.Manner.INSTALMENTS}


@dataclass(frozen=True)
class Part:
    """One part of the performance."""

    due_on: date
    amount: Decimal | None = None
    what: str = ""


@dataclass(frozen=True)
class Terms:
    """An agreement as it is written down."""

    form: str
    facts: str
    responsibility: str
    content: str
    manner: str
    signed_on: date
    term_on: date | None
    manner_note: str = ""
    amount: Decimal | None = None
    currency: str = ""
    effective_on: date | None = None
    parts: Sequence[Part] = ()


ART_29 = {
    "facts": "请写明主要事实和争议事项（人民调解法第二十九条）。",
    "responsibility": "请写明各方当事人的责任（人民调解法第二十九条）。",
    "content": "请写明协议内容（人民调解法第二十九条）。",
    "manner": "请选择履行方式（人民调解法第二十九条）。",
    "term_on": "请填写履行期限（人民调解法第二十九条）。",
}


def check(terms: Terms, case: Dispute) -> None:
    """What 人民调解法 Art. 29 names is all there, and its numbers and days agree. Raises InvalidInput, naming
    the field.
    """
    for field, missing in ART_29.items():
        value = getattr(terms, field)
        if not (value.strip() if isinstance(value, str) else value):
            raise InvalidInput(missing, field=field)
    not_before(terms.signed_on, case, "signed_on", "达成日期")
    if terms.signed_on > today():
        raise InvalidInput("达成日期在今天之后，请核对。", field="signed_on")
    if terms.term_on and terms.term_on < terms.signed_on:
        raise InvalidInput("履行期限不能早于达成日期，请核对。", field="term_on")
    if terms.effective_on and terms.effective_on < terms.signed_on:
        raise InvalidInput("生效日期不能早于达成日期，请核对。", field="effective_on")
    _check_money(terms)
    _check_parts(terms)


def _check_money(terms: Terms) -> None:
    if terms.manner in PAID and terms.amount is None:
        raise InvalidInput("付款的协议请填写金额。", field="amount")
    if terms.amount is None:
        return
    if terms.amount <= 0:
        raise InvalidInput("金额要大于 0；没有金额就不填。", field="amount")
    if not terms.currency or terms.currency not in labels("currency"):
        raise InvalidInput("写了金额，请同时选择币种。", field="currency")


def _check_parts(terms: Terms) -> None:
    if terms.manner == Agreement.Manner.INSTALMENTS and len(terms.parts) < 2:
        raise InvalidInput("分期付款请至少填两期的日期和金额。", field="parts")
    paid = [part.amount for part in terms.parts if part.amount is not None]
    if terms.parts and terms.amount is not None and sum(paid) != terms.amount:
        raise InvalidInput(f"各期合计 {sum(paid)}，和总金额 {terms.amount} 不一致，请核对。", field="parts")
    for number, part in enumerate(terms.parts, start=1):
        if part.amount is not None and part.amount <= 0:
            raise InvalidInput(f"第{number}期金额要大于 0。", field="parts")
        if part.due_on < terms.signed_on or (terms.term_on and part.due_on > terms.term_on):
            term = f"和履行期限（{date_text(terms.term_on)}）之间" if terms.term_on else "当天或以后"
            raise InvalidInput(
                f"第{number}期日期（{date_text(part.due_on)}）要在达成日期（{date_text(terms.signed_on)}）{term}，"
                "请核对。",
                field="parts",
            )


def conclude(*, dispute: Dispute, actor: User, terms: Terms, version: int | None = None) -> Agreement:
    """Success: the agreement and the parts in which it is kept; one in effect by today runs at once.

    An oral one takes effect when it is reached, a written one when all have signed (Art. 29); without another
    date that is the day of agreement. Who agrees has consented to be mediated.
    """
    concluded: list[Agreement] = []

    def work(case: Dispute, matter: Matter) -> None:
        check(terms, case)
        effective = (
            terms.signed_on if terms.form == Agreement.Form.ORAL else terms.effective_on or terms.signed_on
        )
        values = {k: v for k, v in asdict(terms).items() if k not in {"parts", "effective_on"}}
        values["currency"] = terms.currency if terms.amount is not None else ""
        agreement = Agreement.objects.create(dispute=case, effective_on=effective, by=actor, **values)
        Instalment.objects.bulk_create(_parts(agreement, terms))
        case.result, case.concluded_on = Dispute.Result.SUCCESS, terms.signed_on
        case.save()
        case.parties.filter(left_on=None, consent=Party.Consent.ASKED).update(consent=Party.Consent.AGREED)
        matter.due_at = end_of(agreement.term_on)
        call_off_rest(case)
        case_turned.send(sender=Dispute, dispute=case, actor=actor, turn=case.result)
        concluded.append(agreement)

    with transaction.atomic():
        act(dispute, "agree", actor, work, version=version, form=Agreement.Form(terms.form).label)
        if concluded[0].effective_on <= today():
            take_effect(dispute=dispute, actor=actor)
    return concluded[0]


def _parts(agreement: Agreement, terms: Terms) -> list[Instalment]:
    parts = terms.parts or [
        Part(agreement.term_on, terms.amount, "" if terms.amount else terms.content[:120])
    ]
    return [
        Instalment(
            agreement=agreement,
            position=number,
            due_on=part.due_on,
            what=part.what[:120],
            amount=part.amount,
            currency=agreement.currency if part.amount is not None else "",
        )
        for number, part in enumerate(sorted(parts, key=lambda part: part.due_on), start=1)
    ]


def current(case: Dispute) -> Agreement:
    """The agreement that holds. Raises InvalidInput where there is none."""
    found = case.agreements.filter(is_current=True).first()
    if found is None:
        raise InvalidInput("这件案件还没有调解协议。")
    return found


def take_effect(*, dispute: Dispute, actor: User, version: int | None = None) -> Event:
    """Performance runs, and the visits after the end are owed (7 and 30 days [D])."""

    def work(case: Dispute, _: Matter) -> None:
        agreement = current(case)
        if agreement.effective_on > today():
            told = f"{agreement.effective_on.month}月{agreement.effective_on.day}日"
            raise InvalidInput(f"协议{told}才生效，到时再办。")
        days = parameters("mediation_follow_first", "mediation_follow_second")
        FollowUp.objects.bulk_create(
            FollowUp(
                dispute=case,
                agreement=agreement,
                after_days=after,
                due_on=agreement.effective_on + timedelta(days=after),
            )
            for after in sorted(set(days.values()))
        )

    return act(dispute, "take_effect", actor, work, version=version)


def keep(
    *, instalment: Instalment, actor: User, done_on: date, proof: str, version: int | None = None
) -> Event:
    """One part was performed, with its proof; after the last one the whole agreement is."""
    dispute = instalment.agreement.dispute

    def work(_: Dispute, __: Matter) -> None:
        instalment.refresh_from_db()
        if instalment.done_on:
            raise InvalidInput(f"{instalment}已经登记履行，不用再登。")
        if not proof.strip():
            raise InvalidInput("请写明凭证：收条、转账记录或现场照片。", field="proof")
        if done_on > today() or done_on < instalment.agreement.signed_on:
            raise InvalidInput("履行日期要在达成协议之后、今天之前，请核对。", field="done_on")
        instalment.done_on, instalment.proof, instalment.by = done_on, proof.strip()[:200], actor
        instalment.save()

    with transaction.atomic():
        event = act(dispute, "keep", actor, work, note=proof, version=version, part=str(instalment))
        if not instalment.agreement.instalments.filter(done_on=None).exists():
            _performed(dispute, actor)
    return event


def _performed(dispute: Dispute, actor: User) -> None:
    def work(case: Dispute, matter: Matter) -> None:
        agreement = current(case)
        owed = "、".join(str(part) for part in agreement.instalments.filter(done_on=None))
        if owed:
            raise InvalidInput(f"{owed}还没有登记履行，不能办“履行完毕”。")
        agreement.performed_on = agreement.instalments.order_by("-done_on")[0].done_on
        agreement.save()
        matter.due_at = None

    act(dispute, "perform", actor, work)
    _followed(dispute, actor)


def visit(
    *,
    follow_up: FollowUp,
    actor: User,
    done_on: date,
    way: str,
    finding: str,
    note: str,
    satisfaction: str = "",
    asked: Party | None = None,
    version: int | None = None,
) -> Event:
    """回访: whether it is kept, whether people are at peace. After the last one the file can be closed."""
    dispute = follow_up.dispute

    def work(case: Dispute, _: Matter) -> None:
        follow_up.refresh_from_db()
        if follow_up.done_on:
            raise InvalidInput(f"{follow_up}已经登记，不用再登。")
        not_before(done_on, case, "done_on", "回访日期")
        if done_on > today():
            raise InvalidInput("回访日期在今天之后，请核对。", field="done_on")
        first = opening([follow_up])[follow_up.pk]
        if done_on < first:
            raise InvalidInput(
                f"{follow_up}从{date_text(first)}起登记（应于{date_text(follow_up.due_on)}）。"
                "提前谈到的情况，请写成笔录。",
                field="done_on",
            )
        follow_up.done_on, follow_up.way, follow_up.finding = done_on, way, finding
        follow_up.note, follow_up.satisfaction, follow_up.by = note[:500], satisfaction, actor
        follow_up.asked = asked
        follow_up.save()

    with transaction.atomic():
        event = act(dispute, "visit", actor, work, note=note, version=version, round=str(follow_up))
        if dispute.matter.state == "performed":
            _followed(dispute, actor)
    return event


def opening(follow_ups: Sequence[FollowUp]) -> dict[int, date]:
    """The first day of each visit that counts: a few days before it is due [D], decision 0044."""
    early = timedelta(days=parameters("mediation_follow_early")["mediation_follow_early"])
    return {one.pk: one.due_on - early for one in follow_ups}


def _owed(dispute: Dispute) -> FollowUp | None:
    return (
        FollowUp.objects.filter(dispute=dispute, agreement__is_current=True, done_on=None)
        .order_by("due_on")
        .first()
    )


def _followed(dispute: Dispute, actor: User) -> None:
    """Performed and visited: the case has been followed to its end."""
    if _owed(dispute) is None:
        followed(dispute=dispute, actor=actor)


def followed(*, dispute: Dispute, actor: User, version: int | None = None) -> Event:
    """The visits after the end are done; what was not kept by then is left to the courts (Art. 32)."""

    def work(case: Dispute, _: Matter) -> None:
        if owed := _owed(case):
            raise InvalidInput(f"{owed}还没有登记（应于{owed.due_on.month}月{owed.due_on.day}日）。")

    return act(dispute, "follow", actor, work, version=version)


def confirm(
    *,
    dispute: Dispute,
    actor: User,
    applied_on: date,
    court: str,
    by_both: bool,
    version: int | None = None,
) -> Confirmation:
    """司法确认: both parties apply together within 30 days of its taking effect (人民调解法 Art. 33)."""
    made: list[Confirmation] = []

    def work(case: Dispute, _: Matter) -> None:
        agreement = current(case)
        if not by_both:
            raise InvalidInput("司法确认须双方当事人共同申请。", field="by_both")
        last = confirm_by(agreement)
        if applied_on > last:
            raise InvalidInput(
                f"已过申请期限（协议生效后 30 日内，到{last.month}月{last.day}日）。", field="applied_on"
            )
        if applied_on < agreement.effective_on or applied_on > today():
            raise InvalidInput("申请日期要在协议生效之后、今天之前，请核对。", field="applied_on")
        try:
            with transaction.atomic():
                made.append(
                    Confirmation.objects.create(
                        agreement=agreement,
                        by_both=True,
                        apply_by=last,
                        applied_on=applied_on,
                        court=court,
                        by=actor,
                    )
                )
        except IntegrityError:
            raise Conflict("这份协议已经申请过司法确认。") from None

    act(dispute, "confirm", actor, work, version=version, court=court)
    return made[0]


def confirm_by(agreement: Agreement) -> date:
    """The last day on which the court can be asked."""
    days = parameters("mediation_confirm_days")["mediation_confirm_days"]
    return agreement.effective_on + timedelta(days=days)


def ruling(
    *,
    dispute: Dispute,
    actor: User,
    result: str,
    decided_on: date,
    court_no: str = "",
    version: int | None = None,
) -> Event:
    """What the court said."""

    def work(case: Dispute, _: Matter) -> None:
        found = Confirmation.objects.filter(agreement__dispute=case, agreement__is_current=True).first()
        if found is None or found.result:
            raise InvalidInput("没有在等裁定的司法确认申请。")
        if not found.applied_on <= decided_on <= today():
            raise InvalidInput("裁定日期要在申请之后、今天之前，请核对。", field="decided_on")
        found.result, found.decided_on, found.court_no = result, decided_on, court_no
        found.save()

    return act(dispute, "ruling", actor, work, version=version, result=Confirmation.Result(result).label)
