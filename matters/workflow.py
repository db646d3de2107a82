"""Every write on a matter: opening it and moving it along its loop."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from accounts.models import User
from grids.models import Area, Unit
from grids.photos import Photo, with_files
from grids.scope import covers
from matters import clocks, conditions, effects
from matters.facts import matter_advanced, matter_referred
from matters.loop import KINDS, Transition, state_label
from matters.models import Event, Matter
from matters.needs import NEEDS
from matters.photos import attach
from shared.dates import today
from shared.errors import Conflict, InvalidInput, NotAllowed, NotFound, TransitionRefused
from shared.texts import typed


def next_number(prefix: str) -> str:
    """`YH2026-000012`: unique, rising, gaps allowed (a rolled-back matter keeps its number)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('matters_number')")
        return f"{prefix}{today().year}-{cursor.fetchone()[0]:06d}"


@with_files()
@transaction.atomic
def open_matter(
    *,
    kind: str,
    title: str,
    area: Area,
    occurred_at: datetime,
    actor: User | None,
    state: str = "",
    number: str = "",
    unit: Unit | None = None,
    level: str = "",
    due_at: datetime | None = None,
    note: str = "",
    by: str = "",
    photos: Sequence[Photo] = (),
) -> Matter:
    """A new matter with the first line of its timeline and the photos that came with the report.

    Its clock runs by the limit of its kind and level; one that begins further on than the kind's start is
    handled at once. `due_at` = a first deadline that the caller has told somebody, instead of the limit; `by`
    says who it was that has no account.
    """
    rules = KINDS[kind]
    matter = Matter.objects.create(
        kind=kind,
        gravity=level,
        number=number or next_number(rules.prefix),
        title=title[:120],
        area=area,
        unit=unit,
        state=state or rules.start,
        reporter=actor,
        occurred_at=occurred_at,
        due_at=due_at,
    )
    stage = "accept" if matter.state == rules.start else "handle"
    if due_at is None:
        clocks.first(matter, stage, matter.created_at)
    else:
        clocks.until(matter, stage, matter.created_at, due_at)
    matter.save(update_fields=["due_at", "warn_at"])
    event = Event.objects.create(
        matter=matter,
        action="open",
        label="登记",
        to_state=matter.state,
        actor=actor,
        at=timezone.now(),
        note=note,
        evidence={"by": by} if by else {},
    )
    attach(event, photos)
    return matter


def available_actions(matter: Matter, user: User) -> list[Transition]:
    """The moves that `advance` would let this user make now: pages draw their buttons from this."""
    if not matter.reached_by(user, "matters.view"):
        return []
    return [
        t
        for t in KINDS[matter.kind].loop
        if matter.state in t.sources
        and matter.reached_by(user, t.right)
        and not _barred(t, matter, user)
        and conditions.holds(t, matter, user)
    ]


def _barred(transition: Transition, matter: Matter, user: User | None) -> bool:
    """Whether it is the user's own work or request that the move would pass."""
    by = {"handler": matter.handler_id, "asker": matter.asked_by_id}.get(transition.not_by)
    return by is not None and user is not None and by == user.pk


@with_files()
@transaction.atomic
def advance(
    *,
    matter: Matter,
    action: str,
    actor: User | None,
    note: str = "",
    evidence: Mapping[str, Any] | None = None,
    version: int | None = None,
) -> Event:
    """Make one move: the only writer of `state`.

    Without an actor it is the reporter himself, who has no account (群众上报) but proved that the report is
    his: he makes only moves whose right is "" and those that are `by_reporter`. Locks the row, reads the
    state again under the lock, checks right, territory, condition and evidence, turns the clock, runs the
    effect, writes the timeline; photos in the evidence (grids.photos.Photo) stay with its line. Raises
    NotFound (outside the territory), NotAllowed (inside, without the right), TransitionRefused (not open in
    this state, names what is), Conflict (`version` is stale), InvalidInput (evidence missing, names it).
    """
    note = typed(note, "note")
    given = {k: typed(v, k) if isinstance(v, str) else v for k, v in (evidence or {}).items()}
    locked = Matter.objects.select_for_update(of=("self",)).select_related("area").get(pk=matter.pk)
    rules = KINDS[locked.kind]
    if actor is not None and not locked.reached_by(actor, "matters.view"):
        raise NotFound("没有找到这件事项，或它不在您的辖区。")
    if version is not None and version != locked.version:
        raise Conflict("这件事项刚被别人更新过，请看过最新情况再操作。", version=locked.version)
    transition = rules.move(locked.state, action)
    if transition is None:
        raise _refusal(locked, actor)
    _check(locked, transition, actor, note, given)
    photos: Any = given.pop("photos", ())
    before = locked.state
    _apply(locked, transition, actor, note, given)
    clocks.turn(locked, transition, actor, note)
    effects.run(locked, transition, actor, note, given)
    locked.save()
    event = Event.objects.create(
        matter=locked,
        action=action,
        label=transition.label,
        from_state=before,
        to_state=locked.state,
        actor=actor,
        at=timezone.now(),
        note=note,
        evidence=_kept(given),
    )
    attach(event, photos)
    matter.refresh_from_db()
    matter_advanced.send(sender=Matter, matter=matter, event=event, actor=actor)
    if "refer_to" in transition.needs:
        matter_referred.send(sender=Matter, matter=matter, event=event, actor=actor, to=given["refer_to"])
    return event


