"""The closed loop as data: states, transitions, and the kinds of matter that follow them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

STATES: Mapping[str, str] = {
    "reported": "待受理",
    "accepted": "待流转",
    "assigned": "待办理",
    "handling": "办理中",
    "echoed": "待审核",
    "closed": "已销号",
    "cancelled": "已撤销",
    "merged": "已并案",
    "referred": "已转出",
}
"""The standard loop's states in their order; a kind may bring its own."""
DROPPED = frozenset({"cancelled", "merged", "referred"})
ENDED = DROPPED | {"closed"}
STEPS: Mapping[str, str] = {
    "accepted": "受理",
    "assigned": "流转",
    "handling": "办理",
    "echoed": "反馈",
    "closed": "销号",
    "cancelled": "撤销",
}
LANES: Mapping[str, str] = {
    "reported": "new",
    "accepted": "new",
    "assigned": "assigned",
    "handling": "handling",
    "echoed": "echoed",
}


@dataclass(frozen=True)
class Transition:
    """One allowed move.

    `right` "" = only the reporter himself, who has no account (群众上报), makes it. `target` "" = the matter
    stays in its state. `needs` names the evidence that must come with it, `fields`
    what may come (matters/needs.py knows the names), `prompt` is what the note is asked for with.
    `not_by` = "handler" keeps the handler from verifying his own work, "asker" him who asked from granting.
    `takes` = who makes the move is the handler from now on. `to_unit` = it may go to a unit, beside or
    instead of an area. `clock` = what it does to the clock: "", "start:<stage>", "stop", "pause", "resume",
    "extend". `effect` names a function registered in matters/effects.py. `outcome` = how it ends, where
    nobody chooses. `when` names a further condition in matters/conditions.py. `by_reporter` = the reporter
    without account may make it too.
    """

    action: str
    label: str
    sources: frozenset[str]
    target: str
    right: str
    needs: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    prompt: str = ""
    not_by: str = ""
    takes: bool = False
    to_unit: bool = False
    clock: str = ""
    effect: str = ""
    outcome: str = ""
    when: str = ""
    by_reporter: bool = False

    def lands(self, state: str) -> str:
        """The state after the move."""
        return self.target or state


def move(
    action: str, label: str, sources: str, target: str, right: str, *needs: str, **more: object
) -> Transition:
    """A transition, with its sources as words; `more` = further fields by name."""
    return Transition(action, label, frozenset(sources.split()), target, right, needs, **more)  # type: ignore[arg-type]


OPEN = "reported accepted assigned handling echoed"
BEFORE_ECHO = "reported accepted assigned handling"
TAKEN = "accepted assigned handling"

