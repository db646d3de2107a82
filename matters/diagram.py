"""The drawing of a kind's loop, computed from its table of moves: states down the middle, skips at the left, returns at the right."""

from dataclasses import dataclass, field

from matters.loop import RANK, STATES, Kind

WIDTH, BOX, HIGH, GAP, TOP = 480, 132, 44, 52, 8
LEFT = (WIDTH - BOX) // 2
RIGHT = LEFT + BOX
STEP = 26


@dataclass(frozen=True)
class Box:
    """A state."""

    x: int
    y: int
    text: str
    kind: str


@dataclass(frozen=True)
class Arrow:
    """One or more moves between the same two states; `path` is SVG, `x`, `y`, `anchor` place the words."""

    path: str
    labels: str
    x: int
    y: int
    anchor: str
    back: bool


@dataclass
class Drawing:
    """Boxes and arrows on a sheet of `width` × `height`."""

    width: int
    height: int
    boxes: list[Box] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)


def draw(kind: Kind) -> Drawing:
    """Every state and every move of the table, none twice, none missing."""
    rows = {state: TOP + place * (HIGH + GAP) for place, state in enumerate(kind.states)}
    drawing = Drawing(WIDTH, TOP * 2 + len(rows) * HIGH + (len(rows) - 1) * GAP)
    for state, y in rows.items():
        sort = "end" if state in {"closed", "cancelled"} else "start" if state == kind.start else ""
        drawing.boxes.append(Box(LEFT, y, STATES[state], sort))
    pairs: dict[tuple[str, str], list[str]] = {}
    for transition in kind.loop:
        for source in sorted(transition.sources, key=RANK.__getitem__):
            pairs.setdefault((source, transition.target), []).append(transition.label)
    lanes = {"left": 0, "right": 0}
    places = list(rows)
    for (source, target), labels in sorted(pairs.items(), key=lambda pair: _span(places, pair[0])):
        words = "、".join(labels)
        span = places.index(target) - places.index(source)
        if span == 1:
            x, top, end = WIDTH // 2, rows[source] + HIGH, rows[target]
            drawing.arrows.append(Arrow(f"M{x} {top}V{end - 2}", words, x + 8, (top + end) // 2 + 5, "start", back=False))
            continue
        side = "left" if span > 0 else "right"
        lanes[side] += 1
        drawing.arrows.append(_around(rows, source, target, words, lanes[side], back=span <= 0))
    return drawing


def _span(places: list[str], pair: tuple[str, str]) -> tuple[int, int]:
    source, target = (places.index(state) for state in pair)
    return abs(target - source), source


def _around(rows: dict[str, int], source: str, target: str, words: str, lane: int, *, back: bool) -> Arrow:
    """A move that passes other states goes round them, each in a lane of its own."""
    edge, sign = (RIGHT, 1) if back else (LEFT, -1)
    x = edge + sign * STEP * lane
    shift = min(lane * 3, 14)
    start, end = rows[source] + HIGH // 2 + shift, rows[target] + HIGH // 2 - shift
    path = f"M{edge} {start}H{x}V{end}H{edge + sign * 2}"
    middle = (start + end) // 2
    return Arrow(path, words, x + sign * 4, middle, "start" if back else "end", back)
