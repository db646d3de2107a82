"""The measurements measure what they say: pairs in turn, wrong answers end the run, nothing left behind."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from bench.measure import Case, measure
from bench.wire import Wire, WrongAnswer

ROOT = Path(__file__).resolve().parent.parent
CASES = {
    "nothing", "visits_list_api", "visits_list_page", "my_day_page", "visit_logged", "coverage_today",
    "paper_pdf", "case_list_page", "case_by_name", "case_by_pinyin", "case_by_phone_tail", "case_intake",
    "roster_60_people_4_weeks",
    "todo_list_page", "matter_search", "matter_search_by_place", "board_refresh", "sweep_of_open_matters",
}  # fmt: skip


def test_floor_and_real_take_turns_and_start_from_the_same() -> None:
    log: list[str] = []

    def noting(word: str) -> Callable[[], None]:
        return lambda: log.append(word)

    case = Case("x", 0.5, noting("f"), noting("r"), before_round=noting("|"))
    figure = measure(case, rounds=4, requests=3)
    assert "".join(log) == "|ffrr" + "|fffrrr|rrrfff|fffrrr|rrrfff"
    assert figure.lowest <= figure.ratio <= figure.highest
    assert figure.count == 3


def test_the_ratio_is_floor_by_real(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(10**9))
    now = [0]

    def ticking() -> int:
        next(clock)
        return now[0]

    monkeypatch.setattr("bench.measure.perf_counter_ns", ticking)

    def taking(nanoseconds: int) -> Callable[[], None]:
        return lambda: now.__setitem__(0, now[0] + nanoseconds)

    figure = measure(Case("x", 0.5, taking(2_000_000), taking(8_000_000)), rounds=3, requests=4)
    assert (figure.ratio, figure.lowest, figure.highest) == (0.25, 0.25, 0.25)
    assert (figure.floor_ms, figure.real_ms) == (2.0, 8.0)


class Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        status, body = {"/ok": (200, b"x" * 300_000), "/gone": (404, b"no")}.get(self.path, (500, b""))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Silence."""


@pytest.fixture
def stand_in() -> Iterator[tuple[str, int]]:
    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield "127.0.0.1", server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_wire_reads_whole_answers_and_refuses_others(stand_in: tuple[str, int]) -> None:
    wire = Wire(*stand_in)
    for _ in range(2):
        assert wire.ask(wire.message("GET", "/ok", {"Cookie": "a=b"})) == b"x" * 300_000
    with pytest.raises(WrongAnswer, match="404"):
        wire.ask(wire.message("GET", "/gone", {}))


def databases() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'bench%%'")
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.slow
@pytest.mark.django_db
def test_a_quick_run_prints_every_case_and_leaves_nothing() -> None:
    before = databases()
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--quick"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines[0]["versions"]["django"]
    cases = {line["case"]: line for line in lines if "case" in line}
    assert CASES | {f"morning_digest_{cases['nothing']['grids']}_grids"} == set(cases)
    for line in cases.values():
        assert line["ok"] == (line["ratio"] >= line["goal"]) or abs(line["ratio"] - line["goal"]) < 0.001
        assert 0 < line["min"] <= line["ratio"] <= line["max"]
        assert line["floor_ms"] > 0
        assert line["real_ms"] > 0
    assert databases() <= before
