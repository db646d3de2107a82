"""Publishing a proposal: what differs from the standing roster becomes new versions, checked once more
under lock.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from grids.models import Unit
from matters.notices import Letter, post_letters
from mediation.models import Proposal, ProposedShift, Shift
from mediation.roster.demand import Seat
from mediation.roster.people import bounds, limits, lock_people, standing_turns
from mediation.roster.rules import Turn, refusals
from mediation.roster.workflow.proposals import locked, newest_shift
from mediation.roster.workflow.shifts import successor, write
from mediation.telling import ROSTER
from shared.errors import Conflict, InvalidInput
from shared.jinja import date_text, moment_text

SHOWN = 10
"""Differences and broken rules that are told one by one."""


@transaction.atomic
def publish(
    *, actor: User, proposal: Proposal, version: int, seen: int | None = None, gap_reason: str = ""
) -> Proposal:
    """Make the proposal the standing roster of its stations and days.

    `seen` is the newest published shift that the actor was shown (the proposal's own where none is given):
    where another published in between, Conflict with `extra["changes"]`, one line for each difference. Gaps
    need a `gap_reason`. Shifts that have begun stay as they are. Raises InvalidInput where a rule is broken
    by now, e.g. by leave approved since: `extra["problems"]` names person and rule.
    """
    held = locked(proposal, actor, version)
    stations = list(
        Unit.objects.select_for_update(no_key=True).filter(pk__in=held.stations.all()).order_by("pk")
    )
    ids, last = [unit.pk for unit in stations], held.starts_on + timedelta(days=held.days - 1)
    rows = list(held.shifts.select_related("pattern", "person").order_by("starts_at", "pk"))
    known = held.seen if seen is None else seen
    if newest_shift(ids, held.starts_on, held.days) != known:
        changes = changes_since(ids, held, known)
        raise Conflict(
            f"您打开以后，有人改了这几天的排班（{len(changes)} 处）。请看过差别再发布。", changes=changes
        )
    coming = [row for row in rows if row.starts_at > timezone.now()]
    gaps = sum(row.person_id is None for row in coming)
    if gaps and not gap_reason.strip():
        raise InvalidInput(f"还有 {gaps} 个缺口。要带缺口发布，请写明理由。", field="gap_reason")
    lock_people({row.person_id for row in coming if row.person_id})
    _check(ids, held, coming)
    standing = {
        shift.uid: shift
        for shift in Shift.objects.select_for_update(of=("self",)).filter(
            is_current=True, station__in=ids, day__range=(held.starts_on, last), starts_at__gt=timezone.now()
        )
    }
    new, old = _difference(coming, standing)
    made = write(new=new, old=old, actor=actor, reason=_reason(held, gaps, gap_reason))
    held.state, held.published_by, held.published_at = Proposal.State.PUBLISHED, actor, timezone.now()
    held.gap_reason = gap_reason.strip() if gaps else ""
    held.save(update_fields=["state", "published_by", "published_at", "gap_reason"])
    _tell(held, made)
    return held


def _reason(held: Proposal, gaps: int, gap_reason: str) -> str:
    told = f"发布{date_text(held.starts_on)}起 {held.days} 天排班"
    return f"{told}；带 {gaps} 个缺口：{gap_reason.strip()}"[:200] if gaps else told


def _seat(row: ProposedShift) -> Seat:
    return Seat(row.station_id, row.pattern, row.department_id, row.day, row.seat, row.starts_at, row.ends_at)


def _difference(
    coming: Sequence[ProposedShift], standing: dict[UUID, Shift]
) -> tuple[list[Shift], list[Shift]]:
    """New versions to write and the versions they succeed; seats that are the same are left alone."""
    new, old, kept = [], [], set()
    for row in coming:
        seat = _seat(row)
        kept.add(seat.uid)
        was = standing.get(seat.uid)
        if was and (was.person_id, was.starts_at, was.ends_at, was.cancelled) == (
            row.person_id, seat.starts_at, seat.ends_at, False,
        ):  # fmt: skip
            continue
        new.append(_first(row, seat, was))
        old += [was] if was else []
    for uid, was in standing.items():
        if uid not in kept and not was.cancelled:
            new.append(successor(was, person_id=was.person_id, cancelled=True))
            old.append(was)
    return new, old


def _first(row: ProposedShift, seat: Seat, was: Shift | None) -> Shift:
    return Shift(
        uid=seat.uid,
        version=was.version + 1 if was else 0,
        station_id=row.station_id,
        pattern_id=row.pattern_id,
        department_id=row.department_id,
        day=row.day,
        seat=row.seat,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        is_night=row.is_night,
        person_id=row.person_id,
    )


def _check(stations: Sequence[int], held: Proposal, coming: Sequence[ProposedShift]) -> None:
    """Every hard rule for everybody, with what stands now."""
    last = held.starts_on + timedelta(days=held.days - 1)
    people: dict[int, Any] = {row.person_id: row.person for row in coming if row.person_id}
    turns: dict[int, list[Turn]] = defaultdict(
        list, standing_turns(list(people), held.starts_on, last, without=stations)
    )
    for row in coming:
        if row.person_id:
            turns[row.person_id].append(_seat(row).turn)
    bound, rules = bounds(list(people), held.starts_on, last), limits()
    problems = [
        f"{moment_text(row.starts_at)} {row.pattern.name} {people[row.person_id].name}：{'；'.join(why)}"
        for row in coming
        if row.person_id
        and (why := refusals(_seat(row).turn, bound[row.person_id], turns[row.person_id], rules))
    ]
    if problems:
        raise InvalidInput(
            f"有 {len(problems)} 个班不合规则，请先调整：{'。'.join(problems[:3])}。",
            problems=problems[:SHOWN],
        )


def changes_since(stations: Sequence[int], held: Proposal, known: int) -> list[str]:
    """What was published for these stations and days after a row, in words: who changed which shift to
    whom.
    """
    rows = (
        Shift.objects.filter(
            station__in=stations,
            pk__gt=known,
            is_current=True,
            day__gte=held.starts_on,
            day__lt=held.starts_on + timedelta(days=held.days),
        )
        .select_related("pattern", "person", "by", "station")
        .order_by("starts_at", "pk")
    )
    return [
        f"{shift.station.name} {moment_text(shift.starts_at)} {shift.pattern.name}："
        f"{'取消' if shift.cancelled else shift.person.name if shift.person else '缺口'}"
        f"（{shift.by.name if shift.by else '系统'}，{shift.reason}）"
        for shift in rows[:SHOWN]
    ]


def _tell(held: Proposal, made: Sequence[Shift]) -> None:
    """Everybody on the new roster hears of it once."""
    mine: dict[int, int] = defaultdict(int)
    for shift in made:
        if shift.person_id and not shift.cancelled and shift.version == 0:
            mine[shift.person_id] += 1
    span = f"{date_text(held.starts_on)}起 {held.days} 天"
    post_letters(
        letters=[
            Letter(
                f"roster:{held.pk}:{person}",
                "新的值班表已发布",
                f"{span}，您有 {count} 个班。",
                "/mediation/roster/mine/",
                [person],
                ROSTER.code,
            )
            for person, count in sorted(mine.items())
        ]
    )
