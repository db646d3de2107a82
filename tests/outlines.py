"""Arithmetic of outlines, written apart from the code that it checks."""

from itertools import pairwise

from grids.models import Area


def ring(area: Area) -> list[tuple[float, float]]:
    assert area.outline is not None
    return [(x, y) for x, y in area.outline["coordinates"][0]]


def size(points: list[tuple[float, float]]) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(points)) / 2


def inside(point: tuple[float, float], points: list[tuple[float, float]]) -> bool:
    x, y = point
    hits = 0
    for (ax, ay), (bx, by) in pairwise(points):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            hits += 1
    return hits % 2 == 1
