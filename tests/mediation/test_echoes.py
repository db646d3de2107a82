"""A case tells the matter that it came from how it goes: staff on its page, a resident in public words."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from incidents.reports.models import CitizenReport
from incidents.reports.public import as_json, followed
from matters.models import Event, Matter
from matters.workflow import advance
from mediation.echoes import WORDS
from mediation.models import Dispute
from mediation.workflow import agreements, moves, parties
from tests.cast import Cast
from tests.incidents.made import incident
from tests.incidents.reports.made import PHONE, report
from tests.mediation.cases import APPLICANT, RESPONDENT, Station, fresh, station, terms

__all__ = ["station"]
AsUser = Callable[[Any], Client]


def referred(matter: Matter, actor: Any) -> Dispute:
    """Passed on to mediation as an officer does it."""
    evidence = {"refer_to": "mediation", "answer": "已请联勤工作站调解"}
    advance(matter=matter, action="refer", actor=actor, evidence=evidence)
    return Dispute.objects.select_related("matter__area", "station__area").get(origin=matter)


def with_parties(cast: Cast, case: Dispute) -> Dispute:
    for person in (APPLICANT, RESPONDENT):
        parties.add_party(dispute=case, actor=cast.mediator, text=person)
    moves.accept(dispute=fresh(case), actor=cast.mediator)
    return fresh(case)


def lines(matter: Matter) -> list[tuple[str, str]]:
    found = Event.objects.filter(matter=matter, action="mediated").order_by("id")
    return [(event.label, event.note) for event in found]


def test_a_report_that_was_referred_tells_its_sender_how_the_mediation_went(
    cast: Cast, station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moves, "MISSING", [])
    made = report(cast, phone=PHONE, description="邻居半夜放音乐")
    case = with_parties(cast, referred(made.matter, cast.officer))
    moves.end(dispute=case, action="fail", actor=cast.mediator, note="陈翀不同意赔偿")
    moves.archive(dispute=fresh(case), actor=cast.mediator)
    read = CitizenReport.objects.select_related("matter__area__parent").get(pk=made.pk)
    told = as_json(followed(read))
    titles = [step["title"] for step in told["timeline"]]
    assert titles == ["已收到", "移交", "已受理调解", "调解不成", "调解已结案"]
    assert "法院起诉" in told["timeline"][3]["text"]
    for private in (APPLICANT.name, RESPONDENT.name, "赔偿", case.case_no, cast.mediator.name):
        assert private not in str(told)
    assert told["reopen_until"] is None


def test_an_incident_hears_of_success_and_reopening_and_leads_to_its_case(
    cast: Cast, station: Station, as_user: AsUser
) -> None:
    origin = incident(cast)
    case = with_parties(cast, referred(origin, cast.command))
    before = Matter.objects.get(pk=origin.pk).version
    agreements.conclude(dispute=case, actor=cast.mediator, terms=terms())
    moves.reopen(dispute=fresh(case), actor=cast.leader, note="对方反悔")
    assert [label for label, _ in lines(origin)] == ["已受理调解", "调解成功", "重新调解"]
    assert all(note.startswith(case.station.name) for _, note in lines(origin))
    assert Matter.objects.get(pk=origin.pk).version == before + 2
    link = reverse("case_page", args=[case.pk])
    page = reverse("matter_page", args=[origin.pk])
    assert link in as_user(cast.command).get(page).content.decode()
    assert link not in as_user(cast.officer).get(page).content.decode()


def test_a_case_without_origin_tells_nobody_and_every_result_has_words(cast: Cast, station: Station) -> None:
    assert set(Dispute.Result.values) <= set(WORDS)
    assert not Event.objects.filter(action="mediated").exists()
