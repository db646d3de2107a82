"""Every write on van calls: asking, assigning, one tap for each step, cancelling, escalating what is late."""

import hashlib
from datetime import datetime
from uuid import UUID

import orjson
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from grids.models import Area
from grids.scope import covers
from matters.models import Matter
from matters.notices import NOW, post
from mediation.models import VanCall, VanEvent
from mediation.roster.people import managers_of
from mediation.telling import VAN
from mediation.van.candidates import Crew, crews
from mediation.van.cases import case_of
from mediation.van.steps import BY_ACTION, LABELS, State, clocks, limits, next_steps
from shared.errors import Conflict, InvalidInput, NotAllowed, NotFound


def log(call: VanCall, action: str, actor: User | None, at: datetime, note: str = "") -> None:
    """One line of the call's log."""
    VanEvent.objects.create(call=call, action=action, actor=actor, at=at, note=note[:500])


@transaction.atomic
def ask_van(
    *, actor: User, client_id: UUID, area: Area, address: str, about: str, matter: Matter | None = None
) -> tuple[VanCall, bool]:
    """Call a van to a place; van and mediator are proposed from the roster and assigned at once
    where there are any.

    Safe to send twice; one incident (`matter`) has one call. The second value says whether it is
    new. Raises NotFound (outside the territory of `van.send`), InvalidInput (names the field),
    Conflict.
    """
    if not covers(actor, "van.send", area) or (matter and not covers(actor, "van.send", matter.area)):
        raise NotFound("没有找到这个地方，或它不在您的辖区。")
    call = VanCall(
        client_id=client_id,
        area=area,
        matter=matter,
        address=address.strip(),
        about=about.strip(),
        asked_by=actor,
        asked_at=timezone.now(),
    )
    for name, told in (("address", "请写明地点，车才找得到。"), ("about", "请写明是什么纠纷。")):
        if not getattr(call, name):
            raise InvalidInput(told, field=name)
    content = [actor.pk, area.pk, matter.pk if matter else None, call.address, call.about]
    call.payload_hash = hashlib.sha256(orjson.dumps(content)).hexdigest()
    try:
        with transaction.atomic():
            call.save(force_insert=True)
    except IntegrityError:
        return _known(call), False
    log(call, "ask", actor, call.asked_at, call.about)
    _assign_first(call)
    return call, True


def _known(call: VanCall) -> VanCall:
    """The call that was there before; Conflict where the id stands for something else."""
    if first := VanCall.objects.filter(client_id=call.client_id).first():
        if first.payload_hash != call.payload_hash:
            raise Conflict("这次呼叫已经发出过，但内容不一样，请重新打开呼叫页。", call=first.pk)
        return first
    return VanCall.objects.exclude(state=State.CANCELLED).get(matter=call.matter)


def _assign_first(call: VanCall) -> bool:
    """The first crew that is still free; somebody else may take one at the same moment."""
    return any(_assigned(call, crew, None) for crew in crews(call.area))


def _assigned(call: VanCall, crew: Crew, actor: User | None) -> bool:
    """Give the call to a crew; False where van or mediator went into another call just now (database)."""
    now = timezone.now()
    try:
        with transaction.atomic():
            changed = VanCall.objects.filter(pk=call.pk, state__in=[State.WAITING, State.ASSIGNED]).update(
                state=State.ASSIGNED, van=crew.van, mediator=crew.mediator, assigned_at=now
            )
    except IntegrityError:
        return False
    if not changed:
        return False
    first = call.state == State.WAITING
    call.refresh_from_db()
    log(call, "assign" if first else "reassign", actor, now, crew.text)
    post(
        source=f"van:{call.pk}:{now.timestamp():.0f}",
        recipients=[crew.mediator.pk],
        subject=f"出车：{call.address}",
        body=call.about,
        url=address_of(call),
        kind=VAN.code,
        urgency=NOW,
        values=_about(call),
    )
    return True


def _about(call: VanCall) -> dict[str, str]:
    """What a notice's template may name of a call."""
    return {"地址": call.address, "来由": call.about}


def address_of(call: VanCall) -> str:
    """The call's page."""
    return f"/mediation/van/{call.pk}/"


def locked(call: VanCall) -> VanCall:
    """The call under lock, with what its checks need."""
    return (
        VanCall.objects.select_for_update(of=("self",))
        .select_related("area", "van__station__area", "mediator", "matter", "asked_by")
        .get(pk=call.pk)
    )


@transaction.atomic
def assign(*, actor: User, call: VanCall, crew_key: str) -> VanCall:
    """Another crew, before the first has signed. Raises NotFound, NotAllowed, Conflict (not free
    any more).
    """
    held = locked(call)
    _may(actor, held, "van.send")
    if held.state not in {State.WAITING, State.ASSIGNED}:
        raise Conflict(f"这次出车已经是“{held.get_state_display()}”，不能改派。")
    crew = next((one for one in crews(held.area) if one.key == crew_key), None)
    if crew is None or not _assigned(held, crew, actor):
        raise Conflict("这辆车或这位调解员刚被派走，请另选。", field="crew")
    return held


