"""The loop's only writer of state."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from matters import loop
from matters.loop import STANDARD_LOOP, Kind
from matters.models import Event, Matter
from matters.workflow import advance, available_actions, open_matter
from shared.errors import Conflict, InvalidInput, NotAllowed, NotFound, TransitionRefused
from tests.cast import Cast

STATES = ["reported", "accepted", "assigned", "handling", "echoed", "closed", "cancelled"]
ACTIONS = sorted({t.action for t in STANDARD_LOOP if not t.when and t.action not in {"merge", "supervise"}})
"""Conditional ones are in test_moves.py, and those by the leader or with a main matter in test_kinds.py."""


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Kind:
    kind = Kind("plain", "样例", "YL", "reported", STANDARD_LOOP)
    monkeypatch.setitem(loop.KINDS, "plain", kind)
    return kind


def opened(cast: Cast, state: str = "reported") -> Matter:
    matter = open_matter(
        kind="plain",
        title="通道堵塞",
        area=cast.grid_a,
        occurred_at=timezone.now(),
        actor=cast.worker,
        state=state,
    )
    if state in loop.ENDED:
        Matter.objects.filter(pk=matter.pk).update(closed_at=timezone.now(), outcome="settled", answer="好了")
        matter.refresh_from_db()
    return matter


FULL: dict[str, Any] = {"note": "已清理", "evidence": {"outcome": "settled", "answer": "通道已清。"}}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("action", ACTIONS)
def test_a_move_works_exactly_where_the_table_has_it(
    cast: Cast, plain: Kind, state: str, action: str
) -> None:
    matter = opened(cast, state)
    actor = cast.command if action in {"accept", "assign", "transfer", "refer", "cancel"} else cast.officer
    given = {"area": cast.grid_a2} if action in {"assign", "transfer"} else {}
    evidence = {**FULL["evidence"], "refer_to": "other", **given}
    expected = plain.move(state, action)
    if expected is None:
        with pytest.raises(TransitionRefused):
            advance(matter=matter, action=action, actor=actor, note="已清理", evidence=evidence)
        matter.refresh_from_db()
        assert matter.state == state
        assert matter.events.count() == 1
    else:
        event = advance(matter=matter, action=action, actor=actor, note="已清理", evidence=evidence)
        assert matter.state == expected.target == event.to_state
        assert event.from_state == state
        assert event.actor == actor
        assert (matter.closed_at is not None) == (expected.target in loop.ENDED)


def test_a_refusal_names_what_is_allowed(cast: Cast, plain: Kind) -> None:
    matter = opened(cast, "assigned")
    with pytest.raises(TransitionRefused) as refused:
        advance(matter=matter, action="verify", actor=cast.officer, **FULL)
    assert "反馈" in refused.value.message
    assert refused.value.extra["allowed"] == [t.action for t in available_actions(matter, cast.officer)]


def test_the_handler_does_not_verify(cast: Cast, plain: Kind) -> None:
    matter = opened(cast, "assigned")
    advance(matter=matter, action="echo", actor=cast.officer, note="清了")
    assert "verify" not in [t.action for t in available_actions(matter, cast.officer)]
    with pytest.raises(NotAllowed):
        advance(matter=matter, action="verify", actor=cast.officer, **FULL)
    advance(matter=matter, action="verify", actor=cast.command, **FULL)
    assert matter.outcome == "settled"


def test_outside_is_not_found_and_inside_without_right_is_not_allowed(cast: Cast, plain: Kind) -> None:
    matter = opened(cast, "assigned")
    with pytest.raises(NotFound):
        advance(matter=matter, action="echo", actor=cast.neighbour, note="x")
    with pytest.raises(NotAllowed):
        advance(matter=matter, action="echo", actor=cast.police, note="x")


def test_missing_evidence_names_the_field(cast: Cast, plain: Kind) -> None:
    matter = opened(cast, "assigned")
    with pytest.raises(InvalidInput) as refused:
        advance(matter=matter, action="echo", actor=cast.worker, note="  ")
    assert refused.value.field == "note"


def test_a_stale_version_is_refused(cast: Cast, plain: Kind) -> None:
    matter = opened(cast, "assigned")
    advance(matter=matter, action="handle", actor=cast.worker, version=1)
    with pytest.raises(Conflict):
        advance(matter=matter, action="echo", actor=cast.worker, note="x", version=1)


def test_the_timeline_cannot_be_changed_even_in_sql(cast: Cast, plain: Kind) -> None:
    matter = opened(cast)
    with pytest.raises(DatabaseError), transaction.atomic():
        Event.objects.filter(matter=matter).update(note="改了")
    with pytest.raises(DatabaseError), transaction.atomic():
        Event.objects.filter(matter=matter).delete()
    assert matter.events.get().note == ""


def test_a_closed_matter_without_answer_is_refused_by_the_database(cast: Cast, plain: Kind) -> None:
    matter = opened(cast)
    with pytest.raises(DatabaseError), transaction.atomic():
        Matter.objects.filter(pk=matter.pk).update(closed_at=timezone.now())
