"""调解记录: who was there, who signs, and what came of the sitting."""

from datetime import date, time, timedelta
from typing import Any

import pytest

from matters.models import Event
from mediation.models import Agent, Attendance, Dispute, Invitation, Record, Session
from mediation.papers import minutes
from mediation.papers.rendering import render
from mediation.papers.slots import slot_of, slots_of
from shared.dates import at
from tests.cast import Cast
from tests.mediation.cases import user_at
from tests.mediation.files import mediated, settled
from tests.mediation.test_typesetting import pages_of

DONE = "√调解成功"


def said(case: Dispute, on: date, text: str = "再谈") -> Record:
    """A record of mediation on that day."""
    by = case.mediator or case.matter.reporter
    assert by is not None
    row: Record = case.records.create(kind="mediation", at=at(on, time(15)), text=text, by=by)
    return row


def test_the_last_record_before_the_agreement_tells_it(cast: Cast) -> None:
    case = settled(cast)
    first, last, after = (said(case, date(2026, 11, day)) for day in (15, 20, 25))
    assert minutes.record(first)["result"] == "有待继续调解"
    told = minutes.record(last)
    assert (told["result"], told["said"]) == (
        "调解成功",
        "各方当事人于2026年11月20日自愿达成调解协议，签订人民调解协议书。",
    )
    assert minutes.record(after)["result"] == ""
    page = "".join(pages_of(render(slot_of(case, "record", last.pk).content(case))))
    assert f"{DONE}调解不成有待继续调解各方当事人于2026年11月20日自愿达成" in page


def test_an_open_case_leaves_its_newest_record_to_be_ticked(cast: Cast) -> None:
    case = mediated(cast)
    newest = next(slot for slot in slots_of(case) if slot.code == "sitting")
    page = "".join(pages_of(render(newest.content(case))))
    assert "调解结果：调解成功调解不成有待继续调解（签名" in page
    said(case, date(2026, 11, 22))
    page = "".join(pages_of(render(slot_of(case, "sitting", newest.subject).content(case))))
    assert "√有待继续调解" in page


@pytest.mark.parametrize(
    ("action", "told"),
    [
        ("fail", "各方当事人未能达成协议，调解于2026年11月23日终止。"),
        ("withdraw", "当事人撤回申请，调解于2026年11月23日终止。"),
    ],
)
def test_a_failure_is_told_too(cast: Cast, action: str, told: str) -> None:
    case = mediated(cast)
    last = said(case, date(2026, 11, 22))
    Event.objects.create(
        matter=case.matter, action=action, label="终止", to_state="failed", at=at(date(2026, 11, 23), time(9))
    )
    assert minutes.record(last)["result"] == "调解不成"
    assert minutes.record(last)["said"] == told


def held(case: Dispute, cast: Cast, **there: Any) -> dict[str, Any]:
    """The paper of the case's sitting, with these people noted as present or not."""
    session = Session.objects.get(dispute=case)
    for (kind, row), present in there["seats"]:
        Attendance.objects.create(session=session, present=present, **{kind: row})
    return minutes.sitting(session)


def test_only_who_was_there_is_named_and_signs(cast: Cast) -> None:
    case = mediated(cast)
    chen, abdul, firm = case.parties.order_by("position")
    lawyer = Agent.objects.get(party=chen, role="agent")
    helper = user_at("helper", "mediator", cast.village, cast.station)
    asked = Invitation.objects.create(
        dispute=case,
        unit=cast.station,
        asked_by=cast.mediator,
        asked_at=case.received_at,
        answer_by=case.received_at + timedelta(days=1),
        question="请到场",
    )
    paper = held(
        case,
        cast,
        seats=[
            (("user", cast.mediator), True),
            (("party", chen), False),
            (("agent", lawyer), True),
            (("party", abdul), False),
            (("party", firm), True),
            (("user", helper), True),
            (("invitation", asked), True),
        ],
    )
    assert paper["parties"] == ["申请人 陈翀龢", "被申请人 温岭市示例鞋业有限公司"]
    assert [one["name"] for one in paper["signers"]] == [
        "陈翀龢，林䶮代",
        "温岭市示例鞋业有限公司，王示例代",
    ]
    assert paper["attended"] == f"林䶮（陈翀龢的委托代理人）、{cast.station}"
    assert paper["mediators"] == [cast.mediator.name, helper.name]


def test_where_nobody_noted_who_came_all_parties_stand(cast: Cast) -> None:
    assert len(held(mediated(cast), cast, seats=[])["parties"]) == 3


def test_a_sitting_to_which_no_party_came_says_so(cast: Cast) -> None:
    case = mediated(cast)
    held(case, cast, seats=[(("party", party), False) for party in case.parties.all()])
    slot = next(slot for slot in slots_of(case) if slot.code == "sitting")
    page = "".join(pages_of(render(slot.content(case))))
    assert "当事人均未到场" in page
    assert "自愿接受调解" not in page
