"""The cases of `make bench` with the goals of docs/performance.md."""

import itertools
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import orjson
from django.db import connection, transaction
from django.utils import timezone

from bench.disputes import dispute_cases
from bench.matters import matter_cases
from bench.measure import Case
from bench.papers import one_paper
from bench.rosters import roster_case
from bench.stage import Stage
from bench.statements import COVERAGE, DIGEST
from bench.wire import Wire, WrongAnswer
from digests.models import Digest, DigestKind
from digests.workflow import run_digest
from grids.queries import coverage, parameters
from matters.models import Obligation
from shared.dates import at, today

ROWS = 50


def cases_of(stage: Stage, address: tuple[str, int], quick: bool = False) -> Iterator[Case]:
    """All cases of one size, each made when its turn comes."""
    wire = Wire(*address)

    def asking(path: str, headers: dict[str, str], check: Callable[[bytes], bool]) -> Callable[[], bytes]:
        message = wire.message("GET", path, headers)

        def ask() -> bytes:
            body = wire.ask(message)
            if not check(body):
                raise WrongAnswer(f"{path}: {body[:300]!r}")
            return body

        return ask

    leader, key = stage.cookie("leader"), stage.key("program")
    floor = asking(f"/floor/visits/?path={stage.streets[0].path}", {}, lambda body: rows_of(body) == ROWS)
    yield Case("nothing", 0.5, asking("/floor/nothing/", {}, no_body), asking("/nothing/", leader, no_body))
    yield Case(
        "visits_list_api", 0.5, floor, asking("/api/v1/visits/", key, lambda body: rows_of(body) == ROWS)
    )
    yield Case(
        "visits_list_page",
        0.4,
        floor,
        asking("/visits/", leader, lambda body: body.count(b"<tr") == ROWS + 1),
    )
    yield Case(
        "my_day_page",
        0.4,
        asking(f"/floor/day/?grid={stage.grid.pk}", {}, lambda body: len(orjson.loads(body)["due"]) == 5),
        asking("/", stage.cookie("worker"), lambda body: b"</html>" in body),
    )
    yield digest(stage)  # before visits are logged: it takes no notice of those of today
    yield logging(stage, wire)
    yield coverage_today(stage)
    yield one_paper()
    yield roster_case(stage, quick)
    yield from dispute_cases(stage, wire, asking, quick)
    yield from matter_cases(stage, asking, quick)  # last: it makes 100,000 more matters


def no_body(body: bytes) -> bool:
    """Nothing was asked, nothing came."""
    return body == b""


def rows_of(body: bytes) -> int:
    """How many rows a list holds."""
    return len(orjson.loads(body)["results"])


def logging(stage: Stage, wire: Wire) -> Case:
    """One visit, with idempotency and audit; each goes to a target that had none today."""
    headers = stage.key(stage.visitor.username)
    targets = itertools.cycle(stage.targets)

    def visit(**more: object) -> bytes:
        fields = {"client_id": str(uuid4()), "target": next(targets), "met": "principal", "result": "normal"}
        return orjson.dumps({**fields, "chips": ["extinguisher"], "note": "", **more})

    def by_hand() -> bytes:
        return wire.ask(wire.message("POST", "/floor/log/", {}, visit(visitor=stage.visitor.pk)))

    def really() -> bytes:
        return wire.ask(wire.message("POST", "/api/v1/visits/", headers, visit()))

    return Case("visit_logged", 0.4, by_hand, really)


def digest(stage: Stage) -> Case:
    """The morning alert of all streets: obligations, digests and notices, rolled back each time."""
    day = today()
    counts: set[tuple[int, int]] = set()
    values: dict[str, Any] = {"day": day, "now": timezone.now(), **digest_hours(day)}

    def made() -> None:
        """Both must make as many obligations and digests."""
        counts.add(
            (
                Obligation.objects.filter(business_date=day).count(),
                Digest.objects.filter(business_date=day).count(),
            )
        )
        if len(counts) > 1:
            raise WrongAnswer(f"Obligations and digests differ: {counts}")
        transaction.set_rollback(True)

    def by_hand() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(DIGEST, values)
            made()

    def really() -> None:
        with transaction.atomic():
            for street in stage.streets:
                run_digest(kind=DigestKind.MORNING, street=street, day=day)
            made()

    return Case(f"morning_digest_{stage.grids}_grids", 0.2, by_hand, really, share=0.1)


def digest_hours(day: date) -> dict[str, datetime]:
    """The alert's own times."""
    until = at(day, time(8))
    return {"until": until, "since": until - timedelta(hours=24), "cut_off": at(day, time(20))}


def coverage_today(stage: Stage) -> Case:
    """走访率 of today by grid over all streets."""
    where = coverage.Within(tuple(street.path for street in stage.streets))
    today_only = coverage.Period(today(), today())
    (new,) = parameters("newly_enrolled_days").values()
    values: dict[str, Any] = {"below": [f"{path}%" for path in where.paths], "day": today(), "new": new}

    def by_hand() -> dict[str, tuple[int, int]]:
        with connection.cursor() as cursor:
            cursor.execute(COVERAGE, values)
            return {grid: (good, total) for grid, good, total in cursor.fetchall()}

    def really() -> dict[str, list[coverage.Ratio]]:
        return coverage.ratios("coverage", where, [today_only], by="grid")

    expected = by_hand()
    if {grid: tuple(ratio) for grid, (ratio,) in really().items()} != expected or not expected:
        raise WrongAnswer("Coverage by hand and by the portal differ.")
    return Case("coverage_today", 0.667, by_hand, really)
