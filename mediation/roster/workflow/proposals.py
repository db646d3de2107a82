"""Proposals: asked for, filled by the generator in the background, edited by hand, dropped."""

import hashlib
import time
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from uuid import UUID

import orjson
from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.utils import timezone

from accounts.models import User
from grids.models import Area, Unit
from matters.notices import post
from mediation.models import Proposal, ProposedShift, Shift
from mediation.roster import explain, solver
from mediation.roster.demand import Seat, seats_of
from mediation.roster.people import limits, lock_people, members_of, standing_turns, workers
from mediation.roster.rules import Turn
from mediation.roster.solver import Answer, Place
from mediation.roster.workflow.shifts import explain as explain_refusal
from mediation.roster.workflow.shifts import may_manage
from mediation.telling import ROSTER
from shared.dates import today
from shared.errors import Conflict, InvalidInput, NotFound

FURTHEST = 120
UNSENT = timedelta(minutes=1)
LEASE = timedelta(minutes=5)
State = Proposal.State


def newest_shift(stations: Iterable[int], first: date, days: int) -> int:
    """The newest published row of these stations and days: two people who know the same one know the same
    roster.
    """
    found = Shift.objects.filter(
        station__in=list(stations), day__gte=first, day__lt=first + timedelta(days=days)
    )
    return int(found.aggregate(top=Max("pk"))["top"] or 0)


@transaction.atomic
def ask_proposal(
    *, actor: User, client_id: UUID, stations: Sequence[Unit], starts_on: date, days: int = 28
) -> tuple[Proposal, bool]:
    """Ask for a roster of some stations; a worker makes it. The second value says whether it is new.

    Safe to send twice. Raises NotFound or NotAllowed for a station that the actor may not plan, InvalidInput.
    """
    ids = sorted({station.pk for station in stations})
    content = {"actor": actor.pk, "stations": ids, "starts_on": starts_on, "days": days}
    digest = hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
    if not ids:
        raise InvalidInput("请至少选一个工作站。", field="stations")
    for station in stations:
        may_manage(actor, station)
    if not today() <= starts_on <= today() + timedelta(days=FURTHEST):
        raise InvalidInput(f"请从今天到 {FURTHEST} 天之内的日子开始排。", field="starts_on")
    if not 7 <= days <= 35:
        raise InvalidInput("一次排 7 到 35 天。", field="days")
    proposal = Proposal(
        client_id=client_id,
        payload_hash=digest,
        area=_area_over(stations),
        starts_on=starts_on,
        days=days,
        asked_by=actor,
    )
    try:
        with transaction.atomic():
            proposal.save(force_insert=True)
            proposal.stations.set(ids)
    except IntegrityError:
        first = Proposal.objects.filter(client_id=client_id).first()
        if first is None:
            raise
        if first.payload_hash != digest:
            raise Conflict(
                "这次排班已经提交过，但内容不一样，请重新打开排班页。", proposal=first.pk
            ) from None
        return first, False
    return proposal, True


def _area_over(stations: Sequence[Unit]) -> Area:
    """The lowest area that holds all the stations."""
    paths = [station.area.parent_ids for station in stations]
    common = [ids[0] for ids in zip(*paths, strict=False) if len(set(ids)) == 1]
    if not common:
        raise InvalidInput("这些工作站不在同一个街道，请分开排。", field="stations")
    return Area.objects.get(pk=common[-1])


def claim(proposal_id: int) -> Proposal | None:
    """Take a proposal that waits, or whose worker is gone; None where another has it or it is made."""
    with transaction.atomic():
        free = Q(state=State.WAITING) | Q(state=State.RUNNING, touched_at__lt=timezone.now() - LEASE)
        proposal = (
            Proposal.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(free, pk=proposal_id)
            .first()
        )
        if proposal is None:
            return None
        proposal.state, proposal.touched_at, proposal.done = State.RUNNING, timezone.now(), 0
        proposal.save(update_fields=["state", "touched_at", "done"])
        return proposal


def run(proposal_id: int) -> bool:
    """Make one proposal; False where there was nothing to do, so a message that comes twice is harmless."""
    if (proposal := claim(proposal_id)) is None:
        return False
    try:
        _fill(proposal)
    except BaseException:
        Proposal.objects.filter(pk=proposal.pk, state=State.RUNNING).update(
            state=State.FAILED, message="排班时出了错，已记入系统日志。请重新生成一次。"
        )
        raise
    return True


def resume_stuck() -> int:
    """Make what lost its message or its worker; the sweep calls this. How many there were."""
    now = timezone.now()
    stuck = Proposal.objects.filter(
        Q(state=State.WAITING, touched_at__lt=now - UNSENT)
        | Q(state=State.RUNNING, touched_at__lt=now - LEASE)
    )
    return sum(run(pk) for pk in list(stuck.order_by("pk").values_list("pk", flat=True)))


