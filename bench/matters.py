"""Matters at 100,000 open ones: the to-do list, a search, the board's renewal and the sweep of due clocks."""

from collections.abc import Callable, Iterator
from urllib.parse import quote

import orjson
from django.db import connection, transaction
from django.utils import timezone

from bench.measure import Case
from bench.stage import Stage
from bench.wire import WrongAnswer
from matters.escalation import raise_due
from matters.models import ClockRun, Matter

Ask = Callable[[str, dict[str, str], Callable[[bytes], bool]], Callable[[], bytes]]
OPEN = 100_000
OPEN_WHEN_QUICK = 2_000
SOURCES = 100
ROWS = 50
LIMITS = "SELECT code, value FROM grids_parameter WHERE code IN ('remind_days', 'bulletin_workdays')"
DAYS = "SELECT day, is_workday FROM matters_calendarday"
OPEN_RUN = """
SELECT run.id FROM matters_clockrun run JOIN matters_matter matter ON matter.id = run.matter_id
WHERE run.stopped_at IS NULL AND matter.paused_at IS NULL AND matter.closed_at IS NULL
"""
SWEPT = f"""
({OPEN_RUN} AND run.graded = 0 AND run.warn_at <= %(now)s ORDER BY run.graded, run.warn_at LIMIT 1)
UNION ALL
({OPEN_RUN} AND run.graded IN (0, 1) AND run.due_at <= %(now)s
 ORDER BY run.graded, run.due_at LIMIT 1)
"""
"""What is due and has no card yet, in one look, and what says how late is late."""


def _columns(model: type[Matter] | type[ClockRun], *but: str) -> str:
    return ", ".join(f'"{f.column}"' for f in model._meta.concrete_fields if f.column not in ("id", *but))


def pile_up(many: int) -> int:
    """Copies of the demo's open hazards, due from tomorrow on, each with its running clock; how many."""
    matters, runs = _columns(Matter, "number", "due_at"), _columns(ClockRun, "matter_id", "due_at", "warn_at")
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH source AS (
                SELECT matter.* FROM matters_matter matter
                JOIN matters_clockrun run ON run.matter_id = matter.id AND run.stopped_at IS NULL
                WHERE matter.closed_at IS NULL AND matter.paused_at IS NULL AND matter.kind = 'hazard'
                ORDER BY matter.id LIMIT %(sources)s
            ), copied AS (
                INSERT INTO matters_matter (number, due_at, {matters})
                SELECT 'BENCH-' || id || '-' || n, now() + interval '1 day' + n * interval '1 minute',
                       {matters}
                FROM source, generate_series(1, %(each)s) n
                RETURNING id, number, due_at
            )
            INSERT INTO matters_clockrun (matter_id, due_at, warn_at, {runs})
            SELECT copied.id, copied.due_at, copied.due_at - interval '1 hour', {runs}
            FROM copied JOIN (SELECT * FROM matters_clockrun WHERE stopped_at IS NULL) run
              ON run.matter_id = split_part(copied.number, '-', 2)::bigint
            """,  # noqa: S608 -- columns of our own models
            {"sources": SOURCES, "each": many // SOURCES},
        )
        made = int(cursor.rowcount)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE matters_matter, matters_clockrun")
    return made


def matter_cases(stage: Stage, asking: Ask, quick: bool) -> Iterator[Case]:
    """Pages against the same rows as JSON; the sweep against one look at what is due."""
    if not pile_up(OPEN_WHEN_QUICK if quick else OPEN):
        raise WrongAnswer("The demo has no open hazard with a clock.")
    path, leader = stage.streets[0].path, stage.cookie("leader")
    with transaction.atomic():
        raise_due(timezone.now())  # what is due already has its cards

    def floor(address: str) -> Callable[[], bytes]:
        return asking(address, {}, lambda body: len(orjson.loads(body)["results"]) > 0)

    first = Matter.objects.filter(closed_at=None, kind="hazard").order_by("id")[0]
    number, place = first.number, first.title.rpartition("：")[2]
    yield Case(
        "todo_list_page",
        0.4,
        floor(f"/floor/matters/?path={path}"),
        asking("/matters/?view=open", leader, lambda body: body.count(b"<tr") > ROWS),
    )
    yield Case(
        "matter_search",
        0.4,
        floor(f"/floor/matters/?path={path}&number={quote(number)}"),
        asking(f"/matters/?view=all&q={quote(number)}", leader, lambda body: body.count(b"<tr") == 1 + 1),
    )
    yield Case(
        "matter_search_by_place",
        0.4,
        floor(f"/floor/matters/?path={path}&word={quote(place)}"),
        asking(f"/matters/?view=open&q={quote(place)}", leader, lambda body: body.count(b"<tr") > ROWS // 5),
    )
    yield Case(
        "board_refresh",
        0.3,
        floor(f"/floor/board/?path={path}"),
        asking("/incidents/board/live/", leader, lambda body: b"lane" in body),
    )
    yield sweep()


def sweep() -> Case:
    """A sweep that finds nothing new, as nearly all of them: what it costs to ask."""

    def by_hand() -> None:
        with connection.cursor() as cursor:
            for statement in (LIMITS, DAYS, SWEPT):
                cursor.execute(statement, {"now": timezone.now()})
                cursor.fetchall()

    def really() -> None:
        if any(raise_due(timezone.now()).values()):
            raise WrongAnswer("A card was due that the first sweep should have given.")

    return Case("sweep_of_open_matters", 0.3, by_hand, really, share=0.2)
