"""What a matter's page shows and what its forms send: shared by the page's two methods and by its tests."""

from collections.abc import Mapping
from typing import Any

from accounts.models import User
from grids.queries import labels
from matters.details import detail_of
from matters.explained import clocks_of
from matters.forms import MoveForm
from matters.loop import KINDS, Kind, Transition
from matters.models import Event, Matter
from matters.photos import by_event
from matters.queries import as_row, holder_of, place_of, reading, timeline
from matters.workflow import advance, available_actions
from shared.errors import Conflict, DomainError, InvalidInput
from shared.jinja import date_text


def make_move(matter: Matter, user: User, data: Mapping[str, str], files: Any = None) -> Event:
    """Read the posted form of a move and make it. Raises the domain errors of `advance`; a bad field is
    InvalidInput.
    """
    action = data.get("action", "")
    transition = next((t for t in KINDS[matter.kind].loop if t.action == action), None)
    if transition is None:
        return advance(matter=matter, action=action, actor=user)
    form = MoveForm(transition, matter=matter, user=user, data=data, files=files)
    if not form.is_valid():
        # A move that is not open is refused as such, whatever the form lacks.
        if matter.state not in transition.sources or form.cleaned_data.get("version") not in (
            None,
            matter.version,
        ):
            return advance(matter=matter, action=action, actor=user, version=form.cleaned_data.get("version"))
        if form.has_error("version"):
            raise InvalidInput(str(form.errors["version"][0]), field="version")
        raise InvalidInput("有内容要改，请看标出的地方。")
    return advance(
        matter=matter,
        action=action,
        actor=user,
        note=form.cleaned_data.get("note", ""),
        evidence=form.evidence,
        version=form.cleaned_data["version"],
    )


def page_context(
    matter: Matter,
    user: User,
    posted: Mapping[str, str] | None = None,
    refused: DomainError | None = None,
    files: Any = None,
) -> dict[str, Any]:
    """Everything the page needs; after a refusal with what was typed, and with what others did meanwhile."""
    told = reading(matter, user)
    events = timeline(matter, told)
    moves = available_actions(matter, user)
    kind = KINDS[matter.kind]
    forms = [_form(t, matter, user, posted, refused, files) for t in moves]
    onward = next((f for f in forms if f.transition.action == "grant_extension"), None) or next(
        (f for f in forms if kind.leads_on(f.transition, matter.state)), None
    )
    row, clocks = as_row(matter), clocks_of(matter)
    return {
        "matter": matter,
        "answer": told(matter.answer),
        "place": place_of(row),
        "holder": holder_of(row),
        "waits": "轮到您时，这里会出现要做的操作。",
        "kind": kind,
        "state": kind.label_of(matter.state),
        "detail": detail_of(matter, user),
        "steps": steps(matter, events),
        "clocks": clocks,
        "awaited": _last_note(events, "ask_info") if matter.paused_at else "",
        "wanted": _wanted(events) if matter.asked_by_id else "",
        "running": next((c for c in clocks if c.state in {"open", "hold"}), None),
        "cards": list(matter.cards.order_by("-id")),
        "events": events,
        "photos": by_event(matter),
        "led": _led(events),
        "first": onward,
        "others": sorted(
            (f for f in forms if f is not onward), key=lambda f: f.transition.action != "refuse_extension"
        ),
        "tried": (posted or {}).get("action", ""),
        "refused": refused,
        "missed": _missed(events, posted) if isinstance(refused, Conflict) else [],
        "states": kind.states,
        "outcomes": dict(Matter.Outcome.choices),
    }


def _last_note(events: list[Event], action: str) -> str:
    """What was written with the last move of that name."""
    return next((event.note for event in reversed(events) if event.action == action), "")


def _wanted(events: list[Event]) -> str:
    """How much more time was asked for last, and why."""
    asked = next((event for event in reversed(events) if event.action == "ask_extension"), None)
    return f"{asked.evidence.get('days', '')} 天，{asked.note}" if asked else ""


