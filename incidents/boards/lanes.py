"""The board's lanes and the map's counts: one grouped count, and the few jobs of each lane by an index."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField, Count, F, Q, QuerySet, Value
from django.utils import timezone

from grids.kept import kept
from grids.scope import rights_of
from incidents.boards.asked import Asked, narrow
from matters.loop import KINDS
from matters.models import Matter
from matters.queries import COLUMNS, FAR, PLACE, holder_of, overdue, place_of
from shared import plain
from shared.dates import day_span, local, today

NAMES = (*COLUMNS, *PLACE, "lane")
LANES = {
    "new": "新来的",
    "doing": "办理中",
    "over": "已超期",
    "echoed": "已回应，待审核",
    "done": "今天已销号",
}
OPEN = ("new", "doing", "over", "echoed")
KEYS = {"accept": "受理", "place": "落格", "assign": "流转", "divert": "分流", "sign": "签收"}
"""Moves that the board offers on its keyboard."""


@dataclass(frozen=True)
class Job:
    """One matter as the board shows it; `moves` are what its state and the reader's rights leave open."""

    id: int
    title: str
    place: str
    who: str
    state: str
    told: str
    span: timedelta
    part: float
    at: datetime
    version: int = 1
    moves: tuple[str, ...] = ()


@dataclass
class Lane:
    """What is at one point of the way now; `jobs` are the most urgent ones of `count`."""

    code: str
    title: str
    count: int = 0
    jobs: list[Job] = field(default_factory=list)


@dataclass(frozen=True)
class Sums:
    """Open matters of one area, by lane; `path` is the area's."""

    path: str
    counts: dict[str, int]

    @property
    def open(self) -> int:
        """All of them."""
        return sum(self.counts.values())


def _lane_of(kind: str, state: str) -> str:
    """The lane that a state stands in while its term runs."""
    code = KINDS[kind].lanes.get(state)
    return "echoed" if code == "echoed" else "doing" if code in {"assigned", "handling"} else "new"


def _clauses() -> dict[str, Q]:
    """Lane → what stands in it, by named states, for which there is an index. Overdue goes before all
    others: each open matter stands in one lane."""
    named: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for kind in KINDS.values():
        for code in OPEN:
            states = tuple(s for s in kind.states if s not in kind.ended and _lane_of(kind.code, s) == code)
            named[code, states].append(kind.code)
    found = {code: Q(pk__in=[]) for code in OPEN}
    for (code, states), kinds in named.items():
        found[code] |= Q(kind__in=kinds, state__in=states)
    in_time = Q(due_at=None) | Q(due_at__gte=plain.NOW)
    return {code: clause & in_time for code, clause in found.items()} | {"over": overdue(plain.NOW)}


def _seen(user: Any, path: str, kind: str, clause: Q) -> QuerySet[Matter, Any]:
    found = narrow(Matter.objects.filter(clause), user, path)
    return found.filter(kind=kind) if kind else found  # type: ignore[no-any-return]


def sums(asked: Asked) -> list[Sums]:
    """How many open matters each area has in each lane, in one pass over an index of the open ones."""
    found: dict[str, Sums] = {}
    for path, kind, state, n, late in _grouped(asked.user, asked.path, asked.kind):
        counts = found.setdefault(path, Sums(path, dict.fromkeys(OPEN, 0))).counts
        counts["over"] += late
        counts[_lane_of(kind, state)] += n - late
    return list(found.values())


@kept
def _grouped(user: Any, path: str, kind: str) -> plain.Statement:
    late = Count("due_at", filter=Q(due_at__lt=plain.NOW))
    rows = _seen(user, path, kind, Q(closed_at=None)).order_by().values_list("area__path", "kind", "state")
    return plain.statement(rows.annotate(n=Count("*"), late=late))


def lanes(asked: Asked, counted: list[Sums], shown: int) -> list[Lane]:
    """All lanes with their counts and their `shown` most urgent jobs; two queries at any size."""
    found = {code: Lane(code, title) for code, title in LANES.items()}
    for code in OPEN:
        found[code].count = sum(one.counts[code] for one in counted)
    words = asked.user, asked.path, asked.kind, day_span(today())[0]
    ((found["done"].count,),) = _done(*words)
    rows = [dict(zip(NAMES, row, strict=True)) for row in _first(*words, shown)]
    held = rights_of(asked.user)
    for row in sorted(rows, key=_order):
        found[row["lane"]].jobs.append(_job(row, held))
    return list(found.values())


@kept
def _done(user: Any, path: str, kind: str, since: datetime) -> plain.Statement:
    found = _seen(user, path, kind, Q(closed_at__gte=since)).order_by()
    sql, values = plain.statement(found.values_list("pk"))
    return f"SELECT count(*) FROM ({sql}) found", values  # noqa: S608 -- our own statement


@kept
def _first(user: Any, path: str, kind: str, since: datetime, shown: int) -> plain.Statement:
    """The `shown` first jobs of each lane."""
    urgent = F("due_at").asc(nulls_last=True)
    still_open = _seen(user, path, kind, Q(closed_at=None)).order_by(urgent, "moved_at")
    newest = _seen(user, path, kind, Q(closed_at__gte=since)).order_by("-closed_at")
    parts = [_row(still_open.filter(clause), code)[:shown] for code, clause in _clauses().items()]
    return plain.statement(_row(newest, "done")[:shown].union(*parts, all=True))


def _row(queryset: QuerySet[Matter, Any], code: str) -> Any:
    lane = Value(code, output_field=CharField())
    return queryset.annotate(**PLACE, lane=lane).values_list(*NAMES)


def _order(row: dict[str, Any]) -> tuple[float, datetime]:
    """Closed ones newest first, the others by their term, then by who waits longest."""
    closed = row["closed_at"]
    return (-closed.timestamp() if closed else (row["due_at"] or FAR).timestamp(), row["moved_at"])


def _job(row: dict[str, Any], held: frozenset[str]) -> Job:
    """The clock of a job: time left or over where there is a term, else time since the last move."""
    now, due, done = timezone.now(), row["due_at"], row["closed_at"]
    state, told, span, part = "open", "无进展", max(now - row["moved_at"], timedelta(0)), 0.0
    if done:
        state, told, span = "done", "答复", done - row["occurred_at"]
    elif due:
        late = due <= now
        near = local(due).date() == today() or (row["warn_at"] is not None and row["warn_at"] <= now)
        state, told = ("over", "超期") if late else ("soon" if near else "open", "还剩")
        span = abs(due - now)
        part = (
            1.0 if late else (now - row["occurred_at"]) / max(due - row["occurred_at"], timedelta(minutes=1))
        )
    return Job(
        id=row["id"],
        title=row["title"],
        place=place_of(row),
        who=holder_of(row),
        state=state,
        told=told,
        span=span,
        part=part,
        at=done or row["moved_at"],
        version=row["version"],
        moves=tuple(
            t.action
            for t in KINDS[row["kind"]].loop
            if t.action in KEYS and row["state"] in t.sources and t.right in held
        ),
    )
