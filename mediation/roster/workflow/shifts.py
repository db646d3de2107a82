"""Published shifts: a change is a new version with a reason, checked by the hard rules under lock."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from grids.scope import covers
from matters.notices import Letter, post_letters
from mediation.models import Shift
from mediation.roster.people import as_turn, bounds, limits, lock_people, members_of, standing_turns
from mediation.roster.rules import Turn, refusals
from mediation.roster.standing import forget
from mediation.telling import ROSTER
from shared.errors import Conflict, InvalidInput, NotAllowed, NotFound
from shared.jinja import moment_text

SEAT = ("station_id", "pattern_id", "department_id", "day", "seat", "starts_at", "ends_at", "is_night", "uid")


def successor(shift: Shift, *, person_id: int | None, cancelled: bool = False) -> Shift:
    """The next version of a shift, not yet written."""
    kept = {name: getattr(shift, name) for name in SEAT}
    return Shift(**kept, version=shift.version + 1, person_id=person_id, cancelled=cancelled)


def write(*, new: Sequence[Shift], old: Iterable[Shift], actor: User | None, reason: str) -> list[Shift]:
    """Put the new versions in the place of the old ones, all or none, and tell the people whom it concerns.

    Raises Conflict where somebody would be on duty twice: another official was first (docs/decisions/0028).
    """
    old = list(old)
    try:
        with transaction.atomic():
            Shift.objects.filter(pk__in=[shift.pk for shift in old]).update(is_current=False)
            for shift in new:
                shift.by, shift.reason = actor, reason
            made = Shift.objects.bulk_create(new)
    except IntegrityError as error:
        raise Conflict("同一时间刚有人给其中一位排了别的班，或这个班次刚被改过，请刷新后重排。") from error
    transaction.on_commit(forget)
    _tell(made, {shift.uid: shift for shift in old}, reason)
    return made


def _tell(made: Sequence[Shift], before: dict[UUID, Shift], reason: str) -> None:
    """Who had a shift and lost it, who got one that he did not have; a first publication is told by
    `publish`.
    """
    letters = []
    for shift in made:
        was = before.get(shift.uid)
        if was is None:
            continue
        when = moment_text(shift.starts_at)
        lost = was.person_id if was.person_id != shift.person_id or shift.cancelled else None
        won = shift.person_id if was.person_id != shift.person_id and not shift.cancelled else None
        told = (("您的值班已调开", lost, "lost"), ("您有新的值班", won, "won"))
        letters += [
            Letter(
                f"shift:{shift.pk}:{mark}",
                f"{subject}：{when}",
                f"理由：{reason}",
                "/mediation/roster/mine/",
                [to],
                ROSTER.code,
            )
            for subject, to, mark in told
            if to
        ]
    post_letters(letters=letters)


def locked(uid: UUID, version: int | None = None) -> Shift:
    """The version of a shift that counts now, under lock.

    Raises NotFound, or Conflict with the difference where the caller saw an older version.
    """
    current = (
        Shift.objects.select_for_update(of=("self",))
        .select_related("station__area", "pattern", "person", "department")
        .filter(uid=uid, is_current=True)
    )
    # Who waited for another writer finds the old row succeeded: the second look finds its successor.
    shift = current.first() or current.first()
    if shift is None:
        raise NotFound("没有找到这个班次，或它不在您的辖区。")
    if version is not None and version != shift.version:
        who = shift.person.name if shift.person else "缺口"
        raise Conflict(
            f"这个班次刚改过：现在是{who}（理由：{shift.reason or '发布'}）。请看过再改。",
            version=shift.version,
        )
    return shift


def not_begun(shift: Shift) -> None:
    """What has begun is history."""
    if shift.starts_at <= timezone.now():
        raise InvalidInput("班次已经开始，不能再改。", field="person")
    if shift.cancelled:
        raise Conflict("这个班次已经取消。")


def check_person(shift: Any, person: User, *, without: Iterable[str] = ()) -> None:
    """Raises InvalidInput where the person may not sit there: not of this station, or a hard rule is broken.

    `without` names shifts (uid) of his that he gives away at the same time.
    """
    if not members_of(shift.station_id, shift.department_id, shift.day).filter(pk=person.pk).exists():
        raise InvalidInput(f"{person.name}不在这个站的排班名单里。", field="person")
    given = set(without)
    turns = standing_turns([person.pk], shift.day, shift.day).get(person.pk, [])
    others = [turn for turn in turns if turn.key not in given]
    explain(as_turn(shift), person, others)


def explain(turn: Turn, person: User, others: Sequence[Turn]) -> None:
    """Raises InvalidInput naming every hard rule that would be broken."""
    bound = bounds([person.pk], turn.day, turn.day)[person.pk]
    if why := refusals(turn, bound, others, limits()):
        raise InvalidInput(f"不能排{person.name}：{'；'.join(why)}。", field="person", broken=why)


@transaction.atomic
def change_shift(*, actor: User, uid: UUID, version: int, person: User | None, reason: str) -> Shift:
    """Another person for a published shift (None = leave it open), as its next version.

    `version` is the one that the actor saw. Raises NotFound outside the territory, NotAllowed without
    `roster.manage` there, Conflict for a stale version, InvalidInput for a broken rule or a missing reason.
    """
    lock_people([person.pk if person else 0])
    shift = locked(uid, version)
    may_manage(actor, shift.station)
    not_begun(shift)
    if not (reason := reason.strip()):
        raise InvalidInput("请写明为什么改，改动会留在记录里。", field="reason")
    if (person.pk if person else None) == shift.person_id:
        return shift
    if person is not None:
        check_person(shift, person)
    return write(
        new=[successor(shift, person_id=person.pk if person else None)],
        old=[shift],
        actor=actor,
        reason=reason,
    )[0]


def may_manage(actor: User, station: Any) -> None:
    """Raises NotFound where the actor does not even see the station, NotAllowed where he only sees it."""
    if not covers(actor, "roster.manage", station.area):
        if covers(actor, "roster.view", station.area):
            raise NotAllowed("您可以看这个站的排班，但不能改。请找站长或指挥室。")
        raise NotFound("没有找到这个工作站，或它不在您的辖区。")