def _fill(proposal: Proposal) -> None:
    began = time.monotonic()
    stations = {unit.pk: unit for unit in proposal.stations.all()}
    seen = newest_shift(stations, proposal.starts_on, proposal.days)
    now = timezone.now()
    seats = [s for s in seats_of(stations, proposal.starts_on, proposal.days) if s.starts_at > now]
    last = proposal.starts_on + timedelta(days=proposal.days - 1)
    people, names = workers(list(stations), proposal.starts_on, last)
    places = [Place(seat.turn, (seat.station, seat.department)) for seat in seats]
    bound = limits()

    def tell(done: int, total: int) -> None:
        Proposal.objects.filter(pk=proposal.pk).update(done=done, total=total, touched_at=timezone.now())

    answer = solver.solve(places, people, bound, tell=tell)
    why = explain.reasons(places, people, answer, bound, names)
    departments = dict(Unit.objects.filter(kind=Unit.Kind.DEPARTMENT).values_list("pk", "name"))
    advice = explain.helps(
        places,
        people,
        answer,
        bound,
        lambda group: f"{stations[group[0]].name}{departments.get(group[1] or 0, '调解员')}",
    )
    report = {
        "gaps": len(answer.gaps),
        "proven": answer.proven,
        "helps": advice,
        "seconds": round(time.monotonic() - began, 1),
        "people": len(people),
        "seats": len(seats),
    }
    _keep(proposal, seats, answer, why, report, seen)


@transaction.atomic
def _keep(
    proposal: Proposal,
    seats: Sequence[Seat],
    answer: Answer,
    why: dict[str, list[str]],
    report: dict[str, object],
    seen: int,
) -> None:
    """Write what was found, unless the proposal was dropped meanwhile; its owner is told in the inbox."""
    held = Proposal.objects.select_for_update().get(pk=proposal.pk)
    if held.state != State.RUNNING:
        return
    held.shifts.all().delete()
    ProposedShift.objects.bulk_create(
        ProposedShift(
            proposal=held,
            station_id=seat.station,
            pattern=seat.pattern,
            department_id=seat.department,
            day=seat.day,
            seat=seat.seat,
            starts_at=seat.starts_at,
            ends_at=seat.ends_at,
            is_night=seat.is_night,
            person_id=answer.taken.get(str(seat.uid)),
            why=why.get(str(seat.uid), []),
        )
        for seat in seats
    )
    held.state, held.report, held.seen = State.READY, report, seen
    held.save(update_fields=["state", "report", "seen"])
    told = f"有 {report['gaps']} 个缺口" if report["gaps"] else "没有缺口"
    post(
        source=f"proposal:{held.pk}",
        recipients=[held.asked_by_id],
        subject=f"排班方案已生成，{told}",
        body=f"从{held.starts_on:%m月%d日}起 {held.days} 天，{report['seats']} 个班，{report['people']} 人。",
        url=f"/mediation/roster/proposals/{held.pk}/",
        kind=ROSTER.code,
    )


def locked(proposal: Proposal, actor: User, version: int | None = None) -> Proposal:
    """The proposal under lock, ready, with all its stations the actor's to plan.

    Raises NotFound, NotAllowed, Conflict (stale, published, dropped).
    """
    held = Proposal.objects.select_for_update().filter(pk=proposal.pk).first()
    if held is None:
        raise NotFound("没有找到这个排班方案。")
    for station in held.stations.select_related("area"):
        may_manage(actor, station)
    if held.state != State.READY:
        who = f"，由{held.published_by.name}发布" if held.published_by else ""
        raise Conflict(f"这个方案现在是“{held.get_state_display()}”{who}，不能再改。")
    if version is not None and version != held.version:
        raise Conflict("方案刚被别人改过，请看过再改。", version=held.version)
    return held


@transaction.atomic
def seat_person(
    *, actor: User, proposal: Proposal, shift: int, version: int, person: User | None
) -> ProposedShift:
    """Put another person on a proposed seat, or leave it open; checked by the same rules as the
    generator's.
    """
    held = locked(proposal, actor, version)
    seat = held.shifts.select_related("pattern", "station", "department").filter(pk=shift).first()
    if seat is None:
        raise NotFound("没有找到这个班次。")
    if person is not None:
        lock_people([person.pk])
        if not members_of(seat.station_id, seat.department_id, seat.day).filter(pk=person.pk).exists():
            raise InvalidInput(f"{person.name}不在这个站的排班名单里。", field="person")
        explain_refusal(_seat(seat).turn, person, _turns(held, seat, person))
    seat.person, seat.why = person, []
    seat.save(update_fields=["person", "why"])
    held.version += 1
    held.report = {**held.report, "gaps": held.shifts.filter(person=None).count()}
    held.save(update_fields=["version", "report"])
    return seat


def _seat(row: ProposedShift) -> Seat:
    return Seat(row.station_id, row.pattern, row.department_id, row.day, row.seat, row.starts_at, row.ends_at)


def _turns(held: Proposal, seat: ProposedShift, person: User) -> list[Turn]:
    """All other turns of the person: in the proposal, and what stands outside it."""
    last = held.starts_on + timedelta(days=held.days - 1)
    stations = list(held.stations.values_list("pk", flat=True))
    standing = standing_turns([person.pk], held.starts_on, last, without=stations).get(person.pk, [])
    proposed = held.shifts.filter(person=person).exclude(pk=seat.pk).select_related("pattern")
    return [*standing, *(_seat(row).turn for row in proposed)]


@transaction.atomic
def drop_proposal(*, actor: User, proposal: Proposal) -> None:
    """It is not needed; safe to repeat. Raises NotFound, NotAllowed, Conflict for a published one."""
    held = Proposal.objects.select_for_update().get(pk=proposal.pk)
    for station in held.stations.select_related("area"):
        may_manage(actor, station)
    if held.state == State.PUBLISHED:
        raise Conflict("方案已经发布，不能作废；要改请改班次。")
    Proposal.objects.filter(pk=held.pk).update(state=State.DROPPED)
