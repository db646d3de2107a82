"""A case from intake to archive, and everything that is refused on the way, in words."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from matters.models import Event, Notice
from matters.workflow import advance, available_actions
from mediation.kinds import DISPUTE, STATES
from mediation.models import Dispute, FollowUp, Party
from mediation.workflow import agreements, moves, parties, records
from mediation.workflow.act import month_after
from mediation.workflow.agreements import Part
from mediation.workflow.intake import CaseText, take_over
from mediation.workflow.parties import AgentText, PartyText
from shared.dates import today
from shared.errors import Conflict, InvalidInput, NotAllowed, NotFound, TransitionRefused
from tests.cast import Cast, at_run_time
from tests.incidents.made import hazard, incident
from tests.mediation.cases import (
    APPLICANT,
    RESPONDENT,
    Station,
    accepted,
    fresh,
    hour,
    mediating,
    opened,
    performing,
    terms,
)
from tests.mediation.files import complete


def test_the_whole_way_to_the_archive(cast: Cast, station: Station) -> None:
    case = performing(cast)
    records.write(dispute=case, actor=cast.mediator, kind="mediation", at=hour(0), text="双方各说各的理由。")
    case = fresh(case)
    assert case.case_no.endswith("人调字第001号")
    assert (case.result, case.concluded_on, case.matter.state) == ("success", today(), "performing")
    agreement = case.agreements.get()
    part = agreement.instalments.select_related("agreement__dispute__matter__area").get()
    assert part.amount == 3000
    assert (part.currency, part.due_on) == ("CNY", today() + timedelta(days=15))
    agreements.keep(instalment=part, actor=cast.mediator, done_on=today(), proof="收条一张")
    assert fresh(case).matter.state == "performed"
    assert [v.due_on - today() for v in FollowUp.objects.all()] == [timedelta(7), timedelta(30)]
    FollowUp.objects.update(due_on=today())
    for visit in FollowUp.objects.filter(dispute=case).select_related("dispute__matter__area"):
        agreements.visit(
            follow_up=visit, actor=cast.mediator, done_on=today(), way="phone", finding="kept", note="已修好"
        )
    assert fresh(case).matter.state == "followed"
    with pytest.raises(InvalidInput, match="卷宗缺：人民调解申请书、人民调解受理登记表"):
        moves.archive(dispute=fresh(case), actor=cast.mediator)
    complete(fresh(case), cast)
    moves.archive(dispute=fresh(case), actor=cast.mediator)
    done = fresh(case)
    assert done.archives.get().sheets == 10
    assert (done.matter.state, done.matter.outcome, done.archived_on) == ("archived", "settled", today())
    assert done.matter.closed_at
    actions = list(Event.objects.filter(matter=case.matter).values_list("action", flat=True))
    assert actions == [
        *("open", "accept", "mediate", "agree", "take_effect", "write", "keep", "perform"),
        *("visit", "visit", "follow", "archive"),
    ]


def test_the_same_intake_sent_again_is_one_case(cast: Cast) -> None:
    key = uuid4()
    first = opened(cast, client_id=key)
    assert opened(cast, client_id=key) == first
    with pytest.raises(Conflict, match="内容不一样"):
        opened(cast, client_id=key, text=CaseText("damage", "application", "另一件事"))
    assert Dispute.objects.count() == 1
    assert Party.objects.count() == 2


@pytest.mark.parametrize(
    ("party", "field", "words"),
    [
        ({"id_number": "331081199001010014"}, "id_number", "末位校验不符"),
        ({"id_number": "331081199013010013"}, "id_number", "末位校验不符"),
        ({"id_number": "E12345678"}, "id_number", "18 位"),
        ({"name": RESPONDENT.name, "id_number": ""}, "name", "同名"),
        ({"id_number": RESPONDENT.id_number}, "id_number", "不用登记两次"),
        (
            {"born_on": lambda: today() + timedelta(days=1), "id_number": "", "document": "passport"},
            "born_on",
            "之后",
        ),
    ],
)
def test_parties_who_cannot_be_right_are_named(
    cast: Cast, party: dict[str, Any], field: str, words: str
) -> None:
    wrong = PartyText(**{**vars(APPLICANT), **at_run_time(party)})
    with pytest.raises(InvalidInput, match=words) as refused:
        opened(cast, parties=[RESPONDENT, wrong])
    assert refused.value.field == f"party-1-{field}"
    assert not Dispute.objects.exists()


def test_two_people_of_one_name_are_told_apart_by_their_numbers(cast: Cast) -> None:
    twin = PartyText(**{**vars(RESPONDENT), "name": APPLICANT.name})
    case = opened(cast, parties=[APPLICANT, twin])
    assert {p.name for p in case.parties.all()} == {"陈翀"}


def test_foreign_documents_and_organisations_are_taken(cast: Cast) -> None:
    abroad = PartyText(
        side="applicant",
        name="Müller-Ó Briain",
        document="passport",
        id_number="c01x00t47",
        phone="+4917012345678",
    )
    firm = PartyText(
        side="respondent", name="温岭市锦河物业有限公司", kind="organisation", document="credit_code"
    )
    case = opened(cast, parties=[abroad, firm])
    first, second = case.parties.order_by("side")
    assert (first.id_number, second.shown) == ("C01X00T47", "温岭市锦河物业有限公司")
    agent = parties.add_agent(
        party=second,
        actor=cast.mediator,
        text=AgentText("legal_representative", "罗示例", id_number="331081197808080048"),
    )
    assert str(agent) == "罗**"
    with pytest.raises(InvalidInput, match="特别授权"):
        parties.add_agent(
            party=first, actor=cast.mediator, text=AgentText("guardian", "王示例", special=True)
        )


def test_a_minor_needs_a_guardian(cast: Cast) -> None:
    child = PartyText(side="applicant", name="小明", id_number="331081201503030030")
    case = opened(cast, parties=[child, RESPONDENT])
    with pytest.raises(InvalidInput, match="监护人"):
        moves.accept(dispute=case, actor=cast.mediator)
    parties.add_agent(
        party=case.parties.get(is_minor=True), actor=cast.mediator, text=AgentText("guardian", "陈示例")
    )
    moves.accept(dispute=case, actor=cast.mediator)
    assert fresh(case).matter.state == "accepted"


def test_without_the_other_side_nothing_is_accepted(cast: Cast) -> None:
    case = opened(cast, parties=[APPLICANT])
    with pytest.raises(InvalidInput, match="还没有被申请人"):
        moves.accept(dispute=case, actor=cast.mediator)
    parties.add_party(dispute=case, actor=cast.mediator, text=RESPONDENT)
    moves.accept(dispute=case, actor=cast.mediator)
    case = fresh(case)
    assert case.due_on == month_after(today(), 1)
    assert case.mediator == cast.mediator


def test_who_refuses_is_not_mediated(cast: Cast) -> None:
    case = opened(cast, parties=[APPLICANT, PartyText(**{**vars(RESPONDENT), "consent": "refused"})])
    with pytest.raises(InvalidInput, match="第十七条"):
        moves.accept(dispute=case, actor=cast.mediator)
    moves.end(dispute=case, action="refuse", note="被申请人明确拒绝", actor=cast.mediator)
    case = fresh(case)
    assert (case.result, case.matter.state) == ("refused", "refused")
    complete(case, cast)
    moves.archive(dispute=case, actor=cast.mediator)
    assert fresh(case).matter.outcome == "could_not"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"facts": " "}, "facts"),
        ({"responsibility": ""}, "responsibility"),
        ({"content": ""}, "content"),
        ({"manner": ""}, "manner"),
        ({"term_on": None}, "term_on"),
        ({"currency": ""}, "currency"),
        ({"amount": None}, "amount"),
        ({"amount": Decimal(0)}, "amount"),
        ({"signed_on": lambda: today() - timedelta(days=1)}, "signed_on"),
        ({"signed_on": lambda: today() + timedelta(days=1)}, "signed_on"),
        ({"term_on": lambda: today() - timedelta(days=1)}, "term_on"),
        ({"manner": "instalments"}, "parts"),
        ({"parts": lambda: [Part(today(), Decimal(1)), Part(today(), Decimal(2))]}, "parts"),
        ({"parts": lambda: [Part(today() + timedelta(days=99), Decimal(3000))]}, "parts"),
    ],
)
def test_an_agreement_lacks_nothing_that_the_law_names(
    cast: Cast, changed: dict[str, Any], field: str
) -> None:
    case = mediating(cast)
    with pytest.raises(InvalidInput) as refused:
        agreements.conclude(dispute=case, actor=cast.mediator, terms=terms(**at_run_time(changed)))
    assert refused.value.field == field
    assert fresh(case).matter.state == "mediating"


def test_instalments_are_kept_one_by_one(cast: Cast) -> None:
    parts = [Part(today() + timedelta(days=n), Decimal(1000)) for n in (5, 10, 15)]
    case = performing(cast, manner="instalments", parts=parts)
    first, *others = case.agreements.get().instalments.select_related("agreement__dispute__matter__area")
    with pytest.raises(InvalidInput, match="凭证"):
        agreements.keep(instalment=first, actor=cast.mediator, done_on=today(), proof=" ")
    agreements.keep(instalment=first, actor=cast.mediator, done_on=today(), proof="转账")
    with pytest.raises(InvalidInput, match="已经登记"):
        agreements.keep(instalment=first, actor=cast.mediator, done_on=today(), proof="转账")
    assert fresh(case).matter.state == "performing"
    for part in others:
        agreements.keep(instalment=part, actor=cast.mediator, done_on=today(), proof="转账")
    assert fresh(case).matter.state == "performed"


def test_a_visit_is_not_registered_long_before_its_day(cast: Cast) -> None:
    case = performing(cast)
    second = FollowUp.objects.select_related("dispute__matter__area").get(dispute=case, after_days=30)
    given: dict[str, Any] = {
        "actor": cast.mediator,
        "done_on": today(),
        "way": "phone",
        "finding": "kept",
        "note": "好",
    }
    for due_in in (30, 4):
        FollowUp.objects.filter(pk=second.pk).update(due_on=today() + timedelta(days=due_in))
        with pytest.raises(InvalidInput, match=r"30天回访从.*起登记.*写成笔录") as refused:
            agreements.visit(follow_up=second, **given)
        assert refused.value.field == "done_on"
    FollowUp.objects.filter(pk=second.pk).update(due_on=today() + timedelta(days=3))
    agreements.visit(follow_up=second, **given)
    second.refresh_from_db()
    assert second.done_on == today()


def test_a_later_effect_waits_for_its_day(cast: Cast) -> None:
    case = performing(cast, effective_on=today() + timedelta(days=2))
    assert case.matter.state == "agreed"
    with pytest.raises(InvalidInput, match="才生效"):
        agreements.take_effect(dispute=case, actor=cast.mediator)


def test_the_court_is_asked_by_both_within_thirty_days(cast: Cast) -> None:
    case = performing(cast)
    court: dict[str, Any] = {"actor": cast.mediator, "applied_on": today(), "court": "温岭市人民法院"}
    with pytest.raises(InvalidInput, match="共同申请"):
        agreements.confirm(dispute=case, by_both=False, **court)
    made = agreements.confirm(dispute=case, by_both=True, **court)
    assert made.apply_by == today() + timedelta(days=30)
    with pytest.raises(Conflict, match="已经申请"):
        agreements.confirm(dispute=case, by_both=True, **court)
    agreements.ruling(dispute=case, actor=cast.mediator, result="confirmed", decided_on=today())
    made.refresh_from_db()
    assert made.result == "confirmed"


def test_after_thirty_days_it_is_too_late_for_the_court(cast: Cast) -> None:
    case = performing(cast)
    case.agreements.update(effective_on=today() - timedelta(days=31))
    with pytest.raises(InvalidInput, match="已过申请期限"):
        agreements.confirm(
            dispute=case, actor=cast.mediator, applied_on=today(), court="温岭市人民法院", by_both=True
        )


def test_longer_than_a_month_only_as_both_agree_in_writing(cast: Cast) -> None:
    case = mediating(cast)
    assert case.due_on
    until = case.due_on + timedelta(days=10)
    with pytest.raises(InvalidInput, match="书面同意"):
        moves.extend(dispute=case, actor=cast.mediator, until=until, by_both=False, note="等鉴定")
    moves.extend(dispute=case, actor=cast.mediator, until=until, by_both=True, note="等鉴定")
    case = fresh(case)
    assert (case.due_on, case.extended_by_both, case.matter.state) == (until, True, "mediating")


def test_a_failed_case_is_opened_again_for_another_month(cast: Cast, station: Station) -> None:
    case = mediating(cast)
    moves.end(dispute=case, action="fail", note="差距太大", actor=cast.mediator)
    assert fresh(case).result == "failure"
    moves.reopen(dispute=fresh(case), actor=cast.mediator, note="双方愿意再谈")
    case = fresh(case)
    assert (case.result, case.concluded_on, case.matter.state) == ("", None, "mediating")
    agreements.conclude(dispute=case, actor=cast.mediator, terms=terms())
    moves.reopen(dispute=fresh(case), actor=cast.mediator, note="又起争执")
    agreements.conclude(dispute=fresh(case), actor=cast.mediator, terms=terms(amount=Decimal(2000)))
    case = fresh(case)
    assert [a.is_current for a in case.agreements.all()] == [False, True]
    assert case.result == "success"


def test_an_archived_case_opens_again(cast: Cast) -> None:
    case = accepted(cast)
    moves.end(dispute=case, action="withdraw", note="自行和解", actor=cast.mediator)
    complete(fresh(case), cast)
    moves.archive(dispute=fresh(case), actor=cast.mediator)
    moves.reopen(dispute=fresh(case), actor=cast.mediator, note="和解没有兑现")
    case = fresh(case)
    assert (case.matter.closed_at, case.matter.outcome, case.archived_on) == (None, "", None)


def test_archiving_is_refused_naming_what_is_missing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moves, "MISSING", [lambda case: ["调解记录", "回访记录"]])
    case = accepted(cast)
    moves.end(dispute=case, action="fail", note="谈不成", actor=cast.mediator)
    with pytest.raises(InvalidInput, match="缺：调解记录、回访记录"):
        moves.archive(dispute=fresh(case), actor=cast.mediator)


def test_a_risk_is_told_to_the_police_at_once(cast: Cast) -> None:
    case = accepted(cast)
    with pytest.raises(InvalidInput, match="什么风险"):
        moves.assess(dispute=case, actor=cast.mediator, risk="high")
    moves.assess(dispute=case, actor=cast.mediator, risk="high", note="扬言动手，已劝离")
    assert fresh(case).police_told_at
    told = Notice.objects.get(recipient=cast.police)
    assert "可能激化" in told.subject
    assert "第二十五条" in told.body


def test_a_record_before_the_case_or_to_come_is_refused(cast: Cast) -> None:
    case = accepted(cast)
    for at, words in ((hour(-48), "早于案件登记日期"), (hour(5), "之后")):
        with pytest.raises(InvalidInput, match=words):
            records.write(dispute=case, actor=cast.mediator, kind="investigation", at=at, text="现场查看")


def test_a_call_handed_over_is_one_case_with_what_is_known(cast: Cast, station: Station) -> None:
    call = incident(cast, cast.grid_a, incident_type="dispute")
    for _ in range(2):
        take_over(matter=call, actor=cast.police, to="mediation")
    case = Dispute.objects.get(origin=call)
    assert (case.source, case.station, case.matter.area) == ("police", cast.station, cast.grid_a)
    assert "夜宵摊太吵" in case.facts
    assert case.parties.get().name == "张三丰"
    assert case.matter.events.count() == 1
    take_over(matter=call, actor=cast.police, to="enforcement")
    assert Dispute.objects.count() == 1


def test_only_the_page_of_the_case_does_what_writes_rows(cast: Cast) -> None:
    case = opened(cast)
    with pytest.raises(InvalidInput, match="案件页"):
        advance(matter=case.matter, action="accept", actor=cast.mediator)
    assert fresh(case).matter.state == "registered"


def test_a_stale_page_does_not_move_the_case(cast: Cast) -> None:
    case = opened(cast)
    moves.accept(dispute=case, actor=cast.mediator, version=1)
    with pytest.raises(Conflict, match="刚被别人更新"):
        moves.start(dispute=fresh(case), action="mediate", actor=cast.mediator, version=1)


@pytest.mark.parametrize("state", list(STATES))
def test_every_action_is_open_only_in_its_states(cast: Cast, state: str) -> None:
    case = opened(cast)
    type(case.matter).objects.filter(pk=case.pk).update(state=state)
    case = fresh(case)
    allowed = {t.action for t in DISPUTE.loop if state in t.sources}
    assert {t.action for t in available_actions(case.matter, cast.mediator)} == allowed
    assert {t.action for t in available_actions(case.matter, cast.liaison)} == set()
    for action in {t.action for t in DISPUTE.loop} - allowed:
        with pytest.raises(TransitionRefused):
            advance(matter=case.matter, action=action, actor=cast.mediator, note="试")


def test_the_leader_assigns_but_does_not_handle(cast: Cast, station: Station) -> None:
    case = opened(cast)
    with pytest.raises(NotAllowed):
        moves.accept(dispute=case, actor=cast.leader)
    moves.assign(dispute=case, actor=cast.leader, mediator=cast.mediator, brand=station.brand)
    case = fresh(case)
    assert (case.mediator, case.brand) == (cast.mediator, station.brand)
    with pytest.raises(InvalidInput, match="不在本工作站"):
        moves.assign(dispute=case, actor=cast.leader, mediator=station.other_mediator)


def test_another_station_neither_registers_nor_moves_here(cast: Cast, station: Station) -> None:
    with pytest.raises(NotFound):
        opened(cast, actor=station.other_mediator)
    case = opened(cast)
    with pytest.raises(NotFound):
        moves.accept(dispute=case, actor=station.other_mediator)


def test_a_hazard_that_is_a_quarrel_is_taken_over_with_its_place(cast: Cast, station: Station) -> None:
    found = hazard(cast, address="河边村一区9号")
    take_over(matter=found.matter, actor=cast.officer, to="mediation")
    case = Dispute.objects.get(origin=found.matter)
    assert (case.source, case.address, case.facts) == ("grid", "河边村一区9号", found.description)
    assert not case.parties.exists()
