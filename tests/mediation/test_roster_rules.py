"""The generator's invariants: never uncovered when it can be covered, never double, rest, nights
and leave kept.
"""

from datetime import date, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mediation.roster import explain
from mediation.roster.demand import is_night
from mediation.roster.rules import Limits, Person, Turn, clash, refusals
from mediation.roster.solver import Answer, Place, Worker, solve
from shared.dates import at

FIRST = date(2026, 11, 30)
LIMITS = Limits()
HOURS = ((0, 8, "夜班"), (8, 8, "白班"), (16, 8, "晚班"))


def turn(station: int, offset: int, hour: int, length: int, name: str, seat: str = "") -> Turn:
    day = FIRST + timedelta(days=offset)
    starts = at(day, time(hour))
    ends = starts + timedelta(hours=length)
    return Turn(f"{station}/{offset}/{hour}{seat}", day, starts, ends, is_night(starts, ends), name)


def around_the_clock(days: int, station: int = 1) -> list[Place]:
    return [
        Place(turn(station, n, hour, length, name), (station, None))
        for n in range(days)
        for hour, length, name in HOURS
    ]


def desks(days: int, stations: int, department: int) -> list[Place]:
    return [
        Place(turn(s, n, 8, 9, "坐班", f"d{department}"), (s, department))
        for s in range(1, stations + 1)
        for n in range(days)
        if (FIRST + timedelta(days=n)).weekday() < 5
    ]


def broken(places: list[Place], workers: list[Worker], answer: Answer, limits: Limits) -> list[str]:
    """Everything in the answer that a rule forbids, by the rules themselves and by hand."""
    turns = explain.turns_by_person(places, workers, answer.taken)
    by_key = {place.turn.key: place for place in places}
    found = []
    for key, who in answer.taken.items():
        worker = next(w for w in workers if w.id == who)
        if by_key[key].group not in worker.groups:
            found.append(f"{who} does not belong to {key}")
        found += refusals(by_key[key].turn, worker.person, turns[who], limits)
    for mine in turns.values():
        for one, two in pairwise(sorted(mine, key=lambda t: t.starts_at)):
            if two.starts_at - one.ends_at < limits.rest:
                found.append(f"{one.key} and {two.key}: {two.starts_at - one.ends_at}")
    return found


days_off = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 3)).map(
        lambda pair: (FIRST + timedelta(days=pair[0]), FIRST + timedelta(days=pair[0] + pair[1]))
    ),
    max_size=2,
)


@st.composite
def teams(draw: st.DrawFn) -> list[Worker]:
    count = draw(st.integers(1, 8))
    return [
        Worker(n, frozenset({(1, None)}), Person(tuple(draw(days_off)), draw(st.booleans()) or n < 3))
        for n in range(1, count + 1)
    ]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(team=teams(), nights=st.integers(1, 4), rest=st.sampled_from([8, 11, 12]))
def test_no_rule_is_ever_broken_and_every_gap_says_why(team: list[Worker], nights: int, rest: int) -> None:
    limits, places = Limits(rest, nights), around_the_clock(6)
    answer = solve(places, team, limits, effort=0.2)
    assert not broken(places, team, answer, limits)
    assert sorted([*answer.taken, *answer.gaps]) == sorted(place.turn.key for place in places)
    names = {worker.id: f"{worker.id}号" for worker in team}
    why = explain.reasons(places, team, answer, limits, names)
    assert all(len(why[key]) == len(team) for key in answer.gaps)


