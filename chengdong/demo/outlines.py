"""Invented outlines: uneven cells whose borders fit, so a village's outline is the union of its grids'."""

from collections.abc import Iterable
from functools import cached_property
from random import Random
from typing import Any

Point = tuple[float, float]
Corner = tuple[int, int]
ROWS = 3
"""Cells walked up and down in each column of a band; consecutive cells always touch."""


class Lattice:
    """`columns` × (3 · `bands`) cells around a centre; any run of cells along `walk` is one piece of land."""

    def __init__(self, dice: Random, centre: Point, columns: int, bands: int, size: Point) -> None:
        self.dice, self.centre, self.columns, self.bands, self.size = dice, centre, columns, bands, size

    @cached_property
    def walk(self) -> list[Corner]:
        """Cells (column, row) in order: band by band, column by column, up and down by turns."""
        cells = []
        up = True
        for band in range(self.bands):
            columns = range(self.columns) if band % 2 == 0 else range(self.columns - 1, -1, -1)
            for column in columns:
                rows = range(ROWS) if up else range(ROWS - 1, -1, -1)
                cells += [(column, band * ROWS + row) for row in rows]
                up = not up
            up = True
        return cells

    @cached_property
    def _corners(self) -> dict[Corner, Point]:
        return {
            (i, j): self._place(i + self.dice.uniform(-0.24, 0.24), j + self.dice.uniform(-0.24, 0.24))
            for i in range(self.columns + 1)
            for j in range(self.bands * ROWS + 1)
        }

    def _place(self, x: float, y: float) -> Point:
        """Lattice units to degrees; the shear keeps it from looking like a chessboard."""
        rows = self.bands * ROWS
        u, v = x - self.columns / 2, y - rows / 2
        u, v = u * (1 - 0.012 * abs(v)) + 0.18 * v, v * (1 - 0.006 * abs(u)) - 0.10 * u
        return self.centre[0] + u * self.size[0], self.centre[1] + v * self.size[1]

    @cached_property
    def _borders(self) -> dict[tuple[Corner, Corner], list[Point]]:
        """The bent line between two corners, the same from both sides."""
        borders: dict[tuple[Corner, Corner], list[Point]] = {}
        for (i, j), a in sorted(self._corners.items()):
            for other in ((i + 1, j), (i, j + 1)):
                if (b := self._corners.get(other)) is None:
                    continue
                dx, dy = b[0] - a[0], b[1] - a[1]
                bends = [self.dice.uniform(-0.09, 0.09) for _ in range(2)]
                between = [
                    (a[0] + dx * t - dy * bend, a[1] + dy * t + dx * bend)
                    for t, bend in zip((0.35, 0.68), bends, strict=True)
                ]
                borders[(i, j), other] = between
                borders[other, (i, j)] = between[::-1]
        return borders

    def outline(self, cells: Iterable[Corner]) -> dict[str, Any]:
        """GeoJSON polygon of the union of cells: borders that two of them share cancel out."""
        edges: set[tuple[Corner, Corner]] = set()
        for i, j in cells:
            ring = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)]
            for edge in zip(ring, [*ring[1:], ring[0]], strict=True):
                if edge[::-1] in edges:
                    edges.remove(edge[::-1])
                else:
                    edges.add(edge)
        following = dict(sorted(edges))
        start = here = min(following)
        points: list[Point] = []
        while True:
            points += [self._corners[here], *self._borders[here, following[here]]]
            here = following[here]
            if here == start:
                break
        ring_of = [[round(x, 6), round(y, 6)] for x, y in [*points, points[0]]]
        return {"type": "Polygon", "coordinates": [ring_of], "note": "示意，不是测绘成果"}

    def middle(self, cell: Corner) -> Point:
        """A point well inside a cell."""
        i, j = cell
        corners = [self._corners[c] for c in ((i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1))]
        return sum(c[0] for c in corners) / 4, sum(c[1] for c in corners) / 4
