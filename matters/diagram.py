"""The drawing of a kind's loop, computed from its table of moves: states down the middle, skips at the left,
returns at the right.
"""

from dataclasses import dataclass, field

from matters.loop import Kind, Transition

WIDTH, BOX, HIGH, GAP, TOP = 480, 132, 44, 52, 8
LEFT = (WIDTH - BOX) // 2
RIGHT = LEFT + BOX
STEP = 44


@dataclass(frozen=True)
class Box:
    """A state."""

    x: int
    y: int
    text: str
    kind: str


@dataclass(frozen=True)
class Arrow:
    """One move to one state, from all states that it starts in on that side; `path` is SVG, `x`, `y`,
    `anchor` place its name.
    """

    path: str
    label: str
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
    rows = {state: TOP + place * (HIGH + GAP) for place, state in enumerate(kind.used)}
    drawing = Drawing(WIDTH, TOP * 2 + len(rows) * HIGH + (len(rows) - 1) * GAP)
    for state, y in rows.items():
        sort = "end" if state in kind.ended else "start" if state == kind.start else ""
        drawing.boxes.append(Box(LEFT, y, kind.states[state], sort))
    lanes = {"left": 0, "right": 0}
    for transition in sorted((t for t in kind.loop if t.target), key=lambda t: _reach(rows, t)):
        sources = sorted(transition.sources, key=list(rows).index)
        for side, those in _sides(rows, sources, transition.target).items():
            if side == "down":
                drawing.arrows.append(_down(rows, those[0], transition))
            else:
                lanes[side] += 1
                drawing.arrows.append(_around(rows, those, transition, lanes[side], back=side == "right"))
    return drawing


def _reach(rows: dict[str, int], transition: Transition) -> int:
    """How far a move reaches: short ones get the inner lanes."""
    return max(abs(rows[transition.target] - rows[source]) for source in transition.sources)


def _sides(rows: dict[str, int], sources: list[str], target: str) -> dict[str, list[str]]:
    """Sources by how the move is drawn: straight down to the next state, round the left side, or back on the
    right.
    """
    found: dict[str, list[str]] = {}
    for source in sources:
        distance = rows[target] - rows[source]
        side = "down" if distance == HIGH + GAP else "left" if distance > 0 else "right"
        found.setdefault(side, []).append(source)
    return found


def _down(rows: dict[str, int], source: str, transition: Transition) -> Arrow:
    x, top, end = WIDTH // 2, rows[source] + HIGH, rows[transition.target]
    return Arrow(f"M{x} {top}V{end - 2}", transition.label, x + 8, (top + end) // 2 + 5, "start", back=False)


def _around(
    rows: dict[str, int], sources: list[str], transition: Transition, lane: int, *, back: bool
) -> Arrow:
    """A move that passes other states goes round them in a lane of its own, gathering its sources."""
    edge, sign = (RIGHT, 1) if back else (LEFT, -1)
    x, shift = edge + sign * STEP * lane, min(lane * 4, 16)
    starts = [rows[source] + HIGH // 2 + (-shift if back else shift) for source in sources]
    end = rows[transition.target] + HIGH // 2 + (shift if back else -shift)
    path = (
        "".join(f"M{edge} {y}H{x}" for y in starts)
        + f"M{x} {starts[-1 if back else 0]}V{end}H{edge + sign * 2}"
    )
    middle = (starts[-1] + end) // 2 + 5
    return Arrow(path, transition.label, x + sign * 6, middle, "start" if back else "end", back)
