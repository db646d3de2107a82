"""Every write on a matter: opening it and moving it along its loop."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from accounts.models import User
from grids.models import Area, Unit
from grids.photos import Photo, with_files
from grids.scope import covers, rights_of
from matters import effects
from matters.facts import matter_advanced
from matters.loop import KINDS, Transition, state_label
from matters.models import Event, Matter
from matters.needs import NEEDS
from matters.photos import attach
from shared.dates import today
from shared.errors import Conflict, InvalidInput, NotAllowed, NotFound, TransitionRefused


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
    due_at: datetime | None = None,
    note: str = "",
    photos: Sequence[Photo] = (),
) -> Matter:
    """A new matter with the first line of its timeline, and the photos that came with the report."""
    rules = KINDS[kind]
    matter = Matter.objects.create(
        kind=kind,
        number=number or next_number(rules.prefix),
        title=title[:120],
        area=area,
        unit=unit,
        state=state or rules.start,
        reporter=actor,
        occurred_at=occurred_at,
        due_at=due_at,
    )
    event = Event.objects.create(
        matter=matter,
        action="open",
        label="登记",
        to_state=matter.state,
        actor=actor,
        at=timezone.now(),
        note=note,
    )
    attach(event, photos)
    return matter


def available_actions(matter: Matter, user: User) -> list[Transition]:
    """The moves that `advance` would let this user make now: pages draw their buttons from this."""
    held = rights_of(user)
    return [
        t
        for t in KINDS[matter.kind].loop
        if matter.state in t.sources
        and t.right in held
        and matter.reached_by(user, t.right)
        and not (t.not_by == "handler" and matter.handler_id == user.pk)
    ]


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
    """Make one move: the only writer of `state`. Without an actor: the reporter himself, who has no account
    (群众上报); he makes only moves whose right is "", and nobody else makes those.

    Locks the row, reads the state again under the lock, checks right, territory and evidence, writes the
    timeline; photos in the evidence (grids.photos.Photo) stay with its line. Raises NotFound (outside the
    territory), NotAllowed (inside, without the right), TransitionRefused (not open in this state, names what
    is), Conflict (`version` is stale), InvalidInput (evidence missing, names the field).
    """
    note = note.strip()
    given = {k: v.strip() if isinstance(v, str) else v for k, v in (evidence or {}).items()}
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


def _refusal(matter: Matter, actor: User | None) -> TransitionRefused:
    open_now = available_actions(matter, actor) if actor else []
    words = "、".join(t.label for t in open_now) or "无（没有您可做的操作）"
    return TransitionRefused(
        f"“{state_label(matter.kind, matter.state)}”状态下不能这样操作。现在可以：{words}。",
        allowed=[t.action for t in open_now],
    )


def _check(
    matter: Matter, transition: Transition, actor: User | None, note: str, given: dict[str, Any]
) -> None:
    allowed = matter.reached_by(actor, transition.right) if actor else not transition.right
    if not allowed:
        raise NotAllowed(f"您没有“{transition.label}”的权限，请联系所在村社或指挥室。")
    if transition.not_by == "handler" and actor and matter.handler_id == actor.pk:
        raise NotAllowed("办理人不能审核自己的事项，请由另一位同事审核。")
    for name in transition.needs:
        if not (note if name == "note" else given.get(name)):
            raise InvalidInput(NEEDS[name].missing, field=name)
    for name, value in given.items():
        need = NEEDS.get(name)
        if value and need and need.choices and value not in dict(need.choices):
            raise InvalidInput(need.missing, field=name)
    if "area" in transition.needs:
        _check_area(given["area"], transition, actor)


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
    matter.state = transition.lands(matter.state)
    matter.version += 1
    matter.moved_at = timezone.now()
    if transition.takes:
        matter.handler = actor
    if "area" in transition.needs:
        matter.area, matter.handler = given["area"], None
        matter.unit = given.get("unit")
    if matter.state in KINDS[matter.kind].ended:
        matter.closed_at = matter.moved_at
        matter.outcome = _ending(transition, given.get("outcome"))
        matter.answer = given.get("answer") or note
    elif matter.closed_at is not None:
        matter.closed_at, matter.outcome, matter.answer = None, "", ""
