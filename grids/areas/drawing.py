"""Outlines as a drawing: GeoJSON to the paths of one SVG, without tiles and without a script."""

from collections.abc import Iterable
from math import cos, radians
from typing import Any, NamedTuple

WIDTH = 1000
EDGE = 12
Ring = list[tuple[float, float]]


class Shape(NamedTuple):
    """One area of the drawing: its path, and the middle of its box for a label."""

    pk: int
    path: str
    x: int
    y: int


class Drawing(NamedTuple):
    """`width` × `height` in the drawing's own units."""

    width: int
    height: int
    shapes: list[Shape]


def rings(outline: Any) -> list[Ring]:
    """The rings of a Polygon or MultiPolygon; none for anything else."""
    if not isinstance(outline, dict):
        return []
    parts = outline.get("coordinates") or []
    if outline.get("type") == "Polygon":
        parts = [parts]
    elif outline.get("type") != "MultiPolygon":
        return []
    return [[(float(p[0]), float(p[1])) for p in ring] for part in parts for ring in part]


def draw(outlines: Iterable[tuple[int, Any]]) -> Drawing | None:
    """North up, a degree of longitude shortened by the latitude, WIDTH wide and at most as high; None without
    outlines."""
    found = [(pk, shape) for pk, outline in outlines if (shape := rings(outline))]
    points = [point for _, shape in found for ring in shape for point in ring]
    if not points:
        return None
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    narrow = cos(radians((south + north) / 2))
    scale = (WIDTH - 2 * EDGE) / max((east - west) * narrow, north - south, 1e-6)
    left = (WIDTH - (east - west) * narrow * scale) / 2

    def put(point: tuple[float, float]) -> tuple[int, int]:
        x, y = point
        return round((x - west) * narrow * scale + left), round((north - y) * scale) + EDGE

    shapes = []
    for pk, shape in found:
        drawn = [[put(point) for point in ring] for ring in shape]
        path = "".join("M" + "L".join(f"{x} {y}" for x, y in ring) + "Z" for ring in drawn)
        xs, ys = ([p[axis] for p in max(drawn, key=len)] for axis in (0, 1))
        shapes.append(Shape(pk, path, (min(xs) + max(xs)) // 2, (min(ys) + max(ys)) // 2))
    return Drawing(WIDTH, put((east, south))[1] + EDGE, shapes)
