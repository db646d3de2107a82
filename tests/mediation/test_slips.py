"""Slips of the hand and of programs: other years, other types, two people at once; refused in words, kept
nowhere."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from mediation.models import Dispute, Party
from mediation.workflow import parties
from mediation.workflow.parties import PartyText
from shared.dates import today
from shared.errors import InvalidInput
from tests.cast import Cast
from tests.mediation.cases import Station, fresh, mediating
from tests.mediation.test_pages import intake

AGREED = {
    "form": "written",
    "facts": "楼上漏水",
    "responsibility": "楼上负责",
    "content": "赔偿3000元",
    "manner": "other",
}


@pytest.mark.parametrize("year", ["0001", "1899", "2100", "9999"])
def test_no_case_of_another_age(cast: Cast, as_user: Any, year: str) -> None:
    """One row before the year 1 would shut every list of matters that it stands in."""
    client = as_user(cast.mediator)
    refused = client.post("/mediation/new/", intake(cast, occurred_at=f"{year}-01-01T00:00"))
    assert refused.status_code == 400
    assert "年份不对" in refused.content.decode()
    assert not Dispute.objects.exists()


@pytest.mark.parametrize("moment", ["0001-01-01", "0002-01-01T00:00:00+08:00"])
def test_a_program_gets_the_same_refusal(cast: Cast, api: Any, moment: str) -> None:
    sent = {**intake(cast), "occurred_at": moment, "parties": []}
    refused = api(cast.mediator).post("/api/v1/cases/", sent, format="json")
    assert refused.status_code == 400
    assert "occurred_at" in refused.json()["errors"]


@pytest.mark.parametrize("field", ["effective_on", "term_on"])
def test_an_agreement_takes_effect_in_our_time(cast: Cast, as_user: Any, field: str) -> None:
    """The court's thirty days are reckoned from it on every look at the case."""
    case, client = mediating(cast), as_user(cast.mediator)
    given = {**AGREED, "signed_on": today(), "term_on": today(), field: "9999-12-31"}
    refused = client.post(f"/mediation/{case.pk}/do/agree/", given)
    assert refused.status_code == 400
    assert "年份不对" in refused.content.decode()


@pytest.mark.parametrize("value", [5, True, 1.5, ["2027-01-05"], {"day": 5}, "昨天", None])
def test_a_step_refuses_what_is_no_day(cast: Cast, api: Any, value: Any) -> None:
    case = mediating(cast)
    sent = {"action": "extend", "until": value, "by_both": True, "note": "双方同意", "version": 1}
    refused = api(cast.mediator).post(f"/api/v1/cases/{case.pk}/steps/", sent, format="json")
    assert refused.status_code == 400
    assert "until" in refused.json()["errors"]


def test_a_step_takes_words_and_lists_of_choices(cast: Cast, station: Station, api: Any) -> None:
    case, client = mediating(cast), api(cast.mediator)
    address = f"/api/v1/cases/{case.pk}/steps/"
    listed = client.post(
        address, {"action": "risk", "risk": "watch", "note": ["打架"], "version": 1}, format="json"
    )
    assert listed.status_code == 400
    given = {"action": "assign", "mediator": cast.mediator.pk, "helpers": [], "brand": None}
    given["version"] = fresh(case).matter.version
    assert client.post(address, given, format="json").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_who_leaves_leaves_once_and_stays_away(cast: Cast) -> None:
    case = mediating(cast)
    third = parties.add_party(dispute=case, actor=cast.mediator, text=PartyText(side="third", name="李示例"))
    gate = Barrier(4)

    def leave(_: int) -> bool:
        party = Party.objects.select_related("dispute__matter").get(pk=third.pk)
        gate.wait()
        try:
            parties.leave(party=party, actor=cast.mediator, note="不再参加")
        except InvalidInput:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(leave, range(4))) == 1
    assert fresh(case).matter.events.filter(action="party_left").count() == 1
    with pytest.raises(InvalidInput, match="已经退出"):
        parties.change_party(
            party=third, actor=cast.mediator, text=PartyText(side="third", name="李示例", phone="13900009999")
        )
    assert Party.objects.get(pk=third.pk).left_on


def test_leaving_keeps_what_another_wrote_meanwhile(cast: Cast) -> None:
    case = mediating(cast)
    third = parties.add_party(dispute=case, actor=cast.mediator, text=PartyText(side="third", name="李示例"))
    stale = Party.objects.select_related("dispute__matter").get(pk=third.pk)
    text = PartyText(side="third", name="李示例", phone="13900009999")
    parties.change_party(party=third, actor=cast.mediator, text=text)
    parties.leave(party=stale, actor=cast.mediator, note="不再参加")
    assert Party.objects.get(pk=third.pk).phone == "13900009999"
