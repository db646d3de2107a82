"""What the cells of an area sheet mean: house-number ranges and outlines."""

import re
from dataclasses import dataclass
from typing import Any

import orjson

from grids.imports import addresses
from shared import cells
from shared.cells import Cell, Unclear

HIGHEST = 99999
_RANGE = re.compile(r"(.+?)(?:(\d{1,6})号?(?:[-至到~](\d{1,6})号?)?)?")


@dataclass(frozen=True)
class Stretch:
    """House numbers of a road, both ends included; the whole road from 0 to HIGHEST."""

    road: str
    low: int
    high: int

    def __str__(self) -> str:
        return self.road if (self.low, self.high) == (0, HIGHEST) else f"{self.road}{self.low}-{self.high}"

    def meets(self, other: "Stretch") -> bool:
        """Whether a house could belong to both."""
        same = addresses.plain(self.road) == addresses.plain(other.road)
        return same and self.low <= other.high and other.low <= self.high


def stretches(cell: Cell) -> list[Stretch]:
    """`一区1-120;九龙湖路1-80;殿前街` as ranges. Raises Unclear for a part that is none."""
    found = []
    for part in cells.words(cells.half(cell)):
        written = _RANGE.fullmatch(part.replace(" ", ""))
        if not written or len(written[1]) > 60:
            raise Unclear(f"“{part[:20]}”读不懂，请写成“一区1-120;九龙湖路1-80”这样")
        low = int(written[2]) if written[2] else 0
        high = int(written[3] or written[2]) if written[2] else HIGHEST
        if low > high or high > HIGHEST:
            raise Unclear(f"“{part[:20]}”的门牌起止写反了或太大，请核对")
        found.append(Stretch(written[1], low, high))
    return found


def outline(cell: Cell) -> Any:
    """A GeoJSON Polygon or MultiPolygon (or a Feature of one), longitude first. Raises Unclear for anything
    else."""
    try:
        shape = orjson.loads(cells.text(cell))
    except orjson.JSONDecodeError:
        raise Unclear("边界不是 GeoJSON，请从地图软件导出 Polygon 后粘贴，或留空") from None
    if isinstance(shape, dict) and shape.get("type") == "Feature":
        shape = shape.get("geometry")
    depth = {"Polygon": 3, "MultiPolygon": 4}.get(str(shape.get("type"))) if isinstance(shape, dict) else None
    if depth is None:
        raise Unclear("边界要是 GeoJSON 的 Polygon 或 MultiPolygon，或留空")
    if not _is_rings(shape.get("coordinates"), depth):
        raise Unclear("边界的坐标不完整：每一圈至少 4 个点，经度在前、纬度在后")
    return {"type": shape["type"], "coordinates": shape["coordinates"]}


def _is_rings(value: Any, depth: int) -> bool:
    """Lists nested `depth` deep: points at the bottom, at least four of them to a ring."""
    if not isinstance(value, list) or len(value) < {1: 2, 2: 4}.get(depth, 1):
        return False
    if depth > 1:
        return all(_is_rings(part, depth - 1) for part in value)
    if not all(isinstance(n, int | float) and not isinstance(n, bool) for n in value):
        return False
    return bool(-180 <= value[0] <= 180 and -90 <= value[1] <= 90)
