"""Floor and real thing in turn, round after round, and the paired ratio."""

import gc
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter_ns

Act = Callable[[], object]


@dataclass(frozen=True)
class Case:
    """One comparison. Both acts do one request or run, and raise where its answer is wrong."""

    name: str
    goal: float
    floor: Act
    real: Act
    share: float = 1.0
    """How many of the asked requests a figure takes, at least one: less for what takes a second."""
    most_rounds: int = 99
    """For what takes a minute."""
    before_round: Act = lambda: None
    """Brings both to the same start; not measured."""


@dataclass(frozen=True)
class Figure:
    """Medians over the rounds; `count` requests stand behind each figure of a round."""

    ratio: float
    lowest: float
    highest: float
    floor_ms: float
    real_ms: float
    count: int


def measure(case: Case, *, rounds: int, requests: int) -> Figure:
    """Warm both, then time them in turn; who goes first changes with each round."""
    count = max(1, round(requests * case.share))
    warm = max(min(2, count), count // 10)
    case.before_round()
    _time(case.floor, warm)
    _time(case.real, warm)
    floors, reals = [], []
    for number in range(min(rounds, case.most_rounds)):
        case.before_round()
        if number % 2:
            reals.append(_time(case.real, count))
            floors.append(_time(case.floor, count))
        else:
            floors.append(_time(case.floor, count))
            reals.append(_time(case.real, count))
    ratios = [floor / real for floor, real in zip(floors, reals, strict=True)]
    return Figure(median(ratios), min(ratios), max(ratios), median(floors), median(reals), count)


def _time(act: Act, count: int) -> float:
    """Median milliseconds of one act."""
    taken = []
    gc.disable()
    try:
        for _ in range(count):
            began = perf_counter_ns()
            act()
            taken.append(perf_counter_ns() - began)
    finally:
        gc.enable()
    return median(taken) / 1e6
