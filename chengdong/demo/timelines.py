"""Matters with the timeline that leads to their state, step by step through the loop's own table."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from chengdong.demo.copying import Table
from matters.loop import KINDS
from matters.models import Event, Matter
from shared.pinyin import initials_of_parts


@dataclass(frozen=True)
class Step:
    """One move of a matter, as `matters.workflow.advance` would take it."""

    action: str
    actor: int | None
    at: datetime
    note: str = ""
    evidence: dict[str, str] = field(default_factory=dict)
    label: str = ""
    """Named: a line that moves nothing, such as a rating."""


class Clerk:
    """Writes matters and their events."""

    def __init__(self) -> None:
        self.matters, self.events = Table(Matter), Table(Event)

    def write(
        self,
        *,
        kind: str,
        number: str,
        title: str,
        area: int,
        reporter: int | None,
        occurred_at: datetime,
        opened_at: datetime,
        state: str,
        steps: Iterable[Step],
        due_at: datetime | None = None,
        note: str = "",
        by: str = "",
        gravity: str = "",
        unit: int | None = None,
        handler: int | None = None,
    ) -> int:
        """The matter's id. Raises LookupError for a step that the loop does not allow."""
        matter = self.matters.next_id
        self._event(
            matter, Step("open", reporter, opened_at, note, {"by": by} if by else {}), "登记", "", state
        )
        version, moved_at, last = 1, opened_at, None
        for step in steps:
            if step.label:
                self._event(matter, step, step.label, state, state)
                moved_at, version = step.at, version + 1
                continue
            move = KINDS[kind].move(state, step.action)
            if move is None:
                raise LookupError(f"{kind}: no {step.action} in {state}")
            self._event(matter, step, move.label, state, move.lands(state))
            state, moved_at, version, last = move.lands(state), step.at, version + 1, step
            if move.takes:
                handler = step.actor
            if "area" in step.evidence:
                area, handler = int(step.evidence["area"]), None
        ended = last if state in KINDS[kind].ended else None
        return self.matters.add(
            kind=kind,
            gravity=gravity,
            number=number,
            title=title[:120],
            initials=initials_of_parts(title[:120], 160),
            area=area,
            unit=unit,
            state=state,
            reporter=reporter,
            handler=handler,
            occurred_at=occurred_at,
            created_at=opened_at,
            due_at=due_at,
            moved_at=moved_at,
            closed_at=ended and ended.at,
            outcome=ended.evidence.get("outcome", "cancelled") if ended else "",
            answer=(ended.evidence.get("answer") or ended.note) if ended else "",
            version=version,
        )

    def _event(self, matter: int, step: Step, label: str, before: str, after: str) -> None:
        self.events.add(
            matter=matter,
            action=step.action,
            label=label,
            from_state=before,
            to_state=after,
            actor=step.actor,
            at=step.at,
            note=step.note,
            evidence=step.evidence,
        )

    def close(self) -> None:
        """Send all."""
        self.matters.close()
        self.events.close()
