"""Coverage and timeliness against a slow oracle that replays each target's life day by day."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grids.models import Parameter, Target
from grids.queries import coverage
from grids.queries.coverage import Period, Ratio
from grids.workflow import edit_target, log_visit, remove_target, resume, suspend
from tests.cast import Cast

START = date(2026, 9, 1)
DAYS = 60
ZONE = ZoneInfo("Asia/Shanghai")
INTERVALS = {"red": 7, "yellow": 14, "green": 30}


@dataclass
class Life:
    """A target as somebody with a calendar would keep it; replayed day by day, one event a day."""

    enrolled: date
    colour: str
    owed: date | None
    last: date | None = None
    visits: dict[date, date | None] = field(default_factory=dict)
    """Day of each visit → the due day it answered."""
    rested: set[date] = field(default_factory=set)
    at_end: dict[date, date | None] = field(default_factory=dict)
    """Day → what was owed at its end."""
    dues: dict[date, bool] = field(default_factory=dict)
    """Due day that came, or was answered before → in time?"""

    def end_due(self, day: date, answered: bool) -> None:
        """The owed visit ends on a day: by a visit, or without one (then it counts only if its day had
        passed).
        """
        if self.owed is not None and (answered or day > self.owed):
            in_time = answered and day <= self.owed
            self.dues[self.owed] = self.dues.get(self.owed, False) or in_time


def play(life: Life, event: str, day: date) -> None:
    """The rules of domain.md once more, naively."""
    resting = life.rested and life.owed is None
    if event == "visit":
        life.visits[day] = life.owed
        life.end_due(day, answered=True)
        life.last = day
        if not resting:
            life.owed = day + timedelta(INTERVALS[life.colour])
    elif event in INTERVALS:
        if event != life.colour and life.owed is not None and life.owed >= day:
            counted = (life.last or life.enrolled) + timedelta(INTERVALS[event])
            owed = counted if counted >= day else min(life.owed, day)
            if owed != life.owed:
                life.end_due(day, answered=False)
                life.owed = owed
        life.colour = event
    elif event == "suspend" and not resting:
        life.end_due(day, answered=False)
        life.owed = None
        life.rested.add(day)
    elif event == "slip" and not resting:
        life.rested.add(day)
    elif event == "resume" and resting:
        life.owed = day + timedelta(INTERVALS[life.colour])


def replay(enrolled: int, colour: str, events: dict[int, str]) -> Life:
    """The whole life; 移出名册 ends it."""
    first = START + timedelta(enrolled)
    life = Life(first, colour, first + timedelta(INTERVALS[colour]))
    for n in range(enrolled, DAYS + 1):
        day = START + timedelta(n)
        was_resting = life.owed is None
        if events.get(n) == "remove":
            life.end_due(day, answered=False)
            life.owed = None
            return life
        if n in events:
            play(life, events[n], day)
        if life.owed is None or was_resting:
            life.rested.add(day)
        life.at_end[day] = life.owed
    life.end_due(START + timedelta(DAYS * 2), answered=False)
    return life


def oracle(lives: list[Life], period: Period) -> tuple[Ratio, Ratio]:
    """走访率 and 走访及时率 by going through the calendar."""
    good = due = timely = dues = 0
    days = {period.since + timedelta(n) for n in range((period.until - period.since).days + 1)}
    for life in lives:
        dues += len(days & life.dues.keys())
        timely += sum(life.dues[day] for day in days & life.dues.keys())
        if life.enrolled > period.until - timedelta(7) or life.rested & days:
            continue
        seen = days & life.visits.keys()
        owed = [life.at_end.get(period.until), *(life.visits[day] for day in seen)]
        if any(day is not None and day <= period.until for day in owed):
            due += 1
            good += bool(seen)
    return Ratio(good, due), Ratio(timely, dues)


def do(cast: Cast, target: Target, event: str) -> None:
    """The same event through the portal."""
    target = Target.objects.select_related("grid").get(pk=target.pk)
    if event == "visit":
        log(cast, target)
    elif event in INTERVALS:
        edit_target(target=target, actor=cast.officer, version=target.version, changes={"colour": event})
    elif event == "suspend" and target.suspended_on is None:
        suspend(target=target, actor=cast.officer, reason="住院", until=None)
    elif event == "slip" and target.suspended_on is None:
        suspend(target=target, actor=cast.officer, reason="点错了", until=None)
        resume(target=target, actor=cast.officer)
    elif event == "resume" and target.suspended_on is not None:
        resume(target=target, actor=cast.officer)
    elif event == "remove":
        remove_target(target=target, actor=cast.officer)


def log(cast: Cast, target: Target, day: date | None = None) -> None:
    at = datetime.combine(day, datetime.min.time(), ZONE) + timedelta(hours=12) if day else None
    log_visit(
        target=target, actor=cast.worker, client_id=uuid4(), visited_at=at, met="principal", result="normal"
    )


def noon(n: int) -> datetime:
    return datetime(START.year, START.month, START.day, 12, tzinfo=ZONE) + timedelta(days=n)


def enrol(cast: Cast, enrolled: int, colour: str, category: str) -> Target:
    first = START + timedelta(enrolled)
    return cast.target(
        colour=colour, category=category, enrolled_on=first, due_on=first + timedelta(INTERVALS[colour])
    )


def measured(category: str, period: Period) -> tuple[Ratio, Ratio]:
    where = coverage.Within(("/",), category)
    return coverage.ratio("coverage", where, period), coverage.ratio("timeliness", where, period)


def check_every_period(category: str, expected: list[Life]) -> None:
    """Days, weeks and months from every day on, in one statement for each measure."""
    where = coverage.Within(("/",), category)
    found = [
        coverage.ratios(measure, where, EVERY_PERIOD).get("0", [Ratio()] * len(EVERY_PERIOD))
        for measure in ("coverage", "timeliness")
    ]
    for period, seen in zip(EVERY_PERIOD, zip(*found, strict=True), strict=True):
        assert seen == oracle(expected, period), period


colours = st.sampled_from(sorted(INTERVALS))
lives = st.tuples(
    st.integers(0, 20),
    colours,
    st.dictionaries(
        st.integers(0, DAYS),
        st.sampled_from(["visit"] * 6 + [*INTERVALS, "suspend", "resume", "resume", "slip", "remove"]),
        max_size=9,
    ),
)
EVERY_PERIOD = [
    Period(START + timedelta(first), START + timedelta(first + length - 1))
    for length in (1, 7, 30)
    for first in range(DAYS - length + 2)
]
slowly = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def told(enrolled: int, events: dict[int, str]) -> dict[int, str]:
    """Events on and after enrolment, up to the removal."""
    kept: dict[int, str] = {}
    for n in sorted(n for n in events if n >= enrolled):
        kept[n] = events[n]
        if events[n] == "remove":
            break
    return kept


@slowly
@given(st.lists(lives, min_size=1, max_size=3))
def test_any_history_is_counted_as_by_the_calendar(
    cast: Cast, histories: list[tuple[int, str, dict[int, str]]]
) -> None:
    category = uuid4().hex
    expected = []
    for enrolled, colour, events in histories:
        events = told(enrolled, events)
        expected.append(replay(enrolled, colour, events))
        target = enrol(cast, enrolled, colour, category)
        for n, event in sorted(events.items()):
            with time_machine.travel(noon(n), tick=False):
                do(cast, target, event)
    check_every_period(category, expected)


@slowly
@given(
    st.integers(0, 20),
    colours,
    st.sets(st.integers(0, DAYS), max_size=9),
    st.randoms(use_true_random=False),
)
def test_visits_that_arrive_in_any_order_are_counted_as_if_in_order(
    cast: Cast, enrolled: int, colour: str, days: set[int], chance: Any
) -> None:
    """Each visit is sent up to seven days late; what is stored must not depend on when it came."""
    category = uuid4().hex
    visits = {n: "visit" for n in days if n >= enrolled}
    target = enrol(cast, enrolled, colour, category)
    for sent, n in sorted((n + chance.randint(0, 6), n) for n in visits):
        with time_machine.travel(noon(sent), tick=False):
            log(cast, target, START + timedelta(n))
    life = replay(enrolled, colour, visits)
    target.refresh_from_db()
    assert (target.last_visit_on, target.due_on) == (life.last, life.owed)
    answered = dict(target.visits.values_list("visited_on", "due_on"))
    assert answered == life.visits
    check_every_period(category, [life])


@pytest.fixture
def week(cast: Cast) -> Callable[..., tuple[Ratio, Ratio]]:
    """The week of 14–20 September of the target that `week(target)` names."""

    def _week(target: Target) -> tuple[Ratio, Ratio]:
        return measured(target.category, Period(date(2026, 9, 14), date(2026, 9, 20)))

    return _week


def test_nothing_due_is_no_ratio(cast: Cast) -> None:
    empty = coverage.ratio("coverage", coverage.Within(("/999/",)), Period(START, START))
    assert empty == Ratio(0, 0)
    assert empty.rate is None


def test_nobody_met_covers_nothing(cast: Cast, week: Callable[..., tuple[Ratio, Ratio]]) -> None:
    target = cast.target(category="x", enrolled_on=START, due_on=date(2026, 9, 16))
    cast.visit(target, date(2026, 9, 15), met="nobody", is_valid=False)
    assert week(target) == (Ratio(0, 1), Ratio(0, 1))


def test_newly_enrolled_ones_are_left_out_for_as_long_as_an_official_says(cast: Cast) -> None:
    target = cast.target(category="x", enrolled_on=date(2026, 9, 14), due_on=date(2026, 9, 20))
    period = Period(date(2026, 9, 14), date(2026, 9, 20))
    assert measured("x", period)[0] == Ratio(0, 0)
    Parameter.objects.filter(code="newly_enrolled_days").update(value=6)
    assert measured("x", period)[0] == Ratio(0, 1)
    assert list(coverage.gaps("coverage", coverage.Within(("/",), "x"), period)) == [target]


def test_groups_add_up_and_gaps_are_named(cast: Cast) -> None:
    """Three grids: A has one covered and one gap, A2 one gap, B one covered."""
    on = date(2026, 9, 16)
    period = Period(date(2026, 9, 14), date(2026, 9, 20))
    rows = [
        cast.target(grid, category=category, enrolled_on=START, due_on=on)
        for grid, category in [
            (cast.grid_a, "bar"),
            (cast.grid_a, "school"),
            (cast.grid_a2, "bar"),
            (cast.grid_b, "bar"),
        ]
    ]
    for target in (rows[0], rows[3]):
        cast.visit(target, on)
        Target.objects.filter(pk=target.pk).update(due_on=on + timedelta(14), last_visit_on=on)
    where = coverage.within(cast.leader, "stats.view")
    by = {key: coverage.ratios("coverage", where, [period], key) for key in coverage.KEYS}
    assert by["all"] == {"0": [Ratio(2, 4)]}
    assert by["street"] == {str(cast.street.pk): [Ratio(2, 4)]}
    assert by["village"] == {str(cast.village.pk): [Ratio(1, 3)], str(cast.other_village.pk): [Ratio(1, 1)]}
    assert by["grid"] == {
        str(cast.grid_a.pk): [Ratio(1, 2)],
        str(cast.grid_a2.pk): [Ratio(0, 1)],
        str(cast.grid_b.pk): [Ratio(1, 1)],
    }
    assert by["category"] == {"bar": [Ratio(2, 3)], "school": [Ratio(0, 1)]}
    assert set(coverage.gaps("coverage", where, period)) == {rows[1], rows[2]}
    village = coverage.within(cast.leader, "stats.view", cast.village, "bar")
    assert list(coverage.gaps("coverage", village, period)) == [rows[2]]


def test_a_reader_counts_only_his_own_territory(cast: Cast) -> None:
    period = Period(date(2026, 9, 14), date(2026, 9, 20))
    for grid in (cast.grid_a, cast.grid_b, cast.far_grid):
        cast.target(grid, enrolled_on=START, due_on=date(2026, 9, 16))
    seen = {
        who: coverage.ratio("coverage", coverage.within(cast.people[who], "stats.view"), period).denominator
        for who in ("officer", "leader", "far_command", "worker", "nobody")
    }
    assert seen == {"officer": 1, "leader": 2, "far_command": 1, "worker": 0, "nobody": 0}


def test_many_periods_cost_one_statement(cast: Cast, count_queries: Callable[[], Any]) -> None:
    target = cast.target(enrolled_on=START, due_on=date(2026, 9, 16))
    cast.visit(target, date(2026, 9, 22), due_on=date(2026, 9, 16))
    Target.objects.update(due_on=date(2026, 10, 6))
    periods = [Period(START + timedelta(7 * n), START + timedelta(7 * n + 6)) for n in range(6)]
    with count_queries() as seen:
        found = coverage.ratios("coverage", coverage.Within(("/",)), periods)
    assert len(seen) == 2
    assert found["0"] == [Ratio(), Ratio(), Ratio(0, 1), Ratio(1, 1), Ratio(), Ratio(0, 1)]