def _form(
    transition: Transition,
    matter: Matter,
    user: User,
    posted: Mapping[str, str] | None,
    refused: DomainError | None,
    files: Any,
) -> MoveForm:
    """The move's form: empty, or with what was typed, always for the version that the reader now sees."""
    if posted is None or posted.get("action") != transition.action:
        return MoveForm(transition, matter=matter, user=user)
    data = {**{name: posted[name] for name in posted}, "version": str(matter.version)}
    form = MoveForm(transition, matter=matter, user=user, data=data, files=files)
    if form.is_valid() and refused is not None and refused.field in form.fields:
        form.add_error(refused.field, refused.message)
    return form


def _led(events: list[Event]) -> dict[int, str]:
    """Where a move took the matter, or how much time it asked for: said beside who made it."""
    bodies = labels("referral") if any("refer_to" in event.evidence for event in events) else {}
    found = {}
    for event in events:
        given = event.evidence
        if to := given.get("unit_name") or given.get("area_name"):
            found[event.pk] = f"转到{to}"
        elif to := given.get("receiver"):
            found[event.pk] = f"交给{to}"
        elif to := given.get("refer_to"):
            found[event.pk] = f"移交给{bodies.get(to, to)}"
        elif to := given.get("main"):
            found[event.pk] = f"并入 {to}"
        elif event.action == "ask_extension":
            found[event.pk] = f"延 {given.get('days', '')} 天"
    return found


def _missed(events: list[Event], posted: Mapping[str, str] | None) -> list[Event]:
    """What happened since the version that the form was made from: a version counts its lines."""
    version = (posted or {}).get("version", "")
    return events[int(version) :] if version.isdecimal() and len(version) < 6 else []


def steps(matter: Matter, events: list[Event]) -> list[tuple[str, str, str]]:
    """The way to the end as (name, day, done | now | ""): what the timeline holds, then what the kind's table
    still asks for. A matter that began as assigned was neither accepted nor passed on, so it shows neither;
    who has reported back has handled it.
    """
    kind, ended = KINDS[matter.kind], matter.closed_at is not None
    state = matter.state
    if ended:
        state = next((e.from_state for e in reversed(events) if e.from_state and e.to_state == state), state)
    moved = (e for e in events if e.from_state and kind.rank(e.to_state) > kind.rank(e.from_state))
    onward, here = {e.to_state: e for e in moved}, kind.rank(state)
    found = [("登记", date_text(events[0].at if events else matter.created_at), True)]
    for code, name in kind.steps.items():
        if code in kind.ended or code not in kind.used:
            continue
        event, reached = onward.get(code), kind.rank(code) <= here
        done = kind.rank(code) < here if code in kind.doing else reached
        if event or not done or code in kind.doing:
            found.append((_named(event, name), date_text(event.at) if event and reached else "", done))
    found = _ending(matter, kind, state, [step for step in found if step[2] or not ended])
    now = next((place for place, step in enumerate(found) if not step[2]), None)
    return [
        (name, day, "done" if done else "now" if place == now else "")
        for place, (name, day, done) in enumerate(found)
    ]


def _ending(
    matter: Matter, kind: Kind, state: str, found: list[tuple[str, str, bool]]
) -> list[tuple[str, str, bool]]:
    """The last steps: looked at by somebody else where the kind's table has that, then the end."""
    verify = next((t for t in kind.loop if t.action == "verify"), None)
    review = verify.label.removesuffix("销号") if verify else ""
    if matter.closed_at:
        day = date_text(matter.closed_at)
        looked = [(review, day, True)] if verify and state in verify.sources else []
        return [*found, *looked, (kind.steps.get(matter.state, kind.label_of(matter.state)), day, True)]
    end = next(code for code in kind.states if code in kind.ended - kind.dropped)
    looked = [(review, "", False)] if verify else []
    return [*found, *looked, (kind.steps.get(end, kind.label_of(end)), "", False)]


def _named(event: Event | None, name: str) -> str:
    """流转, or 落格 where the command room placed it."""
    return event.label if event and event.to_state == "assigned" else name
