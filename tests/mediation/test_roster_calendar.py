"""Calendars: two independent parsers read them, numbers stay, what was taken away is cancelled,
addresses are withdrawn.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import icalendar
import pytest
import vobject
from django.test import Client

from accounts.models import User
from mediation.models import Feed, Shift
from mediation.roster.workflow import change_shift, make_feed, revoke_feed
from mediation.roster.workflow.feeds import token_of
from shared.errors import NotFound
from tests.cast import Cast
from tests.mediation import rostered as made

pytestmark = pytest.mark.servers


@pytest.fixture
def team(cast: Cast) -> list[Any]:
    return made.rostered(cast)


def read(feed: Feed) -> bytes:
    """The calendar as a stranger with the address gets it."""
    answer = Client().get(f"/mediation/roster/feed/{token_of(feed)}.ics")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/calendar")
    return bytes(answer.content)


def events(data: bytes) -> dict[str, Any]:
    return {str(event["UID"]): event for event in icalendar.Calendar.from_ical(data).walk("VEVENT")}


def test_both_parsers_read_the_same_shifts(cast: Cast, team: list[Any]) -> None:
    shift = made.shift(cast.station, team[0], made.monday(), "晚班")
    data = read(make_feed(actor=team[0]))
    one = events(data)[f"{shift.uid}@roster.chengdong"]
    assert one["DTSTART"].dt == shift.starts_at
    assert one["DTEND"].dt == shift.ends_at
    assert one["DTSTART"].params["TZID"] == "Asia/Shanghai"
    assert (int(one["SEQUENCE"]), str(one["STATUS"])) == (0, "CONFIRMED")
    zone = icalendar.Calendar.from_ical(data).walk("VTIMEZONE")[0]
    assert str(zone["TZID"]) == "Asia/Shanghai"
    other = vobject.readOne(data.decode())
    assert other.vtimezone.tzid.value == "Asia/Shanghai"
    event = other.vevent
    assert event.uid.value == f"{shift.uid}@roster.chengdong"
    assert event.dtstart.value == shift.starts_at
    assert event.dtend.value == shift.ends_at
    assert "晚班" in event.summary.value
    assert max(len(line) for line in data.split(b"\r\n")) <= 75


def test_a_change_keeps_the_number_and_cancels_for_who_lost_it(cast: Cast, team: list[Any]) -> None:
    shift = made.shift(cast.station, team[0], made.monday())
    feeds = [make_feed(actor=person) for person in team[:2]]
    change_shift(actor=cast.command, uid=shift.uid, version=0, person=team[1], reason="临时出差")
    key = f"{shift.uid}@roster.chengdong"
    lost, won = (events(read(feed))[key] for feed in feeds)
    assert (int(lost["SEQUENCE"]), str(lost["STATUS"])) == (1, "CANCELLED")
    assert (int(won["SEQUENCE"]), str(won["STATUS"])) == (1, "CONFIRMED")
    assert "临时出差" in str(won["DESCRIPTION"])
    assert vobject.readOne(read(feeds[0]).decode()).vevent.status.value == "CANCELLED"


def test_a_stations_calendar_names_people_and_gaps(cast: Cast, team: list[Any]) -> None:
    shift = made.shift(cast.station, team[0], made.monday())
    gap = made.shift(cast.station, None, made.monday() + timedelta(days=1))
    Shift.objects.filter(pk=gap.pk).update(is_current=False)
    made_again = Shift.objects.get(pk=gap.pk)
    made_again.pk, made_again.version, made_again.cancelled, made_again.is_current = None, 1, True, True
    made_again.save()
    found = events(read(make_feed(actor=cast.command, station=cast.station)))
    assert "调解员0" in str(found[f"{shift.uid}@roster.chengdong"]["SUMMARY"])
    assert str(found[f"{gap.uid}@roster.chengdong"]["STATUS"]) == "CANCELLED"
    with pytest.raises(NotFound):
        make_feed(actor=cast.far_command, station=cast.station)


def test_an_address_cannot_be_guessed_and_is_withdrawn(
    cast: Cast, team: list[Any], as_user: Callable[[User], Client]
) -> None:
    feed = make_feed(actor=team[0])
    assert make_feed(actor=team[0]) == feed
    token = token_of(feed)
    assert len(token) > 60
    for wrong in (token[:-1] + ("0" if token[-1] != "0" else "1"), feed.nonce, "x" * 64):
        assert Client().get(f"/mediation/roster/feed/{wrong}.ics").status_code == 404
    with pytest.raises(NotFound):
        revoke_feed(actor=team[1], feed=feed)
    page = as_user(team[0]).get("/mediation/roster/mine/")
    assert token in page.content.decode()
    as_user(team[0]).post(f"/mediation/roster/feeds/{feed.pk}/revoke/")
    assert Client().get(f"/mediation/roster/feed/{token}.ics").status_code == 404
    assert token_of(make_feed(actor=team[0])) != token


def test_a_calendar_ends_with_the_account_and_with_the_right(cast: Cast, team: list[Any]) -> None:
    own, of_station = make_feed(actor=team[0]), make_feed(actor=team[0], station=cast.station)
    team[0].posts.update(ends_on=made.monday() - timedelta(days=30))
    assert Client().get(f"/mediation/roster/feed/{token_of(of_station)}.ics").status_code == 404
    User.objects.filter(pk=team[0].pk).update(is_active=False)
    assert Client().get(f"/mediation/roster/feed/{token_of(own)}.ics").status_code == 404
