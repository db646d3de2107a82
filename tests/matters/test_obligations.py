"""Answering what the alert asked: by a visit, by a move, by a reason; who owes it; the sums."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connections
from django.utils import timezone

from accounts.models import User
from grids.models import Area, Suspension, Target
from grids.workflow import log_visit, suspend
from matters import obligations
from matters.area_standing import of_area
from matters.models import Matter, Obligation
from matters.obligations import answer, excuse, told
from matters.workflow import advance, open_matter
from shared.dates import at, today
from shared.errors import Conflict, InvalidInput, NotFound
from tests.cast import Cast

Owe = Callable[..., Obligation]


@pytest.fixture(autouse=True)
def _at_ten() -> Iterator[None]:
    """Ten in the morning: what is answered now is in time."""
    with time_machine.travel(at(date(2026, 11, 24), time(10)), tick=False):
        yield


def cut_off(day: date) -> datetime:
    return at(day, time(20))


@pytest.fixture
def owe(cast: Cast) -> Owe:
    """`owe(area, day, source=…)`: one open obligation."""

    def _owe(area: Area | None = None, day: date | None = None, **fields: Any) -> Obligation:
        day = day or today()
        defaults: dict[str, Any] = {
            "kind": "visit", "area": area or cast.grid_a, "business_date": day, "title": "老渡口烧烤",
            "source": f"x:{uuid4().hex[:12]}", "due_at": cut_off(day),
        }  # fmt: skip
        return Obligation.objects.create(**{**defaults, **fields})

    return _owe


def hazard(cast: Cast, area: Area, state: str = "assigned") -> Matter:
    return open_matter(
        kind="hazard", title="消防隐患", area=area, occurred_at=timezone.now(), actor=cast.worker, state=state
    )


def of_matter(owe: Owe, matter: Matter, area: Area, **fields: Any) -> Obligation:
    return owe(area, kind="overdue", matter=matter, source=f"matter:{matter.pk}", **fields)


def state(obligation: Obligation) -> tuple[str, str]:
    obligation.refresh_from_db()
    return obligation.state, obligation.answer


def test_an_answer_settles_every_open_row_of_the_source_and_repeats_harmlessly(cast: Cast, owe: Owe) -> None:
    days = [today() - timedelta(days=n) for n in (2, 1, 0)]
    rows = [owe(day=day, source="target:7") for day in days]
    other = owe(source="target:8")
    now = timezone.now()
    assert answer(source="target:7", actor=cast.worker, at=now, text="去过了") == 3
    assert answer(source="target:7", actor=cast.neighbour, at=now, text="又去了") == 0
    found = [Obligation.objects.get(pk=row.pk) for row in rows]
    assert [(row.state, row.late, row.answered_by, row.answer) for row in found] == [
        ("done", True, cast.worker, "去过了"),
        ("done", True, cast.worker, "去过了"),
        ("done", False, cast.worker, "去过了"),
    ]
    assert state(other) == ("open", "")


def test_an_answer_spares_days_from_before_on(cast: Cast, owe: Owe) -> None:
    old, new = owe(day=today() - timedelta(days=1), source="t"), owe(source="t")
    assert answer(source="t", actor=cast.worker, at=timezone.now(), before=today()) == 1
    assert (state(old)[0], state(new)[0]) == ("done", "open")


def test_a_reason_excuses_once(cast: Cast, owe: Owe) -> None:
    row = owe()
    excuse(obligation=row, actor=cast.worker, reason=" 外出务工未归 ")
    assert state(row) == ("excused", "外出务工未归")
    first = row.answered_at
    excuse(obligation=row, actor=cast.worker, reason="外出务工未归")
    assert (state(row), row.answered_at) == (("excused", "外出务工未归"), first)
    with pytest.raises(Conflict):
        excuse(obligation=row, actor=cast.worker, reason="其实是停业了")
    with pytest.raises(Conflict):
        excuse(obligation=row, actor=cast.officer, reason="外出务工未归")


@pytest.mark.parametrize("reason", ["", "   ", "不在", "没空 "])
def test_a_reason_has_four_characters(cast: Cast, owe: Owe, reason: str) -> None:
    row = owe()
    with pytest.raises(InvalidInput) as refused:
        excuse(obligation=row, actor=cast.worker, reason=reason)
    assert refused.value.field == "reason"
    assert state(row)[0] == "open"


@pytest.mark.parametrize(
    "who", ["neighbour", "other_officer", "leader", "police", "landlord", "nobody", "far_worker"]
)
def test_who_does_not_answer_for_the_grid_does_not_see_it(cast: Cast, owe: Owe, who: str) -> None:
    row = owe()
    with pytest.raises(NotFound):
        excuse(obligation=row, actor=cast.people[who], reason="今天联系不上")
    assert state(row)[0] == "open"


def test_a_done_one_is_not_excused(cast: Cast, owe: Owe) -> None:
    row = owe(source="t")
    answer(source="t", actor=cast.worker, at=timezone.now())
    with pytest.raises(Conflict):
        excuse(obligation=row, actor=cast.worker, reason="今天联系不上")


def log(target: Target, actor: User, **given: Any) -> None:
    fields: dict[str, Any] = {
        "client_id": uuid4(),
        "visited_at": None,
        "met": "principal",
        "result": "normal",
    }
    log_visit(target=target, actor=actor, **{**fields, **given})


def of_target(owe: Owe, target: Target, day: date | None = None) -> Obligation:
    return owe(target.grid, day, target=target, source=f"target:{target.pk}")


def test_a_visit_answers_what_was_owed(cast: Cast, owe: Owe) -> None:
    target = cast.target()
    row, before = of_target(owe, target), of_target(owe, target, today() - timedelta(days=1))
    log(target, cast.worker)
    assert state(row) == state(before) == ("done", "已走访：正常")
    assert (row.late, before.late, row.answered_by) == (False, True, cast.worker)


def test_nobody_met_answers_nothing(cast: Cast, owe: Owe) -> None:
    target = cast.target()
    row = of_target(owe, target)
    log(target, cast.worker, met="nobody", result="")
    assert state(row)[0] == "open"


def test_a_visit_sent_late_answers_by_when_it_was_made(cast: Cast, owe: Owe) -> None:
    target = cast.target(due_on=today() - timedelta(days=1))
    row = of_target(owe, target, today() - timedelta(days=1))
    log(target, cast.worker, visited_at=at(today() - timedelta(days=1), time(15)))
    assert state(row)[0] == "done"
    assert not row.late


def test_a_visit_of_a_week_ago_leaves_todays_owed(cast: Cast, owe: Owe) -> None:
    """Red: seven days. One made seven days ago makes the next due today, so today's is still owed."""
    target = cast.target(colour="red", due_on=today() - timedelta(days=7))
    old, new = of_target(owe, target, today() - timedelta(days=6)), of_target(owe, target)
    log(target, cast.worker, visited_at=timezone.now() - timedelta(days=7) + timedelta(minutes=1))
    assert Target.objects.get(pk=target.pk).due_on == today()
    assert (state(old)[0], state(new)[0]) == ("done", "open")


