"""Taking a report: once, in the right place, within the limits, and nothing that should not come in."""

from datetime import time, timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from grids import reference
from grids.models import Parameter
from grids.workflow import Position
from incidents.models import PoliceIncident
from incidents.reports import limits
from incidents.reports.limits import Sender
from incidents.reports.models import ALPHABET, CitizenReport, UseCount
from incidents.reports.public import followed
from matters.models import ClockRun, EventPhoto, Matter, Notice
from matters.queries import waiting_for
from matters.workdays import calendar
from matters.workflow import advance
from shared.dates import at, today
from shared.errors import Conflict, DomainError, InvalidInput, TooOften
from tests.cast import Cast, build_cast
from tests.incidents.made import incident
from tests.incidents.reports.made import PHONE, SOMEBODY, a_photo, report


@pytest.mark.parametrize(
    ("chosen", "address", "place", "how"),
    [
        ("village", "", "village", "chosen"),
        ("village", "一区26号", "grid_a", "chosen"),
        ("village", "河边村二区3号门口", "grid_a2", "chosen"),
        ("grid_a2", "", "grid_a2", "chosen"),
        ("", "温岭市城东街道河边村一区26号", "grid_a", "address"),
        ("", "殿前村楼山路8号", "grid_b", "alias"),
        ("", "河边村老樟树下", "village", "address"),
        ("", "夜市一带", "street", "tray"),
    ],
)
def test_it_is_placed_as_police_incidents_are(
    cast: Cast, chosen: str, address: str, place: str, how: str
) -> None:
    made = report(cast, getattr(cast, chosen) if chosen else None, address=address)
    assert (made.matter.area, made.placed) == (getattr(cast, place), how)
    assert (made.matter.state, made.matter.reporter, made.matter.kind) == ("reported", None, "citizen_report")
    assert made.matter.number.startswith("QZ")


def test_it_says_by_when_there_is_an_answer(cast: Cast) -> None:
    made = report(cast)
    taken_in = ClockRun.objects.get(matter=made.matter, stage="accept")
    told = followed(made)
    assert (told.due_at, told.due_for) == (taken_in.due_at, "受理")
    advance(matter=made.matter, action="accept", actor=cast.officer)
    told = followed(made)
    assert told.due_at == at(calendar().add(today(), 7), time(23, 59, 59))
    assert told.due_for == "办好"


def test_it_waits_in_the_one_list_of_who_takes_it_in(cast: Cast) -> None:
    near, lost = report(cast).matter, report(cast, address="夜市一带").matter
    assert set(Matter.objects.filter(waiting_for(cast.officer))) == {near}
    assert set(Matter.objects.filter(waiting_for(cast.command))) == {lost}
    assert not Matter.objects.filter(waiting_for(cast.worker)).exists()
    told = {notice.recipient: notice.url for notice in Notice.objects.all()}
    assert told[cast.officer] == f"/matters/{near.pk}/"
    assert told[cast.command] == f"/matters/{lost.pk}/"
    assert cast.other_officer not in told


def test_the_code_is_unguessable_and_readable(cast: Cast) -> None:
    codes = {report(cast).code for _ in range(20)}
    assert len(codes) == 20
    assert all(len(code) == 10 and set(code) <= set(ALPHABET) for code in codes)
    assert not set("01OIL") & set(ALPHABET)


def test_a_phone_is_kept_encrypted_and_found_like_a_caller_of_the_police(cast: Cast) -> None:
    made = report(cast, phone=" 139-0000 4321 ")
    assert (made.phone, made.phone_tail) == (PHONE, "4321")
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM incidents_citizenreport WHERE matter_id = %s", [made.pk])
        assert PHONE not in cursor.fetchone()[0]
    called = PoliceIncident.objects.get(matter=incident(cast, caller_phone=PHONE))
    assert called.phone_index == made.phone_index


def test_numbers_stay_out_of_the_title(cast: Cast) -> None:
    assert "13812345678" not in report(cast, address="河边村一区26号13812345678").matter.title


