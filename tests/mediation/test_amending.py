"""What was written at intake is set right, and what was there stays on record."""

from decimal import Decimal
from typing import Any

import pghistory.models
import pytest

from matters.workflow import advance
from mediation.models import Dispute
from mediation.workflow.intake import CaseText, amend
from shared.errors import Conflict, InvalidInput, TransitionRefused
from tests.cast import Cast
from tests.incidents.made import incident
from tests.mediation.cases import fresh, opened
from tests.mediation.made import dispute

SENT = {
    "dispute_type": "damage",
    "facts": "二楼漏水，\r\n一楼天花板发霉",
    "request": "1、修好水管",
    "address": "河边村一区27号",
    "amount": "6000",
    "currency": "CNY",
}


def brought(cast: Cast) -> Dispute:
    """A case that an incident became."""
    matter = incident(cast, title="噪音扰民", incident_type="noise")
    given = {"refer_to": "mediation", "answer": "双方愿意调解"}
    advance(matter=matter, action="refer", actor=cast.command, evidence=given)
    return Dispute.objects.get(origin=matter)


def test_a_case_that_was_taken_over_is_set_right_and_counted_so(cast: Cast, as_user: Any) -> None:
    case, client = brought(cast), as_user(cast.mediator)
    address = f"/mediation/{case.pk}/do/amend/"
    before, form = case.facts, client.get(address).content.decode()
    assert before in form
    assert 'name="source"' not in form
    assert client.post(address, {**SENT, "version": case.matter.version}).status_code == 302
    case = fresh(case)
    assert (case.dispute_type, case.amount, case.source) == ("damage", Decimal(6000), "police")
    assert case.address_key
    assert case.matter.title == "损害赔偿纠纷：河边村一区27号"
    line = case.matter.events.latest("id")
    assert line.evidence["changed"] == "纠纷类型、情况、要求、地点、金额"
    assert "更正登记：纠纷类型" in client.get(f"/mediation/{case.pk}/").content.decode()
    kept = pghistory.models.Events.objects.tracks(case).filter(pgh_model="mediation.DisputeEvent")
    assert before in {event.pgh_data["facts"] for event in kept}


def test_the_same_again_changes_nothing(cast: Cast, as_user: Any) -> None:
    case, client = brought(cast), as_user(cast.mediator)
    sent = {**SENT, "version": case.matter.version}
    answers = [client.post(f"/mediation/{case.pk}/do/amend/", sent).status_code for _ in range(2)]
    assert answers == [302, 409]
    again = {**SENT, "version": fresh(case).matter.version}
    refused = client.post(f"/mediation/{case.pk}/do/amend/", again)
    assert refused.status_code == 400
    assert "没有要更正的" in refused.content.decode()
    assert case.matter.events.filter(action="amend").count() == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"facts": " "}, "facts"),
        ({"dispute_type": "war"}, "dispute_type"),
        ({"amount": Decimal(0)}, "amount"),
        ({"amount": Decimal(5), "currency": "QQQ"}, "currency"),
        ({"source": "grid"}, "source"),
    ],
)
def test_what_cannot_be_is_refused(cast: Cast, changed: dict[str, Any], field: str) -> None:
    text = CaseText(**{"dispute_type": "neighbour", "source": "police", "facts": "漏水", **changed})
    with pytest.raises(InvalidInput) as refused:
        amend(dispute=brought(cast), actor=cast.mediator, text=text)
    assert refused.value.field == field


def test_the_currency_of_a_sum_is_set_right(cast: Cast, as_user: Any) -> None:
    case, client = brought(cast), as_user(cast.mediator)
    for currency, told in (("CNY", "金额"), ("USD", "金额")):
        sent = {**SENT, "currency": currency, "version": fresh(case).matter.version}
        assert client.post(f"/mediation/{case.pk}/do/amend/", sent).status_code == 302
        assert fresh(case).currency == currency
        assert told in case.matter.events.latest("id").evidence["changed"]


def test_a_closed_file_is_not_amended_and_a_stale_page_is_told(cast: Cast) -> None:
    text = CaseText("neighbour", "application", "漏水，改过")
    with pytest.raises(TransitionRefused):
        amend(dispute=dispute(cast, state="archived"), actor=cast.mediator, text=text)
    case = opened(cast)
    with pytest.raises(Conflict):
        amend(dispute=case, actor=cast.mediator, text=text, version=case.matter.version + 1)
