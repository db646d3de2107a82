"""The closed loop as data: states, transitions, and the kinds of matter that follow them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

STATES = {
    "reported": "待受理",
    "accepted": "待流转",
    "assigned": "待办理",
    "handling": "办理中",
    "echoed": "待审核",
    "closed": "已销号",
    "cancelled": "已撤销",
}
ENDED = frozenset({"closed", "cancelled"})
RANK = {state: place for place, state in enumerate(STATES)}


@dataclass(frozen=True)
class Transition:
    """One allowed move. `needs` names the evidence that must come with it (`note`, `outcome`, `answer`,
    `area`).

    `not_by` = "handler" keeps the handler from verifying his own work (domain.md, The closed loop).
    """

    action: str
    label: str
    sources: frozenset[str]
    target: str
    right: str
    needs: tuple[str, ...] = ()
    not_by: str = ""


def move(
    action: str, label: str, sources: str, target: str, right: str, *needs: str, not_by: str = ""
) -> Transition:
    """A transition, with its sources as words."""
    return Transition(action, label, frozenset(sources.split()), target, right, needs, not_by)


STANDARD_LOOP: tuple[Transition, ...] = (
    move("accept", "受理", "reported", "accepted", "matters.assign"),
    move("assign", "流转", "accepted assigned", "assigned", "matters.assign", "area"),
    move("echo", "反馈", "assigned handling", "echoed", "matters.handle", "note"),
    move("handle", "开始办理", "assigned", "handling", "matters.handle"),
    move("send_back", "退回", "assigned handling", "accepted", "matters.handle", "note"),
    move("verify", "审核销号", "echoed", "closed", "matters.verify", "outcome", "answer", not_by="handler"),
    move("redo", "退回重办", "echoed", "handling", "matters.verify", "note"),
    move("cancel", "撤销", "reported accepted assigned handling", "cancelled", "matters.assign", "note"),
)


def derive(
    base: Iterable[Transition],
    *,
    add: Iterable[Transition] = (),
    remove: Iterable[str] = (),
    **changed: dict[str, object],
) -> tuple[Transition, ...]:
    """A kind's own table: actions removed, fields of an action replaced (`verify={"right": …}`), others put
    first.
    """
    gone = set(remove)
    kept = [
        replace(t, **changed[t.action]) if t.action in changed else t  # type: ignore[arg-type]
        for t in base
        if t.action not in gone
    ]
    return (*add, *kept)


@dataclass(frozen=True)
class Kind:
    """A kind of matter: what it is called, the letters its number starts with, the state it begins in, its
    moves.
    """

    code: str
    label: str
    prefix: str
    start: str
    loop: tuple[Transition, ...]
    reader: str = "matters.view"
    """The right that this kind's rows ask for beside `matters.view`: their words may name people."""

    def move(self, state: str, action: str) -> Transition | None:
        """The transition that `action` means in `state`, or None."""
        return next((t for t in self.loop if t.action == action and state in t.sources), None)

    def onward(self, state: str) -> list[Transition]:
        """Moves out of `state` that lead towards the end, the table's first one first; whoever holds one has
        the ball.
        """
        return [t for t in self.loop if state in t.sources and leads_on(t, state)]

    @property
    def states(self) -> list[str]:
        """Every state that the table touches, in the loop's order."""
        used = {self.start} | {t.target for t in self.loop} | {s for t in self.loop for s in t.sources}
        return [state for state in STATES if state in used]


def leads_on(transition: Transition, state: str) -> bool:
    """True where the move brings the matter nearer to being closed: neither sideways nor back, and not
    cancelled.
    """
    return transition.target != "cancelled" and RANK[transition.target] > RANK[state]


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known; called from the owning app's `ready()`."""
    KINDS[kind.code] = kind
