"""Matters with the timeline that leads to their state, step by step through the loop's own table."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from chengdong.demo.copying import Table
from matters.loop import ENDED, KINDS
from matters.models import Event, Matter


@dataclass(frozen=True)
class Step:
    """One move of a matter, as `matters.workflow.advance` would take it."""

    action: str
    actor: int
    at: datetime
    note: str = ""
    evidence: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Opened:
    """A matter as it comes in."""

    kind: str
    number: str
    title: str
    area: int
    reporter: int | None
    occurred_at: datetime
    opened_at: datetime
    state: str
    due_at: datetime | None = None
    note: str = ""


class Clerk:
    """Writes matters and their events."""

    def __init__(self) -> None:
        self.matters = Table(
            Matter, "kind", "number", "title", "area", "state", "reporter", "handler", "occurred_at", "created_at",
            "due_at", "moved_at", "closed_at", "outcome", "answer", "version",
        )  # fmt: skip
        self.events = Table(
            Event, "matter", "action", "label", "from_state", "to_state", "actor", "at", "note", "evidence"
        )

    def write(self, opened: Opened, steps: Iterable[Step]) -> int:
        """The matter's id. A step that the loop does not allow raises LookupError: the demo tells no story that cannot happen."""
        rules = KINDS[opened.kind]
        matter = self.matters.next_id
        state, area, handler, moved = opened.state, opened.area, None, opened.opened_at
        closed_at, outcome, answer, version = None, "", "", 1
        self.events.add(matter, "open", "登记", "", state, opened.reporter, opened.opened_at, opened.note, {})
        for step in steps:
            move = rules.move(state, step.action)
            if move is None:
                raise LookupError(f"{opened.kind}: no {step.action} in {state}")
            self.events.add(
                matter, step.action, move.label, state, move.target, step.actor, step.at, step.note, step.evidence
            )
            state, moved, version = move.target, step.at, version + 1
            if step.action in {"handle", "echo"}:
                handler = step.actor
            if "area" in step.evidence:
                area, handler = int(step.evidence["area"]), None
            if state in ENDED:
                closed_at = step.at
                outcome = step.evidence.get("outcome", "cancelled")
                answer = step.evidence.get("answer") or step.note
        self.matters.add(
            opened.kind, opened.number, opened.title[:120], area, state, opened.reporter, handler, opened.occurred_at,
            opened.opened_at, opened.due_at, moved, closed_at, outcome, answer, version,
        )  # fmt: skip
        return matter

    def close(self) -> None:
        """Send all."""
        self.matters.close()
        self.events.close()
