"""The measuring process: seeds each size, runs its cases, prints a JSON line for each."""

import argparse
import platform
import sys
from datetime import timedelta
from importlib.metadata import version

import django
import orjson

django.setup()

from django.core.management import call_command  # noqa: E402 -- models need the set-up above
from django.db import connection  # noqa: E402

from bench.cases import cases_of  # noqa: E402
from bench.measure import Case, Figure, measure  # noqa: E402
from bench.server import serve  # noqa: E402
from bench.stage import Stage, build_stage  # noqa: E402


def say(**line: object) -> None:
    """One JSON line."""
    sys.stdout.write(orjson.dumps(line, default=str).decode() + "\n")
    sys.stdout.flush()


def versions() -> dict[str, str]:
    """What was measured with what."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgresql = cursor.fetchone()[0]
    packages = {
        name: version(name) for name in ("django", "djangorestframework", "granian", "psycopg2-binary")
    }
    return {"python": platform.python_version(), "postgresql": postgresql, **packages}


def line_of(case: Case, figure: Figure, stage: Stage) -> dict[str, object]:
    """The figures as they are printed; `ratio` is floor ÷ real, so 1 is as fast as hand-written code."""
    return {
        "case": case.name,
        "grids": stage.grids,
        "ratio": round(figure.ratio, 3),
        "min": round(figure.lowest, 3),
        "max": round(figure.highest, 3),
        "goal": case.goal,
        "ok": figure.ratio >= case.goal,
        "floor_ms": round(figure.floor_ms, 3),
        "real_ms": round(figure.real_ms, 3),
        "figures": figure.count,
    }


def main() -> None:
    """Raises where an answer is wrong; a missed goal is printed, not raised."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--rounds", type=int, default=7, help="floor and real view in turn, so many times")
    parser.add_argument("--requests", type=int, default=100, help="requests of one figure")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 10], help="streets; 200 grids each")
    parser.add_argument("--days", type=int, default=120, help="days of visits and incidents")
    parser.add_argument(
        "--quick", action="store_true", help="does everything once, for a test; figures mean little"
    )
    parser.add_argument("--case", default="", help="only cases whose name contains this")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.requests, options.sizes, options.days = 2, 5, [1], 5
    call_command("migrate", verbosity=0)
    say(
        versions=versions(),
        rounds=options.rounds,
        requests=options.requests,
        server="granian, 1 worker, 1 thread",
    )
    for size in options.sizes:
        stage = build_stage(streets=size, history=timedelta(days=options.days))
        say(seeded=stage.counts)
        with serve() as address:
            for case in cases_of(stage, address, options.quick):
                if options.case in case.name:
                    figure = measure(case, rounds=options.rounds, requests=options.requests)
                    say(**line_of(case, figure, stage))


if __name__ == "__main__":
    main()
