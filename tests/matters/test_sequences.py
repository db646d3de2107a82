"""Any sequence of moves, by anybody, keeps a matter whole."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, ClassVar

import pytest
import time_machine
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from matters import terms
from matters.loop import ENDED, KINDS, STANDARD_LOOP
from matters.models import ClockRun, Matter
from matters.workdays import Calendar
from matters.workflow import advance, available_actions, open_matter
from shared.dates import SHANGHAI
from shared.errors import DomainError, TransitionRefused
from tests.cast import Cast
from tests.incidents.made import incident
from tests.incidents.reports.made import report

ACTIONS = sorted({t.action for t in STANDARD_LOOP} | {"place", "bogus"})
START = datetime(2026, 9, 25, 9, tzinfo=SHANGHAI)
"""Before National Day, with its make-up Saturday after it, so that the calendar has a say."""
PEOPLE = ["worker", "officer", "command", "leader", "police", "neighbour", "mediator"]
NOTES = ["", "  ", "已到现场", "=1+1", "说明\n第二行"]


class Life(RuleBasedStateMachine):
    """A matter whose moves are drawn at random: allowed ones, and wild ones that must change nothing."""

    cast: ClassVar[Cast]
    moves: int
    matter: Matter
    travel: time_machine.travel

    @initialize(kind=st.sampled_from(["hazard", "police_incident", "citizen_report"]))
    def open(self, kind: str) -> None:
        """A new one in grid A, and the one that it may be merged into."""
        self.travel = time_machine.travel(START, tick=False)
        self.hour = self.travel.start()
        self.moves = 0
        self.main, self.matter = (self._opened(kind), self._opened(kind))

    def _opened(self, kind: str) -> Matter:
        if kind == "police_incident":
            return incident(self.cast, state="reported", at=timezone.now())
        if kind == "citizen_report":
            return Matter.objects.get(pk=report(self.cast, self.cast.grid_a).pk)
        return open_matter(
            kind=kind,
            title="样例",
            area=self.cast.grid_a,
            occurred_at=timezone.now(),
            actor=self.cast.worker,
            level="serious",
        )

    def teardown(self) -> None:
        """Back to the present."""
        if hasattr(self, "travel"):
            self.travel.stop()

    def evidence(self, grid: bool) -> dict[str, Any]:
        """Enough for any move."""
        area = self.cast.grid_a2 if grid else self.cast.grid_a
        own = {"days": 2, "main": self.main.number, "refer_to": "other", "receiver": "command"}
        own |= {"hazard_type": "fire", "hazard_level": "ordinary"}
        return {"outcome": "settled", "answer": "已处理。", "area": area, **own}

    @rule(hours=st.sampled_from([1, 9, 30, 100]))
    def time_passes(self, hours: int) -> None:
        """Nothing else happens."""
        self.hour.shift(timedelta(hours=hours))

    @rule(data=st.data(), grid=st.booleans())
    def allowed_move(self, data: st.DataObject, grid: bool) -> None:
        """One of the moves that are offered to somebody."""
        offers = [
            (person, t.action)
            for person in PEOPLE
            for t in available_actions(self.matter, self.cast.people[person])
        ]
        if not offers:
            assert self.matter.closed_at is not None
            return
        person, action = data.draw(st.sampled_from(offers))
        actor = self.cast.people[person]
        try:
            advance(
                matter=self.matter, action=action, actor=actor, note="已到现场", evidence=self.evidence(grid)
            )
        except TransitionRefused:
            assert action in {"ask_info", "ask_extension"}  # late, or a stage without a limit
        else:
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
        ended = matter.state in ENDED
        assert (matter.closed_at is not None) == ended == bool(matter.outcome) == bool(matter.answer)
        if matter.state == "closed":
            echoed_by = [event.actor_id for event in events if event.action == "echo"][-1]
            assert events[-1].actor_id != echoed_by

    @invariant()
    def clocks(self) -> None:
        """One clock at most, none once it has ended; every deadline is its limit and what moved it."""
        if not hasattr(self, "matter"):
            return
        matter, days = Matter.objects.get(pk=self.matter.pk), Calendar()
        runs = list(ClockRun.objects.filter(matter=matter).prefetch_related("pauses", "extensions"))
        running = [run for run in runs if run.stopped_at is None]
        assert len(running) == (0 if matter.closed_at else 1)
        for run in runs:
            granted = sum(e.days for e in run.extensions.all() if e.state == "granted")
            moved = sum(pause.moved for pause in run.pauses.all())
            more = moved + granted * (86_400 if run.unit == "minutes" else 1)
            limit = terms.deadline(run.started_at, run.amount, run.unit, days)
            assert run.due_at == terms.moved(limit, more, run.unit, days)
            assert run.warn_at < run.due_at
        waits = [p for run in runs for p in run.pauses.all() if p.ended_at is None]
        asked = [e for run in runs for e in run.extensions.all() if e.state == "asked"]
        assert len(waits) == (matter.paused_at is not None)
        assert [e.asked_by_id for e in asked] == ([matter.asked_by_id] if matter.asked_by_id else [])
        if running:
            assert matter.due_at == (None if matter.paused_at else running[0].due_at)


@pytest.mark.django_db
def test_any_sequence_of_moves_keeps_a_matter_whole(cast: Cast) -> None:
    Life.cast = cast
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=40,
            stateful_step_count=15,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