@st.composite
def planted(draw: st.DrawFn) -> tuple[list[Place], list[Worker]]:
    """A week that can be filled for certain: five people in a pattern that keeps the rules, some of
    the others' days off laid where the pattern does not need them.
    """
    places = around_the_clock(7)
    team = {n: [] for n in range(7)}  # type: ignore[var-annotated]
    order = draw(st.permutations(range(7)))
    for offset in range(7):
        for slot, (hour, length, name) in enumerate(HOURS):
            who = order[(offset // 2 * 3 + slot) % 7]
            team[who].append(turn(1, offset, hour, length, name))
    workers = []
    for who, turns in team.items():
        busy = {t.day for t in turns}
        free = [FIRST + timedelta(days=n) for n in range(7) if FIRST + timedelta(days=n) not in busy]
        away = tuple((day, day) for day in draw(st.lists(st.sampled_from(free), max_size=2)) if free)
        workers.append(Worker(who + 1, frozenset({(1, None)}), Person(away)))
    return places, workers


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(week=planted())
def test_what_can_be_covered_is_covered(week: tuple[list[Place], list[Worker]]) -> None:
    places, workers = week
    answer = solve(places, workers, LIMITS, balance=False)
    assert answer.proven
    assert answer.gaps == []
    assert not broken(places, workers, answer, LIMITS)


def test_what_stands_elsewhere_is_kept_with_its_rest_and_nights() -> None:
    elsewhere = (turn(9, 0, 16, 8, "别站晚班"), turn(9, -1, 0, 8, "夜班"), turn(9, -2, 0, 8, "夜班"))
    worker = Worker(1, frozenset({(1, None)}), fixed=elsewhere)
    answer = solve(around_the_clock(3), [worker], LIMITS)
    assert "1/0/8" not in answer.taken
    assert "1/1/0" not in answer.taken
    assert "1/1/8" not in answer.taken
    assert sum(key.endswith("/0") for key in answer.taken) <= 1
    assert not broken(around_the_clock(3), [worker], answer, LIMITS)


def test_the_same_question_gets_the_same_answer() -> None:
    team = [Worker(n, frozenset({(1, None)})) for n in range(6)]
    first, second = (solve(around_the_clock(14), team, LIMITS, effort=0.3).taken for _ in range(2))
    assert first == second


def test_load_is_even_and_leave_counts_as_worked() -> None:
    away = Person(((FIRST, FIRST + timedelta(days=3)),))
    team = [Worker(n, frozenset({(1, None)}), away if n == 0 else Person()) for n in range(6)]
    places = around_the_clock(14)
    answer = solve(places, team, LIMITS, effort=6.0)
    counts = {n: sum(who == n for who in answer.taken.values()) for n in range(6)}
    assert answer.gaps == []
    assert max(list(counts.values())[1:]) - min(list(counts.values())[1:]) <= 1
    assert counts[0] < min(list(counts.values())[1:])


def test_advice_is_true() -> None:
    team = [Worker(n, frozenset({(1, None)})) for n in range(1, 4)]
    places = around_the_clock(7)
    answer = solve(places, team, LIMITS)
    assert answer.gaps
    advice = explain.helps(places, team, answer, LIMITS, lambda group: "河边站调解员")
    assert any("增加 1 人" in text for text in advice)
    more = solve(places, [*team, Worker(9, frozenset({(1, None)}))], LIMITS)
    assert len(more.gaps) < len(answer.gaps)


def test_nobody_fit_is_said_so() -> None:
    places = desks(1, 1, department=3)
    answer = solve(places, [], LIMITS)
    assert answer.gaps == [places[0].turn.key]
    assert explain.reasons(places, [], answer, LIMITS, {}) == {places[0].turn.key: ["没有可排的人"]}


@pytest.mark.parametrize(
    ("hour", "length", "night"), [(0, 8, True), (8, 8, False), (16, 8, False), (20, 12, True), (22, 4, True)]
)
def test_what_a_night_is(hour: int, length: int, night: bool) -> None:
    assert turn(1, 0, hour, length, "").is_night is night


def test_rest_is_counted_from_end_to_start() -> None:
    day = turn(1, 0, 8, 8, "白班")
    assert clash(day, turn(1, 1, 3, 5, "早班"), LIMITS) == ""
    assert "只隔 8 小时" in clash(turn(1, 1, 0, 8, "夜班"), day, LIMITS)
    assert "同一时间" in clash(day, turn(2, 0, 15, 8, "晚班"), LIMITS)


def test_sixty_people_and_four_weeks_are_planned_together() -> None:
    places = [place for s in range(1, 6) for place in around_the_clock(28, s)]
    workers = [Worker(s * 100 + n, frozenset({(s, None)})) for s in range(1, 6) for n in range(6)]
    for department in range(1, 8):
        places += desks(28, 5 if department < 3 else 1, department)
        crew = frozenset((s, department) for s in range(1, 6))
        workers += [Worker(department * 1000 + n, crew) for n in range(8 if department < 3 else 3)]
    assert len(workers) >= 60
    answer = solve(places, workers, LIMITS, effort=0.7)
    assert answer.proven
    assert answer.gaps == []
    assert not broken(places, workers, answer, LIMITS)
