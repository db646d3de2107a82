"""The board's map: our own outlines with the number of open matters in each village or grid."""

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlencode

import orjson
from django.db.models import TextField
from django.db.models.functions import Cast
from django.urls import reverse

from grids.areas.drawing import Drawing, draw
from grids.models import Area
from incidents.boards.asked import Asked
from incidents.boards.lanes import Sums


@dataclass(frozen=True)
class Spot:
    """One area of the map: its shape, its numbers, how dark, and the list of its rows."""

    name: str
    path: str
    x: int
    y: int
    open: int
    late: int
    shade: float
    href: str


@dataclass(frozen=True)
class Chart:
    """The drawing with its spots, the fullest last so that its edge is not covered."""

    width: int
    height: int
    spots: list[Spot]


@lru_cache(maxsize=64)
def _drawn(outlines: tuple[tuple[int, str], ...]) -> Drawing | None:
    """The drawing of outlines as they are stored: reading them again costs more than all else of the map."""
    return draw((pk, orjson.loads(text)) for pk, text in outlines)


def chart(asked: Asked, counted: list[Sums]) -> Chart | None:
    """Villages of the reader's territory, or the grids of the village that was picked; None without outlines.

    One query; areas without an outline keep their numbers in the lists.
    """
    seen = Area.objects.within(asked.user, "board.view").filter(is_active=True, outline__isnull=False)
    seen = (
        seen.filter(level=Area.Level.GRID, parent=asked.village)
        if asked.village
        else seen.filter(level__in=Area.VILLAGE_LEVELS)
    )
    outline = Cast("outline", TextField())
    areas = list(seen.order_by("path").values_list("id", "name", "path", outline))
    drawing = _drawn(tuple((pk, outline) for pk, _, _, outline in areas))
    if drawing is None:
        return None
    inside = {pk: [one for one in counted if one.path.startswith(path)] for pk, _, path, _ in areas}
    numbers = {
        pk: (sum(one.open for one in found), sum(one.counts["over"] for one in found))
        for pk, found in inside.items()
    }
    most = max((n for n, _ in numbers.values()), default=0) or 1
    names = {pk: name for pk, name, _, _ in areas}
    spots = []
    for shape in drawing.shapes:
        n, late = numbers[shape.pk]
        query = {"view": "open", "area": shape.pk, **({"kind": asked.kind} if asked.kind else {})}
        href = f"{reverse('matter_list')}?{urlencode(query)}"
        spots.append(
            Spot(
                names[shape.pk], shape.path, shape.x, shape.y, n, late, round(0.06 + 0.34 * n / most, 2), href
            )
        )
    return Chart(drawing.width, drawing.height, sorted(spots, key=lambda spot: spot.open))
