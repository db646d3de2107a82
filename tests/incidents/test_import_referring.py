"""Rows that the police mark 移交调解: a case each, by the way of a referral, once however often they come."""

from typing import Any

import pytest

from grids.imports import engine
from grids.imports.workflow import receive
from grids.models import ImportBatch, Unit
from incidents.diversions.models import Diversion
from incidents.importing.tray import place_incident
from incidents.models import PoliceIncident
from matters.models import Event, Notice
from matters.workflow import advance
from mediation.models import Dispute
from tests.cast import Cast
from tests.incidents.exports import HEADER, WEEK, line, one

pytestmark = pytest.mark.django_db


def take(cast: Cast, *rows: str, **more: Any) -> ImportBatch:
    data = more.pop("data", None) or "\n".join((HEADER, *rows)).encode()
    batch = receive(
        kind="incidents", area=cast.street, name="x.csv", data=data, **{"actor": cast.police, **more}
    )
    return engine.run_batch(batch.pk)


def marked(number: str = "A1", **columns: str) -> str:
    return line(number, **{"mediation": "是", **columns})


def test_a_marked_row_is_a_case_and_its_matter_is_referred(cast: Cast) -> None:
    take(cast, marked(), line("A2"))
    case = Dispute.objects.get()
    matter = one().matter
    assert (case.origin_id, case.station, case.source, case.dispute_type) == (
        matter.pk,
        cast.station,
        "police",
        "neighbour",
    )
    assert [(party.side, party.name) for party in case.parties.all()] == [("applicant", "张示例")]
    assert (matter.state, matter.outcome) == ("referred", "passed_on")
    refer = matter.events.get(action="refer")
    assert (refer.actor, refer.evidence["refer_to"]) == (None, "mediation")
    assert one("A2").matter.state == "assigned"
    assert Notice.objects.filter(recipient=cast.mediator, subject__startswith="新转来的纠纷").count() == 1


def test_again_and_changed_it_stays_one(cast: Cast) -> None:
    take(cast, marked())
    take(cast, marked())
    take(cast, marked(summary="停车，又吵"))
    assert Dispute.objects.count() == 1
    assert Event.objects.filter(action="refer").count() == 1


def test_marked_only_later_it_goes_then(cast: Cast) -> None:
    take(cast, line())
    assert not Dispute.objects.exists()
    take(cast, marked())
    assert Dispute.objects.get().origin_id == one().pk


def test_a_dry_run_refers_nothing(cast: Cast) -> None:
    take(cast, marked(), dry_run=True)
    assert not Dispute.objects.exists()


def test_what_was_answered_or_opened_again_by_an_official_stays_with_him(cast: Cast) -> None:
    take(cast, line(), marked("A2"))
    advance(matter=one().matter, action="echo", actor=cast.officer, note="已上门调停，双方和好。")
    take(cast, marked())
    assert one().matter.state == "echoed"
    matter = one("A2").matter
    matter.state, matter.closed_at, matter.outcome = "accepted", None, ""
    matter.save()
    take(cast, marked("A2", summary="还在吵"))
    assert one("A2").matter.state == "accepted"
    assert Dispute.objects.count() == 1


def test_one_that_was_diverted_stays_with_its_receiver(cast: Cast) -> None:
    take(cast, line())
    advance(
        matter=one().matter, action="divert", actor=cast.police, evidence={"receiver": str(cast.station.pk)}
    )
    take(cast, marked())
    assert Diversion.objects.get().ended_at is None
    assert not Dispute.objects.exists()


def test_one_of_the_tray_goes_when_it_is_placed(cast: Cast) -> None:
    take(cast, marked(address="夜市", village="不知道"))
    assert (one().placed, Dispute.objects.count()) == ("tray", 0)
    place_incident(incident=one(), actor=cast.command, area=cast.grid_a)
    case = Dispute.objects.get()
    assert (case.origin_id, case.station) == (one().pk, cast.station)
    assert (one().matter.state, one().placed) == ("referred", "hand")


def test_without_a_station_the_timeline_says_why_once(cast: Cast) -> None:
    Unit.objects.filter(kind="station").update(kind="department")
    for _ in range(2):
        take(cast, marked())
    told = Event.objects.get(matter=one().matter, action="not_referred")
    assert "还没有联勤工作站" in told.note
    assert one().matter.state == "assigned"


def test_the_week_file_twice(cast: Cast) -> None:
    for _ in range(2):
        take(cast, data=WEEK.read_bytes())
    placed = PoliceIncident.objects.filter(to_mediation=True).exclude(placed="tray")
    assert placed.count() > 5
    assert set(Dispute.objects.values_list("origin", flat=True)) == set(placed.values_list("pk", flat=True))
    assert set(placed.values_list("matter__state", flat=True)) == {"referred"}
