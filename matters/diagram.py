"""The drawing of a kind's loop, computed from its table of moves: states down the middle, skips at the left,
returns at the right; states that end it without result share the last box.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from matters.loop import Kind, Transition

BOX, HIGH, GAP, TOP = 156, 44, 52, 8
STEP, EDGE, SIGN = 40, 12, 17
"""Between two lanes, around the names, and for each sign of a name."""
Places = dict[str, int]


@dataclass(frozen=True)
class Box:
    """A state, or the dropped ones together."""

    x: int
    y: int
    text: str
    kind: str


@dataclass(frozen=True)
class Arrow:
    """One move to one state, from all states that it starts in on that side; `path` is SVG, `x`, `y`,
    `anchor` place its name. Moves that join the same boxes share one.
    """

    path: str
    label: str
    x: int
    y: int
    anchor: str
    back: bool


@dataclass
class Drawing:
    """Boxes and arrows on a sheet of `width` × `height`; `stays` = names of moves that change no state."""

    width: int = 0
    height: int = 0
    box: int = BOX
    boxes: list[Box] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)
    stays: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Line:
    """Moves with the same sources and the same target: `sources` and `target` are heights."""

    sources: tuple[int, ...]
    target: int
    label: str

    @property
    def reach(self) -> int:
        """How far it goes: short ones get the inner lanes."""
        return max(abs(self.target - source) for source in self.sources)


def draw(kind: Kind) -> Drawing:
    """Every state and every move of the table, none twice, none missing."""
    rows = _rows(kind)
    names = {place: "、".join(kind.states[s] for s in states) for place, states in _boxes(kind).items()}
    box = max(BOX, *(len(name) * SIGN + 2 * EDGE for name in names.values()))
    sides = {side: sorted(lines, key=lambda one: one.reach) for side, lines in _sides(rows, kind).items()}
    left, right = _room(sides["left"]), _room(sides["right"])
    drawing = Drawing(left + box + right, TOP + max(rows.values()) + HIGH, box)
    for place, name in names.items():
        ends = place in kind.dropped or place in kind.ended
        sort = "end" if ends else "start" if place == kind.start else ""
        drawing.boxes.append(Box(left, rows[place], name, sort))
    for line in sides["down"]:
        drawing.arrows.append(_down(left + box // 2, line))
    for side, edge in (("left", left), ("right", left + box)):
        for lane, line in enumerate(sides[side], start=1):
            drawing.arrows.append(_around(edge, line, side, lane))
    drawing.stays = [t.label for t in kind.loop if not t.target]
    return drawing


def _room(lines: list[Line]) -> int:
    """Width of a side on which every lane's name is read whole."""
    return max((STEP * n + len(line.label) * SIGN + EDGE for n, line in enumerate(lines, start=1)), default=0)


def _boxes(kind: Kind) -> dict[str, list[str]]:
    """First state of each box → all states in it."""
    dropped = [state for state in kind.used if state in kind.dropped]
    found = {state: [state] for state in kind.used if state not in kind.dropped}
    return {**found, dropped[0]: dropped} if dropped else found


def _rows(kind: Kind) -> Places:
    """Where each state is; those that share a box share the height."""
    return {
        state: TOP + place * (HIGH + GAP)
        for place, states in enumerate(_boxes(kind).values())
        for state in states
    }


def _sides(rows: Places, kind: Kind) -> dict[str, list[Line]]:
    """Lines by how they are drawn: straight down to the next state, left round, or back on the right."""
    joined: dict[tuple[str, tuple[int, ...], int], list[Transition]] = defaultdict(list)
    for move in (t for t in kind.loop if t.target):
        parted: dict[str, list[int]] = defaultdict(list)
        for source in sorted(rows[s] for s in move.sources):
            distance = rows[move.target] - source
            side = "down" if distance == HIGH + GAP else "left" if distance > 0 else "right"
            parted[side].append(source)
        for side, sources in parted.items():
            joined[side, tuple(sources), rows[move.target]].append(move)
    found: dict[str, list[Line]] = {"down": [], "left": [], "right": []}
    for (side, heights, target), moves in joined.items():
        found[side].append(Line(heights, target, "、".join(move.label for move in moves)))
    return found


def _down(x: int, line: Line) -> Arrow:
    top, end = line.sources[0] + HIGH, line.target
    return Arrow(f"M{x} {top}V{end - 2}", line.label, x + 8, (top + end) // 2 + 5, "start", back=False)


def _around(edge: int, line: Line, side: str, lane: int) -> Arrow:
    """A move that passes other states goes round them in a lane of its own, gathering its sources."""
    back = side == "right"
    sign = 1 if back else -1
    x, shift = edge + sign * STEP * lane, min(lane * 4, 16)
    starts = [source + HIGH // 2 + (-shift if back else shift) for source in line.sources]
    end = line.target + HIGH // 2 + (shift if back else -shift)
    path = (
        "".join(f"M{edge} {y}H{x}" for y in starts)
        + f"M{x} {starts[-1 if back else 0]}V{end}H{edge + sign * 2}"
    )
    middle = (starts[-1] + end) // 2 + 5
    return Arrow(path, line.label, x + sign * 6, middle, "start" if back else "end", back)