def test_a_suspension_excuses(cast: Cast, owe: Owe) -> None:
    target = cast.target()
    row = of_target(owe, target)
    suspend(target=target, actor=cast.officer, reason="住院", until=None)
    assert Suspension.objects.count() == 1
    assert state(row) == ("excused", "暂停走访：住院")


def test_an_echo_answers_and_passing_the_ball_does_too(cast: Cast, owe: Owe) -> None:
    echoed, sent_back, begun = (hazard(cast, cast.grid_a) for _ in range(3))
    rows = {matter.pk: of_matter(owe, matter, cast.grid_a) for matter in (echoed, sent_back, begun)}
    advance(matter=echoed, action="echo", actor=cast.worker, note="通道已清")
    advance(matter=sent_back, action="send_back", actor=cast.worker, note="不在本网格")
    advance(matter=begun, action="handle", actor=cast.worker)
    assert state(rows[echoed.pk]) == ("done", "反馈整改：通道已清")
    assert state(rows[sent_back.pk]) == ("done", "退回：不在本网格")
    assert state(rows[begun.pk]) == ("open", "")


def test_accepting_is_no_answer_and_assigning_on_is(cast: Cast, owe: Owe) -> None:
    matter = hazard(cast, cast.grid_a, "reported")
    village = of_matter(owe, matter, cast.village)
    advance(matter=matter, action="accept", actor=cast.officer)
    assert state(village)[0] == "open"
    advance(matter=matter, action="assign", actor=cast.officer, evidence={"area": cast.grid_a2})
    assert state(village)[0] == "done"


