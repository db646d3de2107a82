"""Swaps: asked by one, accepted by the other, both checked by the hard rules when asked and again when
accepted.
"""

import hashlib
from uuid import UUID

import orjson
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from matters.notices import post
from mediation.models import Shift, Swap
from mediation.roster.people import as_turn, lock_people, members_of, standing_turns
from mediation.roster.workflow.shifts import explain, not_begun, successor, write
from mediation.telling import ROSTER
from shared.errors import Conflict, InvalidInput, NotFound
from shared.jinja import moment_text


def _named(shift: Shift) -> str:
    return f"{moment_text(shift.starts_at)} {shift.pattern.name}"


def _check(asker: User, other: User, given: Shift, taken: Shift | None) -> None:
    """Both may sit where they would, by every hard rule, once each has given his own shift away."""
    for shift in filter(None, (given, taken)):
        not_begun(shift)
    moves = [(given, other, taken)] + ([(taken, asker, given)] if taken else [])
    for shift, person, own in moves:
        if not members_of(shift.station_id, shift.department_id, shift.day).filter(pk=person.pk).exists():
            raise InvalidInput(f"{person.name}不在{shift.station.name}的排班名单里，不能换。", field="other")
        turns = standing_turns([person.pk], shift.day, shift.day).get(person.pk, [])
        explain(as_turn(shift), person, [turn for turn in turns if own is None or turn.key != str(own.uid)])


def _current(uid: UUID, holder: User, whose: str) -> Shift:
    found = (
        Shift.objects.select_for_update(of=("self",))
        .standing()
        .select_related("pattern", "station__area", "department")
        .filter(uid=uid, person=holder)
        .first()
    )
    if found is None:
        raise NotFound(f"没有找到{whose}的这个班次，它可能刚被调整，请刷新。")
    return found


@transaction.atomic
def ask_swap(
    *, actor: User, client_id: UUID, given: UUID, other: User, taken: UUID | None, reason: str
) -> tuple[Swap, bool]:
    """Ask another to take `given`, for `taken` of his or for nothing; the second value says whether it is
    new.

    Safe to send twice. Raises InvalidInput (with oneself, a broken rule), NotFound (a shift that is not
    theirs), Conflict (the shift is offered already, or the id stands for something else).
    """
    content = {"asker": actor.pk, "other": other.pk, "given": given, "taken": taken, "reason": reason.strip()}
    digest = hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
    if first := Swap.objects.filter(client_id=client_id).first():
        return _same(first, digest), False
    if other.pk == actor.pk:
        raise InvalidInput("不能和自己换班，请选另一位。", field="other")
    if not reason.strip():
        raise InvalidInput("请写明为什么换班，对方才好答复。", field="reason")
    lock_people([actor.pk, other.pk])
    mine = _current(given, actor, "您")
    theirs = _current(taken, other, other.name) if taken else None
    _check(actor, other, mine, theirs)
    swap = Swap(
        client_id=client_id,
        payload_hash=digest,
        asker=actor,
        other=other,
        given=mine,
        taken=theirs,
        reason=reason.strip(),
    )
    try:
        with transaction.atomic():
            swap.save(force_insert=True)
    except IntegrityError as error:
        if first := Swap.objects.filter(client_id=client_id).first():
            return _same(first, digest), False
        raise Conflict("这个班次已经在问别人换班，请先撤回那一次。", field="given") from error
    back = f"，换您的{_named(theirs)}" if theirs else "，请您顶班"
    post(
        source=f"swap:{swap.pk}:asked",
        recipients=[other.pk],
        subject=f"{actor.name}想和您换班",
        body=f"{_named(mine)}{back}。理由：{swap.reason}",
        url=f"/mediation/roster/swaps/{swap.pk}/",
        kind=ROSTER.code,
    )
    return swap, True


def _same(first: Swap, digest: str) -> Swap:
    if first.payload_hash != digest:
        raise Conflict("这次换班已经提出过，但内容不一样，请重新打开换班页。", swap=first.pk)
    return first


def _locked(swap: Swap) -> Swap:
    return (
        Swap.objects.select_for_update(of=("self",))
        .select_related("asker", "other", "given", "taken")
        .get(pk=swap.pk)
    )


@transaction.atomic
def answer_swap(*, actor: User, swap: Swap, accept: bool) -> Swap:
    """The other's answer; accepted, both shifts change hands as new versions.

    The rules are asked again under lock, since leave, other swaps or a new roster may have come in between.
    Raises NotFound for anybody else, Conflict where it is answered already or a shift has changed.
    """
    lock_people([swap.asker_id, swap.other_id])
    held = _locked(swap)
    if held.other_id != actor.pk:
        raise NotFound("没有找到这次换班，或它不是问您的。")
    if held.state != Swap.State.ASKED:
        raise Conflict(f"这次换班已经是“{held.get_state_display()}”。")
    if accept:
        given = _current(held.given.uid, held.asker, held.asker.name)
        taken = _current(held.taken.uid, held.other, "您") if held.taken else None
        _check(held.asker, held.other, given, taken)
        new = [successor(given, person_id=held.other_id)]
        if taken:
            new.append(successor(taken, person_id=held.asker_id))
        write(
            new=new,
            old=[shift for shift in (given, taken) if shift],
            actor=actor,
            reason=f"{held.asker.name}和{held.other.name}换班：{held.reason}"[:200],
        )
    held.state = Swap.State.ACCEPTED if accept else Swap.State.REFUSED
    held.answered_at = timezone.now()
    held.save(update_fields=["state", "answered_at"])
    post(
        source=f"swap:{held.pk}:answered",
        recipients=[held.asker_id],
        subject=f"{held.other.name}{'同意' if accept else '不同意'}和您换班",
        body=held.get_state_display(),
        url="/mediation/roster/mine/",
        kind=ROSTER.code,
    )
    return held


@transaction.atomic
def withdraw_swap(*, actor: User, swap: Swap) -> Swap:
    """The asker needs it no longer; safe to repeat. Raises NotFound for anybody else, Conflict after an
    answer.
    """
    held = _locked(swap)
    if held.asker_id != actor.pk:
        raise NotFound("没有找到这次换班。")
    if held.state == Swap.State.WITHDRAWN:
        return held
    if held.state != Swap.State.ASKED:
        raise Conflict(f"对方已经答复：{held.get_state_display()}。")
    held.state, held.answered_at = Swap.State.WITHDRAWN, timezone.now()
    held.save(update_fields=["state", "answered_at"])
    return held
