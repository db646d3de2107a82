"""Rosters in the database: proposing, publishing as versions, changing, and who may."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, InternalError, transaction
from django.utils import timezone

from grids.models import Unit
from matters.models import Notice
from mediation.models import Leave, Member, Presence, Proposal, Shift, ShiftPattern
from mediation.roster import queries
from mediation.roster.demand import seats_of, turn_of
from mediation.roster.workflow import (
    add_member,
    ask_proposal,
    change_shift,
    drop_proposal,
    end_member,
    publish,
    seat_person,
)
from mediation.roster.workflow.proposals import resume_stuck, run
from shared.dates import today
from shared.errors import Conflict, DomainError, InvalidInput, NotAllowed, NotFound
from tests.cast import Cast
from tests.mediation import rostered as made


@pytest.fixture
def team(cast: Cast) -> list[Any]:
    return made.rostered(cast)


def published(cast: Cast, days: int = 7) -> Proposal:
    proposal = made.proposal(cast, days=days)
    return publish(actor=cast.command, proposal=proposal, version=proposal.version)


def test_a_proposal_is_made_and_published_as_first_versions(cast: Cast, team: list[Any]) -> None:
    proposal = made.proposal(cast, days=7)
    assert proposal.state == "ready"
    assert proposal.report["gaps"] == 0
    assert proposal.shifts.count() == 7 * 3 + 5
    assert Notice.objects.get(source=f"proposal:{proposal.pk}").recipient == cast.command
    assert not run(proposal.pk)
    publish(actor=cast.command, proposal=proposal, version=1)
    shifts = Shift.objects.standing()
    assert shifts.count() == 26
    assert set(shifts.values_list("version", flat=True)) == {0}
    told = Notice.objects.filter(source__startswith=f"roster:{proposal.pk}:")
    assert set(told.values_list("recipient", flat=True)) == set(shifts.values_list("person", flat=True))


def test_published_again_unchanged_it_writes_nothing(cast: Cast, team: list[Any]) -> None:
    published(cast)
    again = made.proposal(cast)
    publish(actor=cast.command, proposal=again, version=1)
    assert Shift.objects.filter(version__gt=0).count() == 0


def test_a_published_row_cannot_be_changed_or_deleted(cast: Cast, team: list[Any]) -> None:
    row = made.shift(cast.station, team[0], made.monday())
    for write in (
        lambda: Shift.objects.filter(pk=row.pk).update(person=team[1]),
        lambda: Shift.objects.filter(pk=row.pk).update(reason="改"),
        row.delete,
    ):
        with pytest.raises(InternalError), transaction.atomic():
            write()
    Shift.objects.filter(pk=row.pk).update(is_current=False)
    with pytest.raises(InternalError), transaction.atomic():
        Shift.objects.filter(pk=row.pk).update(is_current=True)


def test_the_database_itself_refuses_double_duty(cast: Cast, team: list[Any]) -> None:
    made.shift(cast.station, team[0], made.monday())
    other = Unit.objects.create(kind="station", name="康惠联勤工作站", area=cast.other_village)
    made.patterns(other)
    with pytest.raises(IntegrityError, match="shift_no_double_duty"), transaction.atomic():
        made.shift(other, team[0], made.monday())


def test_a_change_is_a_new_version_with_a_reason(cast: Cast, team: list[Any]) -> None:
    row = made.shift(cast.station, team[0], made.monday())
    with pytest.raises(InvalidInput, match="为什么改"):
        change_shift(actor=cast.command, uid=row.uid, version=0, person=team[1], reason=" ")
    new = change_shift(actor=cast.command, uid=row.uid, version=0, person=team[1], reason="临时出差")
    assert (new.version, new.person, new.reason, new.by) == (1, team[1], "临时出差", cast.command)
    assert [one.version for one in queries.history_of(row.uid)] == [1, 0]
    with pytest.raises(Conflict, match="临时出差"):
        change_shift(actor=cast.command, uid=row.uid, version=0, person=team[2], reason="再改")
    told = Notice.objects.filter(source__startswith=f"shift:{new.pk}:")
    assert set(told.values_list("recipient", flat=True)) == {team[0].pk, team[1].pk}


def test_a_change_keeps_the_hard_rules(cast: Cast, team: list[Any]) -> None:
    day = made.monday()
    row = made.shift(cast.station, team[0], day)
    made.shift(cast.station, team[1], day, "夜班")
    with pytest.raises(InvalidInput, match="不足 11 小时"):
        change_shift(actor=cast.command, uid=row.uid, version=0, person=team[1], reason="换人")
    Leave.objects.create(person=team[2], starts_on=day, ends_on=day, kind="sick", state="approved")
    with pytest.raises(InvalidInput, match="请假"):
        change_shift(actor=cast.command, uid=row.uid, version=0, person=team[2], reason="换人")
    with pytest.raises(InvalidInput, match="不在这个站"):
        change_shift(actor=cast.command, uid=row.uid, version=0, person=cast.mediator, reason="换人")
    for n in range(1, 4):
        made.shift(cast.station, team[3], day + timedelta(days=n), "夜班")
    night = made.shift(cast.station, None, day + timedelta(days=4), "夜班")
    with pytest.raises(InvalidInput, match="7 天内夜班会超过 3 个"):
        change_shift(actor=cast.command, uid=night.uid, version=0, person=team[3], reason="补缺")
    Member.objects.filter(person=team[4]).update(nights=False)
    with pytest.raises(InvalidInput, match="不排夜班"):
        change_shift(actor=cast.command, uid=night.uid, version=0, person=team[4], reason="补缺")


def test_what_has_begun_stays(cast: Cast, team: list[Any]) -> None:
    row = made.shift(cast.station, team[0], today() - timedelta(days=1))
    with pytest.raises(InvalidInput, match="已经开始"):
        change_shift(actor=cast.command, uid=row.uid, version=0, person=team[1], reason="补记")


def test_gaps_are_published_only_with_a_reason_and_say_why(cast: Cast) -> None:
    made.rostered(cast, mediators=3)
    proposal = made.proposal(cast)
    gap = proposal.shifts.filter(person=None).first()
    assert gap is not None
    assert len(gap.why) == 3
    assert proposal.report["helps"]
    with pytest.raises(InvalidInput, match="缺口") as refused:
        publish(actor=cast.command, proposal=proposal, version=1)
    assert refused.value.field == "gap_reason"
    publish(actor=cast.command, proposal=proposal, version=1, gap_reason="两人培训未归，由指挥室值守")
    assert Shift.objects.standing().filter(person=None, reason__contains="指挥室值守").exists()


def test_the_second_publisher_sees_the_difference(cast: Cast, team: list[Any]) -> None:
    first, second = made.proposal(cast), made.proposal(cast)
    publish(actor=cast.command, proposal=first, version=1)
    row = Shift.objects.standing().filter(person__in=team).order_by("starts_at")[0]
    change_shift(actor=cast.command, uid=row.uid, version=0, person=None, reason="生病")
    with pytest.raises(Conflict) as refused:
        publish(actor=cast.command, proposal=second, version=1)
    assert any("缺口" in text and "生病" in text for text in refused.value.extra["changes"])
    with pytest.raises(Conflict, match="已发布"):
        publish(actor=cast.command, proposal=first, version=1)
    seen = Shift.objects.order_by("-pk")[0].pk
    publish(actor=cast.command, proposal=second, version=1, seen=seen)
    assert Shift.objects.standing().get(uid=row.uid).version == 2


def test_leave_approved_since_stops_publishing(cast: Cast, team: list[Any]) -> None:
    proposal = made.proposal(cast)
    seat = proposal.shifts.filter(person__in=team).order_by("starts_at")[0]
    assert seat.person
    Leave.objects.create(
        person=seat.person, starts_on=seat.day, ends_on=seat.day, kind="sick", state="approved"
    )
    with pytest.raises(InvalidInput) as refused:
        publish(actor=cast.command, proposal=proposal, version=1)
    assert "请假" in refused.value.extra["problems"][0]


def test_hand_edits_are_checked_by_the_same_rules(cast: Cast, team: list[Any]) -> None:
    proposal = made.proposal(cast)
    night = proposal.shifts.filter(pattern__name="夜班").order_by("day")[1]
    day = proposal.shifts.get(pattern__name="白班", day=night.day)
    with pytest.raises(InvalidInput, match=r"不足 11 小时|同一时间"):
        seat_person(actor=cast.command, proposal=proposal, shift=day.pk, version=1, person=night.person)
    seat_person(actor=cast.command, proposal=proposal, shift=day.pk, version=1, person=None)
    proposal.refresh_from_db()
    assert (proposal.version, proposal.report["gaps"]) == (2, 1)
    with pytest.raises(Conflict):
        seat_person(actor=cast.command, proposal=proposal, shift=day.pk, version=1, person=team[0])


def test_a_seat_that_is_needed_no_more_is_cancelled(cast: Cast, team: list[Any]) -> None:
    published(cast)
    ShiftPattern.objects.filter(name="部门坐班").update(is_active=False)
    again = made.proposal(cast)
    publish(actor=cast.command, proposal=again, version=1)
    gone = Shift.objects.filter(is_current=True, cancelled=True)
    assert gone.count() == 5
    assert set(gone.values_list("version", flat=True)) == {1}


def test_a_proposal_is_asked_once_and_only_for_own_stations(cast: Cast, team: list[Any]) -> None:
    given: dict[str, Any] = {
        "client_id": uuid4(),
        "stations": [cast.station],
        "starts_on": made.monday(),
        "days": 7,
    }
    first, created = ask_proposal(actor=cast.command, **given)
    assert created
    assert ask_proposal(actor=cast.command, **given) == (first, False)
    with pytest.raises(Conflict):
        ask_proposal(actor=cast.command, **{**given, "days": 14})
    for actor, error in ((cast.mediator, NotAllowed), (cast.far_command, NotFound)):
        with pytest.raises(error):
            ask_proposal(actor=actor, **{**given, "client_id": uuid4()})
    bad: list[dict[str, Any]] = [
        {"days": 40},
        {"starts_on": today() - timedelta(days=1)},
        {"stations": []},
    ]
    for wrong in bad:
        with pytest.raises(InvalidInput):
            ask_proposal(actor=cast.command, **{**given, "client_id": uuid4(), **wrong})


def test_a_lost_message_is_found_by_the_sweep(cast: Cast, team: list[Any]) -> None:
    asked, _ = ask_proposal(
        actor=cast.command, client_id=uuid4(), stations=[cast.station], starts_on=made.monday(), days=7
    )
    assert resume_stuck() == 0
    Proposal.objects.filter(pk=asked.pk).update(touched_at=timezone.now() - timedelta(minutes=2))
    assert resume_stuck() == 1
    asked.refresh_from_db()
    assert asked.state == "ready"
    drop_proposal(actor=cast.command, proposal=asked)
    with pytest.raises(Conflict):
        publish(actor=cast.command, proposal=asked, version=1)


def test_departments_take_their_turn_by_week_and_by_day(cast: Cast) -> None:
    names = ["综治", "法院", "交警"]
    rows = [
        Presence(station=cast.station, department=made.department(cast, n), mode="weekly", position=p)
        for p, n in enumerate(names)
    ]
    monday = made.monday()
    weeks = [turn_of(rows, monday + timedelta(days=7 * n)) for n in range(4)]
    assert weeks[0] == weeks[3]
    assert len({tuple(week) for week in weeks}) == 3
    assert turn_of(rows, monday + timedelta(days=6)) == weeks[0]
    for row in rows:
        row.mode = "daily"
    days = [turn_of(rows, monday + timedelta(days=n)) for n in range(3)]
    assert len({tuple(day) for day in days}) == 3


def test_seats_have_the_same_number_each_time(cast: Cast, team: list[Any]) -> None:
    one, two = (seats_of([cast.station.pk], made.monday(), 3) for _ in range(2))
    assert [seat.uid for seat in one] == [seat.uid for seat in two]
    assert len({seat.uid for seat in one}) == len(one)


def test_other_stations_rosters_are_changed_by_their_own_and_the_command_room_only(
    cast: Cast, team: list[Any]
) -> None:
    own = made.head_of(cast)
    other_station = Unit.objects.create(kind="station", name="康惠联勤工作站", area=cast.other_village)
    stranger = made.head_of(cast, other_station)
    row = made.shift(cast.station, team[0], made.monday())
    for actor, error in ((stranger, NotFound), (cast.police, NotAllowed), (cast.far_command, NotFound)):
        with pytest.raises(error):
            change_shift(actor=actor, uid=row.uid, version=0, person=team[1], reason="换")
    assert list(queries.stations(stranger)) == [other_station]
    assert set(queries.stations(cast.police)) == {cast.station, other_station}
    change_shift(actor=own, uid=row.uid, version=0, person=team[1], reason="换")
    change_shift(actor=cast.command, uid=row.uid, version=1, person=team[2], reason="换")


def test_members_come_and_go(cast: Cast, team: list[Any]) -> None:
    add_member(actor=cast.command, station=cast.station, person=cast.mediator, department=None)
    with pytest.raises(Conflict):
        add_member(actor=cast.command, station=cast.station, person=cast.mediator, department=None)
    made.shift(cast.station, team[0], made.monday())
    held = Member.objects.get(person=team[0])
    with pytest.raises(Conflict, match="1 个已发布"):
        end_member(actor=cast.command, member=held)
    for person in (team[1], cast.mediator):
        end_member(actor=cast.command, member=Member.objects.get(person=person))
        assert not Member.objects.on().filter(person=person).exists()


def test_hours_are_shown_by_name_with_their_spread(cast: Cast, team: list[Any]) -> None:
    made.shift(cast.station, team[0], made.monday())
    made.shift(cast.station, team[1], made.monday(), "晚班")
    made.shift(cast.station, team[1], made.monday() + timedelta(days=5), "白班")
    spread = queries.spreads(queries.shifts_of(cast.station, made.monday(), 7))[0]
    assert [(load.name, load.hours, load.weekends) for load in spread.people] == [
        ("调解员0", 8.0, 0),
        ("调解员1", 16.0, 1),
    ]
    assert (spread.least, spread.most) == (8.0, 16.0)


def test_a_proposal_from_today_leaves_what_has_begun(cast: Cast, team: list[Any]) -> None:
    with time_machine.travel(made.monday().isoformat() + "T10:00:00+08:00", tick=False):
        row = made.shift(cast.station, team[0], today(), "白班")
        proposal = made.proposal(cast, first=today())
        assert not proposal.shifts.filter(starts_at__lte=timezone.now()).exists()
        publish(actor=cast.command, proposal=proposal, version=1, gap_reason="无")
        assert Shift.objects.standing().get(uid=row.uid).version == 0


def test_every_refusal_is_a_domain_error_in_chinese(cast: Cast, team: list[Any]) -> None:
    with pytest.raises(DomainError, match="没有找到"):
        change_shift(actor=cast.command, uid=uuid4(), version=0, person=None, reason="x")
