"""Leave: asked by the person, decided by another; approved leave opens the shifts that it touches."""

from datetime import date, time, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from grids.models import Unit
from grids.queries import labels
from grids.scope import covers
from matters.notices import post
from mediation.models import Leave, Member, Shift
from mediation.roster.people import as_turn, lock_people, managers_of
from mediation.roster.rules import away_at
from mediation.roster.workflow.shifts import successor, write
from mediation.telling import ROSTER
from shared.dates import at, day_span, today
from shared.errors import Conflict, InvalidInput, NotAllowed, NotFound
from shared.jinja import date_text

LONGEST, AHEAD = 90, 366
"""Days that one leave may last, and from today until it begins."""


def stations_of(person: User) -> list[Unit]:
    """The stations on whose roster the person is."""
    held = Member.objects.on().filter(person=person).values("station")
    return list(Unit.objects.filter(pk__in=held).select_related("area").order_by("pk"))


def span_text(leave: Leave) -> str:
    """`11月25日至11月27日`."""
    first, last = date_text(leave.starts_on), date_text(leave.ends_on)
    return first if first == last else f"{first}至{last}"


@transaction.atomic
def ask_leave(*, actor: User, starts_on: date, ends_on: date, kind: str, note: str = "") -> Leave:
    """Ask for whole days off; those who answer for the person's stations are told.

    Raises InvalidInput (past days, days beyond a year, more than 90 of them, not on any roster), Conflict
    where the person has asked for one of these days already.
    """
    stations = stations_of(actor)
    if not stations:
        raise InvalidInput("您不在任何站的排班名单里，不用在这里请假。")
    if ends_on < starts_on:
        raise InvalidInput("最后一天早于第一天，请核对。", field="ends_on")
    if starts_on < today():
        raise InvalidInput("只能请今天和以后的假。", field="starts_on")
    if starts_on > today() + timedelta(days=AHEAD):
        raise InvalidInput("只能请一年以内的假，请核对年份。", field="starts_on")
    if (ends_on - starts_on).days >= LONGEST:
        raise InvalidInput(f"一次最多请 {LONGEST} 天，更长的请站长调整排班名单。", field="ends_on")
    if kind not in labels("leave_kind"):
        raise InvalidInput("请选择请假类别。", field="kind")
    leave = Leave(person=actor, starts_on=starts_on, ends_on=ends_on, kind=kind, note=note.strip())
    try:
        with transaction.atomic():
            leave.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("这几天里您已经请过假（待批或已批），请先撤回那一次。", field="starts_on") from error
    post(
        source=f"leave:{leave.pk}:asked",
        recipients={who for station in stations for who in managers_of(station)} - {actor.pk},
        subject=f"{actor.name}请假{span_text(leave)}，待批",
        body=leave.note or labels("leave_kind")[kind],
        url=f"/mediation/roster/leave/{leave.pk}/",
        kind=ROSTER.code,
    )
    return leave


def _locked(leave: Leave) -> Leave:
    found = Leave.objects.select_for_update(of=("self",)).select_related("person").filter(pk=leave.pk).first()
    if found is None:
        raise NotFound("没有找到这次请假。")
    return found


@transaction.atomic
def decide_leave(*, actor: User, leave: Leave, approve: bool, answer: str = "") -> Leave:
    """Approve or refuse; approved, the person's shifts of those days become gaps with the leave as their
    reason.

    Raises NotFound outside the territory, NotAllowed for one's own leave, Conflict where it is decided
    already.
    """
    lock_people([leave.person_id])
    held = _locked(leave)
    stations = stations_of(held.person)
    if not any(covers(actor, "roster.manage", station.area) for station in stations):
        raise NotFound("没有找到这次请假，或这个人不在您的辖区。")
    if held.person_id == actor.pk:
        raise NotAllowed("不能批自己的假，请另一位负责人审批。")
    if held.state != Leave.State.ASKED:
        raise Conflict(f"这次请假已经是“{held.get_state_display()}”，请刷新。")
    held.state = Leave.State.APPROVED if approve else Leave.State.REFUSED
    held.decided_by, held.decided_at, held.answer = actor, timezone.now(), answer.strip()
    held.save()
    opened = _open_shifts(held, actor) if approve else []
    post(
        source=f"leave:{held.pk}:decided",
        recipients=[held.person_id],
        subject=f"请假{span_text(held)}：{held.get_state_display()}",
        body=held.answer or held.get_state_display(),
        url=f"/mediation/roster/leave/{held.pk}/",
        kind=ROSTER.code,
    )
    for station in stations:
        if here := [shift for shift in opened if shift.station_id == station.pk]:
            post(
                source=f"leave:{held.pk}:gaps",
                recipients=managers_of(station),
                subject=f"{station.name}有 {len(here)} 个班要补人",
                body=f"{held.person.name}请假{span_text(held)}，这几个班空出来了。",
                url=f"/mediation/roster/?station={station.pk}&from={here[0].day}",
                kind=ROSTER.code,
            )
    return held


def touched_shifts(leave: Leave) -> list[Shift]:
    """The person's coming shifts on the days of the leave."""
    shifts = (
        Shift.objects.standing()
        .filter(
            person=leave.person_id,
            starts_at__gt=timezone.now(),
            ends_at__gt=at(leave.starts_on, time.min),
            starts_at__lt=day_span(leave.ends_on)[1],
        )
        .select_related("pattern", "station")
        .order_by("starts_at")
    )
    return [shift for shift in shifts if away_at(as_turn(shift), [(leave.starts_on, leave.ends_on)])]


def _open_shifts(leave: Leave, actor: User) -> list[Shift]:
    shifts = touched_shifts(leave)
    return write(
        new=[successor(shift, person_id=None) for shift in shifts],
        old=shifts,
        actor=actor,
        reason=f"{leave.person.name}请假",
    )


@transaction.atomic
def withdraw_leave(*, actor: User, leave: Leave) -> Leave:
    """The person needs it no longer: asked or approved, not yet over. Shifts that were opened stay as they
    are.

    Safe to repeat. Raises NotFound for somebody else's, Conflict for one that was refused.
    """
    held = _locked(leave)
    if held.person_id != actor.pk:
        raise NotFound("没有找到这次请假。")
    if held.state == Leave.State.WITHDRAWN:
        return held
    if held.state == Leave.State.REFUSED or held.ends_on < today():
        raise Conflict("这次请假已经结束，不能撤回。")
    held.state, held.decided_at = Leave.State.WITHDRAWN, timezone.now()
    held.save()
    return held
