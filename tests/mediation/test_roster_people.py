"""Leave and swaps: asked, answered, checked by the rules of the roster."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from matters.models import Notice
from mediation.models import Leave, Member, Shift
from mediation.roster.partners import partners_of
from mediation.roster.workflow import (
    answer_swap,
    ask_leave,
    ask_swap,
    decide_leave,
    withdraw_leave,
    withdraw_swap,
)
from shared.dates import today
from shared.errors import Conflict, InvalidInput, NotAllowed, NotFound
from tests.cast import Cast
from tests.mediation import rostered as made


@pytest.fixture
def team(cast: Cast) -> list[Any]:
    return made.rostered(cast)


def test_leave_opens_the_shifts_it_touches(cast: Cast, team: list[Any]) -> None:
    head = made.head_of(cast)
    day = made.monday()
    row = made.shift(cast.station, team[0], day, "晚班")
    other = made.shift(cast.station, team[0], day + timedelta(days=2), "晚班")
    leave = ask_leave(actor=team[0], starts_on=day, ends_on=day, kind="sick")
    assert Notice.objects.filter(source=f"leave:{leave.pk}:asked", recipient=head).exists()
    with pytest.raises(Conflict):
        ask_leave(actor=team[0], starts_on=day, ends_on=day + timedelta(days=1), kind="annual")
    with pytest.raises(NotFound):
        decide_leave(actor=cast.far_command, leave=leave, approve=True)
    decide_leave(actor=head, leave=leave, approve=True)
    now = Shift.objects.standing().get(uid=row.uid)
    assert (now.person, now.version, now.reason) == (None, 1, "调解员0请假")
    assert Shift.objects.standing().get(uid=other.uid).person == team[0]
    with pytest.raises(Conflict, match="已批准"):
        decide_leave(actor=head, leave=leave, approve=False)
    withdraw_leave(actor=team[0], leave=leave)
    assert ask_leave(actor=team[0], starts_on=day, ends_on=day, kind="annual").state == "asked"


def test_leave_is_never_decided_by_oneself_nor_for_days_gone(cast: Cast, team: list[Any]) -> None:
    head = made.head_of(cast)
    Member.objects.create(station=cast.station, person=head)
    leave = ask_leave(actor=head, starts_on=today(), ends_on=today(), kind="sick")
    with pytest.raises(NotAllowed):
        decide_leave(actor=head, leave=leave, approve=True)
    wrong: list[dict[str, Any]] = [
        {"starts_on": today() - timedelta(days=1), "ends_on": today()},
        {"starts_on": today() + timedelta(days=2), "ends_on": today() + timedelta(days=1)},
        {"starts_on": today() + timedelta(days=2), "ends_on": today() + timedelta(days=200)},
        {"starts_on": date(9999, 12, 31), "ends_on": date(9999, 12, 31)},
    ]
    for span in wrong:
        with pytest.raises(InvalidInput):
            ask_leave(actor=team[0], kind="sick", **span)
    with pytest.raises(InvalidInput, match="排班名单"):
        ask_leave(actor=cast.worker, starts_on=today(), ends_on=today(), kind="sick")


def swap_of(cast: Cast, team: list[Any], taken: bool = True) -> tuple[Any, Shift, Shift]:
    day = made.monday()
    mine = made.shift(cast.station, team[0], day, "白班")
    theirs = made.shift(cast.station, team[1], day + timedelta(days=2), "晚班")
    swap, _ = ask_swap(
        actor=team[0],
        client_id=uuid4(),
        given=mine.uid,
        other=team[1],
        taken=theirs.uid if taken else None,
        reason="家里有事",
    )
    return swap, mine, theirs


def test_a_swap_changes_both_shifts_when_accepted(cast: Cast, team: list[Any]) -> None:
    swap, mine, theirs = swap_of(cast, team)
    assert Notice.objects.filter(source=f"swap:{swap.pk}:asked", recipient=team[1]).exists()
    with pytest.raises(NotFound):
        answer_swap(actor=team[2], swap=swap, accept=True)
    answer_swap(actor=team[1], swap=swap, accept=True)
    assert Shift.objects.standing().get(uid=mine.uid).person == team[1]
    assert Shift.objects.standing().get(uid=theirs.uid).person == team[0]
    assert Notice.objects.filter(source=f"swap:{swap.pk}:answered", recipient=team[0]).exists()
    with pytest.raises(Conflict):
        answer_swap(actor=team[1], swap=swap, accept=False)


def test_a_stand_in_gives_nothing_back(cast: Cast, team: list[Any]) -> None:
    swap, mine, theirs = swap_of(cast, team, taken=False)
    answer_swap(actor=team[1], swap=swap, accept=True)
    assert Shift.objects.standing().get(uid=mine.uid).person == team[1]
    assert Shift.objects.standing().get(uid=theirs.uid).version == 0


def test_a_swap_is_checked_when_asked_and_again_when_accepted(cast: Cast, team: list[Any]) -> None:
    swap, mine, _ = swap_of(cast, team)
    Leave.objects.create(person=team[1], starts_on=mine.day, ends_on=mine.day, kind="sick", state="approved")
    with pytest.raises(InvalidInput, match="请假"):
        answer_swap(actor=team[1], swap=swap, accept=True)
    assert Shift.objects.standing().get(uid=mine.uid).person == team[0]
    withdraw_swap(actor=team[0], swap=swap)
    made.shift(cast.station, team[2], mine.day, "夜班")
    given: dict[str, Any] = {"given": mine.uid, "taken": None, "reason": "有事"}
    with pytest.raises(InvalidInput, match="不足 11 小时"):
        ask_swap(actor=team[0], client_id=uuid4(), other=team[2], **given)
    with pytest.raises(InvalidInput, match="自己"):
        ask_swap(actor=team[0], client_id=uuid4(), other=team[0], **given)
    with pytest.raises(NotFound):
        ask_swap(actor=team[3], client_id=uuid4(), other=team[4], **given)
    with pytest.raises(InvalidInput, match="名单"):
        ask_swap(actor=team[0], client_id=uuid4(), other=cast.worker, **given)


def test_a_shift_is_offered_to_one_at_a_time_and_a_repeat_is_the_same(cast: Cast, team: list[Any]) -> None:
    mine = made.shift(cast.station, team[0], made.monday())
    given: dict[str, Any] = {"given": mine.uid, "taken": None, "reason": "有事"}
    key = uuid4()
    first, new = ask_swap(actor=team[0], client_id=key, other=team[1], **given)
    assert new
    assert ask_swap(actor=team[0], client_id=key, other=team[1], **given) == (first, False)
    with pytest.raises(Conflict):
        ask_swap(actor=team[0], client_id=key, other=team[2], **given)
    with pytest.raises(Conflict, match="撤回"):
        ask_swap(actor=team[0], client_id=uuid4(), other=team[2], **given)


def test_only_swaps_that_the_rules_allow_are_offered(cast: Cast, team: list[Any]) -> None:
    day = made.monday()
    mine = made.shift(cast.station, team[0], day, "白班")
    tired = made.shift(cast.station, team[1], day, "夜班")
    fine = made.shift(cast.station, team[2], day + timedelta(days=2), "晚班")
    Leave.objects.create(person=team[3], starts_on=day, ends_on=day, kind="sick", state="approved")
    found = partners_of(mine)
    names = {user.name for user in found.stand_ins}
    assert names == {user.name for user in (team[2], *team[4:])}
    assert found.shifts == [tired, fine]  # the night goes to who gives the day


def test_a_swap_that_leave_has_overtaken_says_so_on_its_page(
    cast: Cast, team: list[Any], as_user: Any
) -> None:
    swap, mine, _ = swap_of(cast, team)
    Leave.objects.create(person=team[1], starts_on=mine.day, ends_on=mine.day, kind="sick", state="approved")
    page = f"/mediation/roster/swaps/{swap.pk}/"
    answer = as_user(team[1]).post(page, {"answer": "yes"}, follow=True)
    assert answer.redirect_chain[-1][0] == page
    assert "请假" in answer.content.decode()
    swap.refresh_from_db()
    assert swap.state == "asked"
