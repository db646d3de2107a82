"""The moves beside the straight way: more time, supervision, merging, opening again, units."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from grids.models import Post, Unit
from matters.models import Extension, Matter, Notice
from matters.queries import main_of, waiting_for
from matters.workflow import advance, available_actions
from shared.errors import InvalidInput, NotAllowed, NotFound, TransitionRefused
from tests.cast import Cast
from tests.incidents.made import hazard, incident


def test_more_time_is_asked_before_expiry_and_granted_by_another(cast: Cast) -> None:
    matter = hazard(cast).matter
    due = matter.due_at
    assert due is not None
    advance(matter=matter, action="ask_extension", actor=cast.officer, note="等配件", evidence={"days": 3})
    with pytest.raises(TransitionRefused):
        advance(matter=matter, action="ask_extension", actor=cast.worker, note="再来", evidence={"days": 3})
    with pytest.raises(NotAllowed):
        advance(matter=matter, action="grant_extension", actor=cast.officer)
    assert Matter.objects.filter(waiting_for(cast.command), pk=matter.pk).exists()
    advance(matter=matter, action="grant_extension", actor=cast.command)
    assert matter.due_at is not None
    assert matter.due_at > due
    asked = Extension.objects.get()
    assert (asked.state, asked.decided_by, matter.asked_by) == ("granted", cast.command, None)


def test_after_expiry_nobody_asks_for_time_nor_stops_the_clock(cast: Cast) -> None:
    matter = hazard(cast).matter
    assert matter.due_at is not None
    with time_machine.travel(matter.due_at + timedelta(hours=1), tick=False):
        for action, evidence in (("ask_extension", {"days": 3}), ("ask_info", {})):
            with pytest.raises(TransitionRefused):
                advance(matter=matter, action=action, actor=cast.worker, note="来不及", evidence=evidence)


def test_supervision_is_written_told_and_changes_no_state(cast: Cast) -> None:
    matter = hazard(cast).matter
    event = advance(matter=matter, action="supervise", actor=cast.leader, note="今天之内清掉")
    assert (matter.state, matter.supervised_at is not None) == ("assigned", True)
    to = Notice.objects.filter(source=f"event:{event.pk}").values_list("recipient__username", flat=True)
    assert set(to) == {"worker", "officer"}


def test_a_duplicate_ends_pointing_at_the_main_one(cast: Cast) -> None:
    main, double = hazard(cast).matter, hazard(cast, description="还是那里").matter
    for number in ("YH0000-000000", double.number, incident(cast, cast.far_grid).number):
        with pytest.raises(InvalidInput):
            advance(matter=double, action="merge", actor=cast.officer, evidence={"main": number})
    advance(matter=double, action="merge", actor=cast.officer, evidence={"main": main.number})
    assert (double.state, double.outcome, main_of(double)) == ("merged", "merged", main)
    assert main.number in double.answer
    assert main.events.last().action == "merged"  # type: ignore[union-attr]
    assert main.events.count() == Matter.objects.get(pk=main.pk).version


def test_reopening_is_a_new_life_within_fifteen_days(cast: Cast) -> None:
    matter = hazard(cast).matter
    advance(matter=matter, action="echo", actor=cast.worker, note="清了")
    given = {"outcome": "settled", "answer": "已清。"}
    advance(matter=matter, action="verify", actor=cast.officer, evidence=given)
    with time_machine.travel(timezone.now() + timedelta(days=16), tick=False):
        assert "reopen" not in [t.action for t in available_actions(matter, cast.officer)]
    advance(matter=matter, action="reopen", actor=cast.officer, note="又堆上了")
    assert (matter.state, matter.reopened, matter.closed_at, matter.outcome) == ("accepted", 1, None, "")
    assert matter.due_at is not None


def test_a_liaison_handles_what_is_given_to_his_unit_and_nothing_else(cast: Cast) -> None:
    unit = Unit.objects.create(kind=Unit.Kind.DEPARTMENT, name="城管中队", area=cast.street)
    Post.objects.filter(user=cast.liaison).update(unit=unit)
    cast.liaison.__dict__.pop("_posts_today", None)
    mine, other = hazard(cast).matter, hazard(cast, description="别的").matter
    advance(matter=mine, action="assign", actor=cast.officer, evidence={"unit": unit})
    assert (mine.unit, mine.area) == (unit, cast.grid_a)
    assert Matter.objects.filter(waiting_for(cast.liaison)).get() == mine
    assert not Matter.objects.filter(waiting_for(cast.worker), pk=mine.pk).exists()
    with pytest.raises(NotAllowed):
        advance(matter=other, action="echo", actor=cast.liaison, note="好了")
    advance(matter=mine, action="echo", actor=cast.liaison, note="已拆除")
    assert mine.handler == cast.liaison


def test_the_reporter_without_account_makes_only_his_own_moves(cast: Cast) -> None:
    matter = hazard(cast).matter
    advance(matter=matter, action="ask_info", actor=cast.worker, note="在几楼？")
    with pytest.raises(NotAllowed):
        advance(matter=matter, action="echo", actor=None, note="好了")
    advance(matter=matter, action="answer_info", actor=None, note="三楼")
    assert matter.paused_at is None
    with pytest.raises(NotFound):
        advance(matter=matter, action="echo", actor=cast.neighbour, note="好了")


def test_a_form_without_its_version_is_asked_for_again_with_what_was_typed(cast: Cast, as_user: Any) -> None:
    matter, client = hazard(cast).matter, as_user(cast.leader)
    answer = client.post(f"/matters/{matter.pk}/", {"action": "supervise", "note": "今天之内清掉"})
    assert answer.status_code == 400
    assert "这一页没有说是按哪一版填的" in answer.content.decode()
    assert "今天之内清掉" in answer.content.decode()
    assert not matter.events.filter(action="supervise").exists()