def test_assigning_anew_to_the_same_grid_answers_nothing(cast: Cast, owe: Owe) -> None:
    matter = hazard(cast, cast.grid_a)
    row = of_matter(owe, matter, cast.grid_a)
    advance(matter=matter, action="assign", actor=cast.officer, evidence={"area": cast.grid_a})
    assert state(row)[0] == "open"
    advance(matter=matter, action="assign", actor=cast.officer, evidence={"area": cast.grid_a2})
    assert state(row)[0] == "done"


def test_verifying_ends_it_for_everybody(cast: Cast, owe: Owe) -> None:
    matter = hazard(cast, cast.grid_a, "echoed")
    village, grid = of_matter(owe, matter, cast.village), of_matter(owe, matter, cast.grid_a)
    advance(
        matter=matter,
        action="verify",
        actor=cast.officer,
        evidence={"outcome": "settled", "answer": "已清理。"},
    )
    assert state(village)[0] == state(grid)[0] == "done"


@pytest.mark.parametrize(
    ("state_of", "place", "holder"),
    [
        ("assigned", "grid_a", "grid_a"), ("handling", "grid_a", "grid_a"), ("reported", "grid_a", "village"),
        ("accepted", "grid_a", "village"), ("echoed", "grid_a", "village"), ("echoed", "village", "village"),
        ("reported", "street", "street"),
    ],
)  # fmt: skip
def test_who_has_the_ball(cast: Cast, state_of: str, place: str, holder: str) -> None:
    matter = hazard(cast, getattr_area(cast, place), state_of)
    assert obligations.owing_area_id(matter) == getattr_area(cast, holder).pk


def getattr_area(cast: Cast, name: str) -> Area:
    found: Area = cast.__dict__[name]
    return found


def test_open_before_answered_and_the_oldest_first(cast: Cast, owe: Owe) -> None:
    done = owe(source="d", carried=9)
    answer(source="d", actor=cast.worker, at=timezone.now())
    visit, incident, repeat, carried = (
        owe(), owe(kind="incident"), owe(kind="repeat"), owe(carried=2),
    )  # fmt: skip
    assert told(Obligation.objects.order_by("-pk")) == [carried, repeat, incident, visit, done]


def test_the_sums_of_a_day(cast: Cast, owe: Owe) -> None:
    for n in range(3):
        owe(cast.grid_a, source=f"a{n}")
    owe(cast.village)
    owe(cast.far_grid)
    owe(day=today() - timedelta(days=1))
    excused = owe(cast.grid_b)
    answer(source="a0", actor=cast.worker, at=timezone.now())
    answer(source="a1", actor=cast.worker, at=cut_off(today()) + timedelta(minutes=1))
    excuse(obligation=excused, actor=cast.neighbour, reason="住户外出未归")

    def told_of(person: str, area: Area) -> list[tuple[int, str]]:
        found = of_area(cast.people[person], area)
        return [(one.n, one.sub) for one in found if one.label == "今天应回应"]

    assert told_of("leader", cast.street) == [(5, "已回应 2 + 已说明 1 + 待回应 2")]
    assert told_of("leader", cast.village) == [(4, "已回应 2 + 已说明 0 + 待回应 2")]
    assert told_of("leader", cast.other_village) == [(1, "已回应 0 + 已说明 1 + 待回应 0")]
    assert told_of("worker", cast.grid_a) == [(3, "已回应 2 + 已说明 0 + 待回应 1")]
    assert told_of("worker", cast.grid_b) == told_of("nobody", cast.street) == []


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_are_one(cast: Cast, owe: Owe) -> None:
    rows = [owe(day=today() - timedelta(days=n), source="t") for n in range(4)]
    start = Barrier(2)

    def send(number: int) -> int:
        start.wait(10)
        try:
            return answer(
                source="t", actor=(cast.worker, cast.officer)[number], at=timezone.now(), text=str(number)
            )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(send, range(2))) == [0, len(rows)]
    assert len(set(Obligation.objects.values_list("answer", flat=True))) == 1
