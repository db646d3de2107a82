"""What a matter's page shows and what its forms send: shared by the page's two methods and by its tests."""

from collections.abc import Mapping
from typing import Any

from accounts.models import User
from matters.details import detail_of
from matters.forms import MoveForm, area_groups
from matters.loop import ENDED, KINDS, RANK, STATES, Transition, leads_on
from matters.models import Event, Matter
from matters.queries import as_row, holder_of, place_of, timeline
from matters.workflow import advance, available_actions
from shared.errors import Conflict, DomainError, InvalidInput
from shared.jinja import date_text

STEPS = {"accepted": "受理", "assigned": "流转", "handling": "办理", "echoed": "反馈"}


def make_move(matter: Matter, user: User, data: Mapping[str, str]) -> Event:
    """Read the posted form of a move and make it. Raises the domain errors of `advance`; a bad field is
    InvalidInput.
    """
    action = data.get("action", "")
    transition = next((t for t in KINDS[matter.kind].loop if t.action == action), None)
    if transition is None:
        return advance(matter=matter, action=action, actor=user)
    form = MoveForm(transition, areas=_areas(matter, user, [transition]), version=matter.version, data=data)
    if not form.is_valid():
        # A move that is not open is refused as such, whatever the form lacks.
        if matter.state not in transition.sources or form.cleaned_data.get("version") not in (
            None,
            matter.version,
        ):
            return advance(matter=matter, action=action, actor=user, version=form.cleaned_data.get("version"))
        raise InvalidInput("有内容要改，请看标出的地方。")
    return advance(
        matter=matter,
        action=action,
        actor=user,
        note=form.cleaned_data.get("note", ""),
        evidence=form.evidence,
        version=form.cleaned_data["version"],
    )


def _areas(matter: Matter, user: User, moves: list[Transition]) -> list[Any]:
    right = next((t.right for t in moves if "area" in t.needs), "")
    return area_groups(user, right, matter.area) if right else []


def page_context(
    matter: Matter, user: User, posted: Mapping[str, str] | None = None, refused: DomainError | None = None
) -> dict[str, Any]:
    """Everything the page needs; after a refusal with what was typed, and with what others did meanwhile."""
    events = timeline(matter)
    moves = available_actions(matter, user)
    areas = _areas(matter, user, moves)
    forms = [_form(t, matter, areas, posted, refused) for t in moves]
    onward = next((f for f in forms if leads_on(f.transition, matter.state)), None)
    row = as_row(matter)
    return {
        "matter": matter,
        "place": place_of(row),
        "holder": holder_of(row),
        "waits": "轮到您时，这里会出现要做的操作。",
        "kind": KINDS[matter.kind],
        "state": STATES[matter.state],
        "detail": detail_of(matter, user),
        "steps": steps(matter, events),
        "events": events,
        "first": onward,
        "others": [f for f in forms if f is not onward],
        "tried": (posted or {}).get("action", ""),
        "refused": refused,
        "missed": _missed(events, posted) if isinstance(refused, Conflict) else [],
        "states": STATES,
        "outcomes": dict(Matter.Outcome.choices),
    }


def _form(
    transition: Transition,
    matter: Matter,
    areas: list[Any],
    posted: Mapping[str, str] | None,
    refused: DomainError | None,
) -> MoveForm:
    """The move's form: empty, or with what was typed, always for the version that the reader now sees."""
    if posted is None or posted.get("action") != transition.action:
        return MoveForm(transition, areas=areas, version=matter.version)
    data = {**{name: posted[name] for name in posted}, "version": str(matter.version)}
    form = MoveForm(transition, areas=areas, version=matter.version, data=data)
    if form.is_valid() and refused is not None and refused.field in form.fields:
        form.add_error(refused.field, refused.message)
    return form


def _missed(events: list[Event], posted: Mapping[str, str] | None) -> list[Event]:
    """What happened since the version that the form was made from: a version counts its lines."""
    version = (posted or {}).get("version", "")
    return events[int(version) :] if version.isdecimal() and len(version) < 6 else []


def steps(matter: Matter, events: list[Event]) -> list[tuple[str, str, str]]:
    """The way to the end as (name, day, done | now | ""): what the timeline holds, then what the kind's table
    still asks for. A matter that began as assigned was neither accepted nor passed on, so it shows neither;
    who has reported back has handled it.
    """
    kind = KINDS[matter.kind]
    ended = matter.state in ENDED
    state = next(
        (e.from_state for e in reversed(events) if ended and e.to_state == matter.state), matter.state
    )
    onward = {e.to_state: e for e in events if e.from_state and RANK[e.to_state] > RANK[e.from_state]}
    found = [("登记", date_text(events[0].at if events else matter.created_at), True)]
    for code, name in STEPS.items():
        event, reached = onward.get(code), RANK[code] <= RANK[state]
        done = RANK[state] > RANK[code] if code == "handling" else reached
        if code in kind.states and (event or not done or code == "handling"):
            found.append((_named(event, name), date_text(event.at) if event and reached else "", done))
    verify = kind.move("echoed", "verify")
    review = verify.label.removesuffix("销号") if verify else "审核"
    if ended:
        found = [step for step in found if step[2]]
        if state == "echoed":
            found.append((review, date_text(matter.closed_at), True))
        found.append(("撤销" if matter.state == "cancelled" else "销号", date_text(matter.closed_at), True))
    else:
        found += [(review, "", False), ("销号", "", False)]
    here = next((place for place, step in enumerate(found) if not step[2]), None)
    return [
        (name, day, "done" if done else "now" if place == here else "")
        for place, (name, day, done) in enumerate(found)
    ]


def _named(event: Event | None, name: str) -> str:
    """流转, or 落格 where the command room placed it."""
    return event.label if event and event.to_state == "assigned" else name
