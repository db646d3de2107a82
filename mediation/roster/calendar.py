"""Rosters as iCalendar (RFC 5545): stable UIDs, SEQUENCE by version, CANCELLED where a shift is no longer
one's own.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from icalendar import Calendar, Event, Timezone, TimezoneStandard

from mediation.models import Feed, Shift
from shared.dates import local

KEPT = timedelta(days=60)
"""How far back a calendar shows what was."""
OFFSET = timedelta(hours=8)


def _zone() -> Timezone:
    """Asia/Shanghai: UTC+8 all year since 1991."""
    zone, standard = Timezone(), TimezoneStandard()
    zone.add("tzid", "Asia/Shanghai")
    standard.add("tzname", "CST")
    standard.add("dtstart", datetime(1991, 9, 15, 1))  # noqa: DTZ001 -- wall-clock time by RFC 5545
    standard.add("tzoffsetfrom", OFFSET)
    standard.add("tzoffsetto", OFFSET)
    zone.add_component(standard)
    return zone


def versions_of(feed: Feed) -> list[Shift]:
    """The current version of each shift that the feed tells of.

    A person's calendar also holds the shifts that he had in an earlier version: they must be cancelled there.
    """
    since = timezone.now() - KEPT
    rows = Shift.objects.filter(is_current=True, starts_at__gte=since)
    if feed.station_id:
        rows = rows.filter(station=feed.station_id)
    else:
        ever = Shift.objects.filter(person=feed.owner_id, starts_at__gte=since).values("uid")
        rows = rows.filter(uid__in=ever)
    return list(rows.select_related("person", "pattern", "station", "department").order_by("starts_at", "pk"))


def build(feed: Feed) -> bytes:
    """The calendar of a feed."""
    calendar = Calendar()
    title = feed.station.name if feed.station else f"{feed.owner.name}值班"
    calendar.add("prodid", "-//Chengdong//Roster//ZH")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", title)
    calendar.add("x-wr-timezone", "Asia/Shanghai")
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    calendar.add_component(_zone())
    for event in _events(versions_of(feed), feed):
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _events(shifts: Iterable[Shift], feed: Feed) -> Iterable[Event]:
    for shift in shifts:
        gone = shift.cancelled or (not feed.station_id and shift.person_id != feed.owner_id)
        event = Event()
        event.add("uid", f"{shift.uid}@roster.chengdong")
        event.add("sequence", shift.version)
        event.add("dtstamp", shift.at)
        event.add("last-modified", shift.at)
        event.add("dtstart", local(shift.starts_at))
        event.add("dtend", local(shift.ends_at))
        event.add("summary", _summary(shift, feed))
        event.add("location", shift.station.name)
        event.add("status", "CANCELLED" if gone else "CONFIRMED")
        event.add("transp", "TRANSPARENT" if gone else "OPAQUE")
        if shift.reason and shift.version:
            event.add("description", f"变更：{shift.reason}")
        yield event


def _summary(shift: Any, feed: Feed) -> str:
    what = f"{shift.department.name if shift.department else '调解'}{shift.pattern.name}"
    if not feed.station_id:
        return f"{what} {shift.station.name}"
    return f"{what} {shift.person.name if shift.person else '缺口'}"