def _may(actor: User, call: VanCall, right: str) -> None:
    """Raises NotFound where the actor does not see the call, NotAllowed where he only sees it."""
    if not covers(actor, right, call.area):
        if covers(actor, "van.view", call.area):
            raise NotAllowed("您可以看这次出车，但不能操作。")
        raise NotFound("没有找到这次出车，或它不在您的辖区。")


def may_step(actor: User, call: VanCall) -> bool:
    """The mediator himself, or who may run vans at the van's station."""
    if call.mediator_id == actor.pk:
        return True
    return call.van is not None and covers(actor, "van.run", call.van.station.area)


@transaction.atomic
def step(*, actor: User, call: VanCall, action: str, note: str = "") -> VanCall:
    """One tap: accept, leave, arrive, settle or hand_over; the second tap of the same step changes nothing.

    Closing it opens the mediation case, so nothing is typed again. Raises NotFound, NotAllowed, InvalidInput,
    Conflict (not the next step).
    """
    held, wanted = locked(call), BY_ACTION.get(action)
    if wanted is None:
        raise InvalidInput("没有这个步骤。", field="action")
    if not may_step(actor, held):
        _may(actor, held, "van.send")
        raise NotAllowed("这一步由出车的调解员来点。")
    if held.state == wanted.target:
        return held
    if held.state != wanted.source:
        open_now = "、".join(one.label for one in next_steps(held)) or "无"
        raise Conflict(f"现在是“{held.get_state_display()}”，可以做的是：{open_now}。")
    if wanted.needs_note and not (note := note.strip()):
        raise InvalidInput("请写一句结果，呼叫的民警看得到。", field="note")
    now = timezone.now()
    held.state = wanted.target
    setattr(held, wanted.stamp, now)
    if wanted.needs_note:
        held.outcome = note[:500]
    held.save()
    log(held, action, actor, now, note)
    if wanted.needs_note:
        _close(held, actor)
    elif held.asked_by_id:
        _tell_asker(held, wanted.label)
    return held


def _tell_asker(call: VanCall, what: str) -> None:
    who = f"{call.van} {call.mediator}"
    post(
        source=f"van:{call.pk}:told:{call.state}",
        recipients=[call.asked_by_id] if call.asked_by_id else [],
        subject=f"调解车{what}：{call.address}",
        body=call.outcome or who,
        url=address_of(call),
        kind=VAN.code,
        urgency=NOW,
        values=_about(call),
    )


def _close(call: VanCall, actor: User) -> None:
    _tell_asker(call, call.get_state_display())
    if case := case_of(call):
        call.case = case
        call.save(update_fields=["case"])
        log(call, "case", actor, timezone.now(), case.number)
    assign_waiting()


@transaction.atomic
def cancel(*, actor: User, call: VanCall, reason: str) -> VanCall:
    """No van is needed any more; not after it has arrived. Safe to repeat."""
    held = locked(call)
    _may(actor, held, "van.send")
    if held.state == State.CANCELLED:
        return held
    if held.state not in {State.WAITING, State.ASSIGNED, State.ACCEPTED, State.LEFT}:
        raise Conflict(f"这次出车已经是“{held.get_state_display()}”，不能取消。")
    if not (reason := reason.strip()):
        raise InvalidInput("请写明为什么取消。", field="note")
    held.state, held.closed_at, held.outcome = State.CANCELLED, timezone.now(), reason[:500]
    held.save()
    log(held, "cancel", actor, held.closed_at, reason)
    if held.mediator_id:
        post(
            source=f"van:{held.pk}:cancelled",
            recipients=[held.mediator_id],
            subject=f"出车取消：{held.address}",
            body=reason,
            url=address_of(held),
            kind=VAN.code,
            urgency=NOW,
            values=_about(held),
        )
    assign_waiting()
    return held


def assign_waiting() -> int:
    """Calls for which there was no crew, oldest first; after each close, and by the sweep. How many
    got one.
    """
    waiting = VanCall.objects.filter(state=State.WAITING).select_related("area").order_by("asked_at", "pk")
    return sum(_assign_first(call) for call in waiting)


def escalate_late() -> int:
    """Tell the command room and the station's head of each limit that an open call has passed, once each.

    The sweep calls this; how many were new.
    """
    now, bounds = timezone.now(), limits()
    count = 0
    for call in VanCall.objects.filter(closed_at=None).select_related("area", "van__station__area"):
        for clock in clocks(call, bounds):
            if clock.done_at is None and clock.due_at < now:
                count += _escalated(call, f"late_{clock.limit.key}", now)
    return count


def _escalated(call: VanCall, action: str, now: datetime) -> bool:
    try:
        with transaction.atomic():
            log(call, action, None, now)
            places = [call.van.station] if call.van else []
            post(
                source=f"van:{call.pk}:{action}",
                recipients={*(who for place in places for who in managers_of(place)), *_senders(call)},
                subject=f"{LABELS[action]}：{call.address}",
                body=call.about,
                url=address_of(call),
                kind=VAN.code,
                urgency=NOW,
                values=_about(call),
            )
    except IntegrityError:
        return False
    return True


def _senders(call: VanCall) -> list[int]:
    """Who called; where nobody did, nobody."""
    return [call.asked_by_id] if call.asked_by_id else []
