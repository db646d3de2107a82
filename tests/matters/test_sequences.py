"""Any sequence of moves, by anybody, keeps a matter whole."""

from itertools import pairwise
from typing import Any, ClassVar

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from matters.loop import KINDS
from matters.models import Matter
from matters.workflow import advance, available_actions, open_matter
from shared.errors import DomainError
from tests.cast import Cast

ACTIONS = ["place", "accept", "assign", "handle", "echo", "send_back", "verify", "redo", "cancel", "bogus"]
PEOPLE = ["worker", "officer", "command", "leader", "police", "neighbour", "mediator"]
NOTES = ["", "  ", "已到现场", "=1+1", "说明\n第二行"]


class Life(RuleBasedStateMachine):
    """A matter whose moves are drawn at random: allowed ones, and wild ones that must change nothing."""

    cast: ClassVar[Cast]
    moves: int
    matter: Matter

    @initialize(kind=st.sampled_from(["hazard", "police_incident"]))
    def open(self, kind: str) -> None:
        """A new one in grid A."""
        self.moves = 0
        self.matter = open_matter(
            kind=kind, title="样例", area=self.cast.grid_a, occurred_at=timezone.now(), actor=self.cast.worker
        )

    def evidence(self, grid: bool) -> dict[str, Any]:
        """Enough for any move."""
        area = self.cast.grid_a2 if grid else self.cast.grid_a
        return {"outcome": "settled", "answer": "已处理。", "area": area}

    @precondition(lambda self: self.matter.closed_at is None)
    @rule(data=st.data(), grid=st.booleans())
    def allowed_move(self, data: st.DataObject, grid: bool) -> None:
        """One of the moves that are offered to somebody."""
        offers = [
            (person, t.action)
            for person in PEOPLE
            for t in available_actions(self.matter, self.cast.people[person])
        ]
        person, action = data.draw(st.sampled_from(offers))
        actor = self.cast.people[person]
        advance(matter=self.matter, action=action, actor=actor, note="已到现场", evidence=self.evidence(grid))
        self.moves += 1

    @rule(
        action=st.sampled_from(ACTIONS),
        person=st.sampled_from(PEOPLE),
        note=st.sampled_from(NOTES),
        stale=st.booleans(),
    )
    def wild_move(self, action: str, person: str, note: str, stale: bool) -> None:
        """Anything by anybody, often without what it needs."""
        before = Matter.objects.values().get(pk=self.matter.pk)
        version = self.matter.version - 1 if stale else None
        try:
            advance(
                matter=self.matter, action=action, actor=self.cast.people[person], note=note, version=version
            )
        except DomainError:
            assert Matter.objects.values().get(pk=self.matter.pk) == before
        else:
            self.moves += 1

    @invariant()
    def whole(self) -> None:
        """The timeline is complete and chained, the version counts it, an end has outcome and answer."""
        if not hasattr(self, "matter"):
            return
        matter = Matter.objects.get(pk=self.matter.pk)
        events = list(matter.events.order_by("id"))
        assert matter.version == self.moves + 1 == len(events)
        assert events[0].action == "open"
        assert events[0].from_state == ""
        for earlier, later in pairwise(events):
            assert later.from_state == earlier.to_state
            assert later.at >= earlier.at
            assert KINDS[matter.kind].move(later.from_state, later.action) is not None
        assert events[-1].to_state == matter.state
        ended = matter.state in {"closed", "cancelled"}
        assert (matter.closed_at is not None) == ended == bool(matter.outcome) == bool(matter.answer)
        if matter.state == "closed":
            echoed_by = [event.actor_id for event in events if event.action == "echo"][-1]
            assert events[-1].actor_id != echoed_by


@pytest.mark.django_db
def test_any_sequence_of_moves_keeps_a_matter_whole(cast: Cast) -> None:
    Life.cast = cast
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=60,
            stateful_step_count=15,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