def test_the_same_again_is_the_first_answer_and_not_counted(cast: Cast) -> None:
    client_id, photo = uuid4(), a_photo()
    first = report(cast, sender=SOMEBODY, client_id=client_id, photos=[photo], description="一\r\n二")
    again = report(cast, sender=SOMEBODY, client_id=client_id, photos=[photo], description="一\n二")
    assert first.pk == again.pk
    assert (CitizenReport.objects.count(), EventPhoto.objects.count()) == (1, 1)
    assert UseCount.objects.get().count == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"description": "别的"},
        {"report_type": "noise"},
        {"address": "河边村二区1号"},
        {"phone": PHONE},
        {"photos": 1},
    ],
)
def test_a_replayed_id_with_other_content_is_refused_and_leaves_no_file(
    cast: Cast, changed: dict[str, Any]
) -> None:
    first = report(cast)
    if "photos" in changed:
        changed = {"photos": [a_photo()]}
    with pytest.raises(Conflict) as refused:
        report(cast, client_id=first.client_id, **changed)
    assert first.code not in refused.value.message
    assert CitizenReport.objects.count() == 1
    assert not [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"report_type": "bogus"}, "report_type"),
        ({"description": " \n "}, "description"),
        ({"description": "长" * 5000}, "description"),
        ({"address": "  "}, "address"),
        ({"phone": "12345"}, "phone"),
        ({"phone": "1.39E+10x"}, "phone"),
    ],
)
def test_what_cannot_be_right_is_named(cast: Cast, changed: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        report(cast, **changed)
    assert refused.value.field == field
    assert not Matter.objects.exists()


def test_position_is_kept_where_it_was_given(cast: Cast) -> None:
    made = report(cast, position=Position(28.37, 121.38, 12.0))
    assert (made.latitude, made.longitude, made.accuracy) == (28.37, 121.38, 12.0)
    assert report(cast).latitude is None


def test_a_hundred_from_one_address_are_not_taken(cast: Cast) -> None:
    taken, refusals = 0, []
    for _ in range(100):
        try:
            report(cast, sender=SOMEBODY)
            taken += 1
        except TooOften as refused:
            refusals.append(refused)
    assert taken == Parameter.objects.get(code="report_address_hour").value == 20
    assert len(refusals) == 80
    assert CitizenReport.objects.count() == Matter.objects.count() == 20
    assert refusals[0].status == 429
    assert 0 < refusals[0].extra["retry_after"] <= 3600
    assert ":00 以后再试" in refusals[0].message
    assert report(cast, sender=Sender("10.0.0.10")).pk


def test_a_device_is_counted_by_the_day_wherever_it_is(cast: Cast) -> None:
    Parameter.objects.filter(code="report_device_day").update(value=2)
    for n in range(2):
        report(cast, sender=Sender(f"10.2.0.{n}", device="phone"))
    with pytest.raises(TooOften, match="明天 00:00"):
        report(cast, sender=Sender("10.2.0.9", device="phone"))
    assert report(cast, sender=Sender("10.2.0.9", device="other")).pk


def test_counters_know_no_address_and_go_after_two_days(cast: Cast) -> None:
    report(cast, sender=SOMEBODY)
    assert SOMEBODY.address not in UseCount.objects.get().key
    assert limits.forget() == 0
    UseCount.objects.update(starts_at=timezone.now() - timedelta(days=3))
    assert limits.forget() == 1


def test_two_threads_with_one_form_make_one_report_and_the_limit_holds(transactional_db: None) -> None:
    reference.load()
    cast = build_cast()
    Parameter.objects.filter(code="report_address_hour").update(value=3)
    client_id, barrier, outcomes = uuid4(), Barrier(6), list[str]()

    def send(own: bool) -> None:
        barrier.wait()
        try:
            outcomes.append(report(cast, sender=SOMEBODY, client_id=uuid4() if own else client_id).code)
        except DomainError as refused:
            outcomes.append(refused.code)
        connection.close()

    threads = [Thread(target=send, args=[n > 1]) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 6
    assert CitizenReport.objects.count() == 3
    assert CitizenReport.objects.filter(client_id=client_id).count() <= 1
    assert "too_often" in outcomes
