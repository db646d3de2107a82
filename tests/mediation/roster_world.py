"""Rows of rosters for the test that walks all addresses: at the cast's station, and far away."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from accounts.models import User
from grids.models import Area, Unit
from mediation.models import Feed, Leave, Member, Presence, Proposal, ProposedShift, Shift, Swap, VanCall
from mediation.roster.workflow.feeds import token_of
from tests.cast import Cast
from tests.guard import Row, World
from tests.mediation import rostered as made

ROOT = "mediation/roster/"


def roster_rows(world: World, cast: Cast) -> None:
    """Stations, shifts, proposals, leave, swaps and calendars in 河边村 and in the far street."""
    far = Unit.objects.create(kind="station", name="太平联勤工作站", area=Area.objects.get(name="太平村"))
    near = _at(cast.station, cast.command, cast.mediator)
    away = _at(far, cast.far_command, made.person("远处调解员", far.area, unit=far))
    areas = cast.station.area, far.area
    for start, name, key in (
        ("stations/", "pk", "station"),
        ("stations/<int:pk>/members/", "member", "member"),
        ("stations/<int:pk>/patterns/", "pattern", "pattern"),
        ("stations/<int:pk>/presences/", "presence", "presence"),
        ("shifts/", "uid", "uid"),
        ("proposals/", "pk", "proposal"),
        ("proposals/<int:pk>/seats/", "seat", "seat"),
        ("leave/", "pk", "leave"),
    ):
        rows = [Row(found[key], area) for found, area in zip((near, away), areas, strict=True)]
        world.add(ROOT + start, name, *rows)
    world.add("shifts/", "uid", Row(near["uid"], areas[0]), Row(away["uid"], areas[1]))
    world.add("rosters/", "pk", Row(near["proposal"], areas[0]), Row(away["proposal"], areas[1]))
    for start, name, key in (
        ("swaps/", "pk", "swap"),
        ("swaps/new/", "uid", "uid"),
        ("feeds/", "pk", "feed"),
    ):
        rows = [Row(found[key], owner=found["owner"]) for found in (near, away)]
        world.add(ROOT + start, name, *rows)
    world.add(f"{ROOT}feed/", "token", Row(near["token"]))
    calls = [
        VanCall.objects.create(
            client_id=uuid4(),
            payload_hash="",
            area=area,
            address="一区26号",
            about="邻里争吵",
            asked_at=timezone.now(),
        )
        for area in areas
    ]
    for start in ("mediation/van/", "van-calls/"):
        world.add(start, "pk", *(Row(call.pk, call.area) for call in calls))


def _at(station: Unit, manager: User, person: User) -> dict[str, Any]:
    patterns = made.patterns(station)
    justice = Unit.objects.create(
        kind="department", name=f"{station.name}司法所", area=Area.objects.get(pk=station.area.parent_ids[0])
    )
    presence = Presence.objects.create(station=station, department=justice, mode="weekly")
    other = made.person("换班的人", station.area, unit=station)
    for who in (person, other):
        Member.objects.create(station=station, person=who)
    shift: Shift = made.shift(station, person, made.monday())
    proposal = Proposal.objects.create(
        client_id=uuid4(),
        payload_hash="",
        area=station.area,
        starts_on=made.monday(),
        days=7,
        state="ready",
        asked_by=manager,
    )
    proposal.stations.add(station)
    seat = ProposedShift.objects.create(
        proposal=proposal,
        station=station,
        pattern=patterns[0],
        day=shift.day,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
    )
    later = made.monday() + timedelta(days=20)
    leave = Leave.objects.create(person=person, starts_on=later, ends_on=later, kind="sick")
    swap = Swap.objects.create(
        client_id=uuid4(), payload_hash="", asker=person, other=other, given=shift, reason="有事"
    )
    feed = Feed.objects.create(owner=person, nonce=uuid4().hex)
    return {
        "station": station.pk,
        "pattern": patterns[0].pk,
        "presence": presence.pk,
        "member": Member.objects.get(station=station, person=person).pk,
        "uid": shift.uid,
        "proposal": proposal.pk,
        "seat": seat.pk,
        "leave": leave.pk,
        "swap": swap.pk,
        "feed": feed.pk,
        "token": token_of(feed),
        "owner": person,
    }