def _kept(given: Mapping[str, Any]) -> dict[str, str]:
    """Evidence as the timeline keeps it: a row by its key and by the name that it had then."""
    kept: dict[str, str] = {}
    for key, value in given.items():
        if isinstance(value, models.Model):
            kept |= {key: str(value.pk), f"{key}_name": str(value)}
        elif value:
            kept[key] = str(value)
    return kept


def _refusal(matter: Matter, actor: User | None, why: str = "") -> TransitionRefused:
    """Names what is open instead."""
    open_now = available_actions(matter, actor) if actor else []
    words = "、".join(t.label for t in open_now) or "无（没有您可做的操作）"
    return TransitionRefused(
        f"{why or f'“{state_label(matter.kind, matter.state)}”状态下不能这样操作。'}现在可以：{words}。",
        allowed=[t.action for t in open_now],
    )


def _check(
    matter: Matter, transition: Transition, actor: User | None, note: str, given: dict[str, Any]
) -> None:
    if not _may(transition, matter, actor):
        raise NotAllowed(f"您没有“{transition.label}”的权限，请联系所在村社或指挥室。")
    if _barred(transition, matter, actor):
        raise NotAllowed(BARRED[transition.not_by])
    if not conditions.holds(transition, matter, actor):
        raise _refusal(matter, actor, conditions.CONDITIONS[transition.when].told)
    _check_evidence(transition, note, given)
    if transition.to_unit and given.get("unit"):
        _check_unit(matter, given["unit"])
    if "area" in transition.needs and given.get("area"):
        _check_area(given["area"], transition, actor)


BARRED = {
    "handler": "办理人不能审核自己的事项，请由另一位同事审核。",
    "asker": "申请延期的人不能自己批复，请由另一位同事批复。",
}


def _may(transition: Transition, matter: Matter, actor: User | None) -> bool:
    if actor is None:
        return transition.by_reporter or not transition.right
    return matter.reached_by(actor, transition.right)


def _check_evidence(transition: Transition, note: str, given: dict[str, Any]) -> None:
    for name in transition.needs:
        if name == "area" and transition.to_unit and given.get("unit"):
            continue
        if not (note if name == "note" else given.get(name)):
            raise InvalidInput(NEEDS[name].missing, field=name)
    for name in {*transition.needs, *transition.fields} & set(given):
        need = NEEDS[name]
        if given[name] and need.choices and given[name] not in dict(need.choices()):
            raise InvalidInput(need.missing, field=name)


def _check_unit(matter: Matter, unit: Any) -> None:
    """A unit of the same street; the matter keeps its area unless another is named."""
    if not isinstance(unit, Unit) or unit.area.parent_ids[0] != matter.area.parent_ids[0]:
        raise InvalidInput(NEEDS["unit"].missing, field="unit")


def _check_area(area: Any, transition: Transition, actor: User | None) -> None:
    """A matter goes to a village or a grid: above them nobody holds the right to handle it."""
    if not isinstance(area, Area) or not area.is_active or area.level == Area.Level.STREET:
        raise InvalidInput(NEEDS["area"].missing, field="area")
    if not covers(actor, transition.right, area):
        raise InvalidInput("只能流转到您辖区内的村社或网格。", field="area")


def _ending(transition: Transition, outcome: Any) -> Any:
    """How it ended. A cancelled matter was never settled: that would be closing one's own work unverified."""
    if transition.outcome and outcome != Matter.Outcome.NOT_OURS:
        return transition.outcome
    return outcome


def _apply(
    matter: Matter, transition: Transition, actor: User | None, note: str, given: dict[str, Any]
) -> None:
    ended = KINDS[matter.kind].ended
    was_ended, matter.state = matter.state in ended, transition.lands(matter.state)
    matter.version += 1
    matter.moved_at = timezone.now()
    if transition.takes:
        matter.handler = actor
    if "area" in transition.needs:
        matter.area, matter.handler = given.get("area") or matter.area, None
        matter.unit = given.get("unit") or None
    if matter.state in ended:
        matter.closed_at = matter.moved_at
        matter.outcome = _ending(transition, given.get("outcome"))
        matter.answer = given.get("answer") or note
    elif was_ended:
        matter.closed_at, matter.outcome, matter.answer = None, "", ""
        matter.reopened += 1
