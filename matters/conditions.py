"""What must hold beside the state for a move to be open: conditions by name, each with its refusal; an app
registers those of its own kinds."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from grids.queries import parameters
from matters.loop import Transition
from matters.models import Matter


@dataclass(frozen=True)
class Condition:
    """`holds` reads the locked matter and who would move it (None = the reporter); `told` is the refusal,
    "" = the usual one that names what is open instead."""

    holds: Callable[[Matter, Transition, User | None], bool]
    told: str = ""


def _in_time(matter: Matter, *_: object) -> bool:
    """A clock runs, its deadline has not passed, nobody has asked yet."""
    return matter.asked_by_id is None and matter.due_at is not None and timezone.now() <= matter.due_at


def _reopenable(matter: Matter, *_: object) -> bool:
    days = parameters("reopen_days")["reopen_days"]
    return matter.closed_at is not None and timezone.now() - matter.closed_at <= timedelta(days=days)


CONDITIONS: dict[str, Condition] = {
    "running": Condition(lambda m, *_: m.paused_at is None, "已经在等补充材料，不用再要求。"),
    "paused": Condition(lambda m, *_: m.paused_at is not None, "没有人在等补充材料。"),
    "in_time": Condition(_in_time, "要在期限到之前申请延期，而且上一次申请已有批复。"),
    "asked": Condition(lambda m, *_: m.asked_by_id is not None, "没有待批准的延期申请。"),
    "reopenable": Condition(_reopenable, "已过重开期限，请另报一件。"),
}


def register(name: str, condition: Condition) -> None:
    """Make a condition known under the name that transitions use; called from the owning app's `ready()`."""
    CONDITIONS[name] = condition


def holds(transition: Transition, matter: Matter, actor: User | None) -> bool:
    """Whether the move's condition, if it has one, is met."""
    return not transition.when or CONDITIONS[transition.when].holds(matter, transition, actor)
