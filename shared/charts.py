"""Geometry of the small charts, computed here so that pages stay free of scripts and style attributes."""

from collections.abc import Sequence
from typing import NamedTuple

SEGMENTS_UP_TO = 24
GAP = 4.0


class Rect(NamedTuple):
    """One rectangle of an SVG, in view box units; `kind` is its class."""

    kind: str
    x: float
    y: float
    width: float
    height: float


class Line(NamedTuple):
    """A polyline with its newest point and, where asked, the height of the goal."""

    points: str
    x: float
    y: float
    goal: float | None


def _outlined(kind: str, x: float, width: float, height: float) -> Rect:
    """Filled kinds take the whole cell; outlined ones leave room for half of their stroke."""
    if kind == "bar__done":
        return Rect(kind, round(x, 1), 0, round(width, 1), height)
    return Rect(kind, round(x + 0.5, 1), 0.5, round(max(width - 1, 0.5), 1), height - 1)


def sum_segments(
    done: int, excused: int, open_: int, width: float = 350, height: float = 14
) -> tuple[bool, list[Rect]]:
    """Cells of a bar: one for each item up to 24 (first value True), else three in proportion."""
    counts = (("bar__done", done), ("bar__note", excused), ("bar__open", open_))
    total = done + excused + open_
    if total == 0:
        return False, [Rect("bar__rest", 0, 0, width, height)]
    rects: list[Rect] = []
    if total <= SEGMENTS_UP_TO:
        cell = (width - GAP * (total - 1)) / total
        for kind, count in counts:
            for _ in range(count):
                rects.append(_outlined(kind, len(rects) * (cell + GAP), cell, height))
        return True, rects
    x = 0.0
    for kind, count in counts:
        if count:
            rects.append(_outlined(kind, x, width * count / total, height))
            x += width * count / total
    return False, rects


def spark_line(
    values: Sequence[float],
    low: float | None = None,
    high: float | None = None,
    goal: float | None = None,
    width: float = 150,
    height: float = 44,
    pad: float = 4.5,
) -> Line | None:
    """Points of a line chart; None without values. Small multiples share `low` and `high`."""
    if not values:
        return None
    known = [*values] + ([goal] if goal is not None else [])
    bottom = min(known) if low is None else low
    top = max(known) if high is None else high
    span = (top - bottom) or 1.0

    def level(value: float) -> float:
        return round(height - pad - (value - bottom) / span * (height - 2 * pad), 1)

    step = (width - 2 * pad) / max(len(values) - 1, 1)
    first = pad if len(values) > 1 else width - pad
    points = [(round(first + i * step, 1), level(v)) for i, v in enumerate(values)]
    x, y = points[-1]
    return Line(" ".join(f"{a},{b}" for a, b in points), x, y, None if goal is None else level(goal))


def spark_bars(
    values: Sequence[float],
    top: float | None = None,
    worse: bool = False,
    width: float = 160,
    height: float = 40,
) -> list[Rect]:
    """Bars from zero, the last one marked as now; `top` is the value of the full height."""
    if not values:
        return []
    full = (max(values) if top is None else top) or 1.0
    gap = 3.0
    bar = (width - gap * (len(values) - 1)) / len(values)
    rects = []
    for i, value in enumerate(values):
        tall = round(min(max(value, 0) / full, 1) * (height - 4), 1)
        now = "spark__now spark__now--bad" if worse else "spark__now"
        kind = now if i == len(values) - 1 else "spark__past"
        rects.append(Rect(kind, round(i * (bar + gap), 1), round(height - 1 - tall, 1), round(bar, 1), tall))
    return rects
