"""What a move does beyond its state: functions by name, registered by the app that owns the kind.

An effect runs inside `advance`, in its transaction and under the matter's lock, after the move was checked
and set on the matter, before the matter and its timeline are written: it may set fields of the matter, add to
the evidence that the timeline keeps, write rows of its own, and refuse the whole move with a domain error.
"""

from collections.abc import Callable
from typing import Any

from accounts.models import User
from matters.loop import Transition
from matters.models import Matter

Effect = Callable[[Matter, Transition, User | None, str, dict[str, Any]], None]
"""(matter, transition, actor, note, evidence) → None; no actor = the reporter, a resident."""
EFFECTS: dict[str, Effect] = {}


def register(name: str, effect: Effect) -> None:
    """Make an effect known under the name that transitions use; called from the owning app's `ready()`."""
    EFFECTS[name] = effect


def run(
    matter: Matter, transition: Transition, actor: User | None, note: str, evidence: dict[str, Any]
) -> None:
    """The move's effect, where it has one."""
    if transition.effect:
        EFFECTS[transition.effect](matter, transition, actor, note, evidence)