STANDARD_LOOP: tuple[Transition, ...] = (
    move("accept", "受理", "reported", "accepted", "matters.assign", clock="start:handle"),
    move("assign", "流转", "accepted assigned", "assigned", "matters.assign", "area", to_unit=True),
    move(
        "echo", "反馈", "assigned handling", "echoed", "matters.handle", "note",
        fields=("photos",), prompt="做了什么、现在怎么样", takes=True, clock="start:verify",
    ),
    move("handle", "开始办理", "assigned", "handling", "matters.handle", takes=True),
    move("send_back", "退回", "assigned handling", "accepted", "matters.handle", "note", prompt="为什么退回"),
    move(
        "verify", "审核销号", "echoed", "closed", "matters.verify", "outcome", "answer",
        not_by="handler", clock="stop",
    ),
    move(
        "redo", "退回重办", "echoed", "handling", "matters.verify", "note",
        prompt="哪里还要重办", clock="start:handle",
    ),
    move(
        "transfer", "转办", "handling", "assigned", "matters.assign", "area", "note",
        prompt="为什么转办", to_unit=True,
    ),
    move(
        "ask_info", "要求补充材料", "assigned handling", "", "matters.handle", "note",
        prompt="请谁补充什么", clock="pause", when="running",
    ),
    move(
        "answer_info", "补充材料", "assigned handling", "", "matters.handle", "note",
        prompt="补充了什么", clock="resume", when="paused", by_reporter=True,
    ),
    move(
        "ask_extension", "申请延期", "assigned handling", "", "matters.handle", "days", "note",
        prompt="为什么要延期", effect="ask_extension", when="in_time",
    ),
    move(
        "grant_extension", "同意延期", TAKEN, "", "matters.verify",
        not_by="asker", clock="extend", effect="grant_extension", when="asked",
    ),
    move(
        "refuse_extension", "不同意延期", TAKEN, "", "matters.verify", "note",
        prompt="为什么不同意", not_by="asker", effect="refuse_extension", when="asked",
    ),
    move(
        "supervise", "督办", OPEN, "", "matters.supervise", "note",
        prompt="督办意见", effect="supervise",
    ),
    move(
        "merge", "并案", BEFORE_ECHO, "merged", "matters.assign", "main",
        fields=("note",), effect="merge", outcome="merged",
    ),
    move(
        "refer", "移交", BEFORE_ECHO, "referred", "matters.assign", "refer_to", "answer",
        not_by="handler", outcome="passed_on",
    ),
    move(
        "cancel", "撤销", BEFORE_ECHO, "cancelled", "matters.assign", "note",
        prompt="为什么撤销", outcome="cancelled",
    ),
    move(
        "reopen", "重开", "closed", "accepted", "matters.assign", "note",
        prompt="为什么重开", clock="start:handle", when="reopenable", by_reporter=True,
    ),
)  # fmt: skip


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
    moves; and where it differs from the standard loop, its own states in their order.
    """

    code: str
    label: str
    prefix: str
    start: str
    loop: tuple[Transition, ...]
    reader: str = "matters.view"
    """The right that this kind's rows ask for beside `matters.view`: their words may name people."""
    states: Mapping[str, str] = field(default_factory=lambda: STATES)
    """Code → Chinese, in the order that leads to the end."""
    ended: frozenset[str] = ENDED
    dropped: frozenset[str] = DROPPED
    """Ended without having been dealt with: no move towards them is a step forward."""
    in_hand: frozenset[str] = frozenset({"assigned", "handling"})
    """States in which the area or unit that it was given to works on it."""
    with_village: frozenset[str] = frozenset({"reported", "accepted", "echoed"})
    """States in which a grid's matter waits for its village: to be accepted, assigned, verified."""
    steps: Mapping[str, str] = field(default_factory=lambda: STEPS)
    """State → what the stepper calls the step that leads to it."""
    doing: frozenset[str] = frozenset({"handling"})
    """States whose step is done when they are left, not when they are reached."""
    lanes: Mapping[str, str] = field(default_factory=lambda: LANES)
    """State → lane of the board (new, assigned, handling, echoed)."""
    by_office: bool = False
    """Its rows belong to their unit: who holds his post in an office reaches those of his own office."""
    page: str = ""
    """Name of the address of its own page, which stands instead of the page of matters."""

    def move(self, state: str, action: str) -> Transition | None:
        """The transition that `action` means in `state`, or None."""
        return next((t for t in self.loop if t.action == action and state in t.sources), None)

    def rank(self, state: str) -> int:
        """Place of a state on the way to the end."""
        return self._places[state]

    def leads_on(self, transition: Transition, state: str) -> bool:
        """True where the move brings the matter nearer to its end: neither sideways nor back, and not
        dropped."""
        target = transition.lands(state)
        return target not in self.dropped and self.rank(target) > self.rank(state)

    def onward(self, state: str) -> list[Transition]:
        """Moves out of `state` that lead towards the end, the table's first one first; whoever holds one has
        the ball. A move that is open only under a condition asks nobody to make it.
        """
        return self._onward[state]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {state: place for place, state in enumerate(self.states)}

    @cached_property
    def _onward(self) -> dict[str, list[Transition]]:
        return {
            state: [t for t in self.loop if state in t.sources and not t.when and self.leads_on(t, state)]
            for state in self.states
        }

    @cached_property
    def calls(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """(right, `not_by`) → the states out of which such a holder makes the next move: onward, or deciding
        on a request for more time."""
        found: dict[tuple[str, str], set[str]] = {}
        for t in self.loop:
            states = {s for s in t.sources if t.not_by == "asker" or self.leads_on(t, s)}
            if states:
                found.setdefault((t.right, t.not_by), set()).update(states)
        return {call: tuple(sorted(states)) for call, states in found.items()}

    @property
    def used(self) -> list[str]:
        """Every state that the table touches, in the loop's order."""
        touched = {self.start} | {t.target for t in self.loop} | {s for t in self.loop for s in t.sources}
        return [state for state in self.states if state in touched]

    def label_of(self, state: str) -> str:
        """The state in Chinese."""
        return self.states[state]


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known; called from the owning app's `ready()`. Raises ValueError for a table that names a
    state that the kind does not have."""
    named = {t.target for t in kind.loop if t.target} | {s for t in kind.loop for s in t.sources}
    if unknown := (named | {kind.start} | kind.ended) - set(kind.states):
        raise ValueError(f"{kind.code}: states without a label: {sorted(unknown)}")
    KINDS[kind.code] = kind


def state_label(kind: str, state: str) -> str:
    """A state of a kind in Chinese."""
    return KINDS[kind].states[state]
