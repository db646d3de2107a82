"""A real Celery worker beside the tests: its own process, the test's database, a queue of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from django.conf import settings
from django.db import connection

from chengdong.celery import app

ROOT = Path(__file__).resolve().parent.parent


def database_url() -> str:
    """The address of the database that this test process is using."""
    now = connection.settings_dict
    host, port = str(now["HOST"] or ""), now["PORT"] or ""
    if host.startswith("/"):
        at, query = "", f"?host={quote(host, safe='')}" + (f"&port={port}" if port else "")
    else:
        at, query = (f"{host}:{port}" if port else host), ""
    who = quote(str(now["USER"] or "")) + (f":{quote(str(now['PASSWORD']))}" if now["PASSWORD"] else "")
    return f"postgresql://{who}@{at}/{now['NAME']}{query}"


def environment(**extra: str) -> dict[str, str]:
    """What a process of the portal needs to work on the test's rows and files."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "chengdong.settings",
        "DATABASE_URL": database_url(),
        "SECRET_KEY": settings.SECRET_KEY,
        "FIELD_KEY": settings.FIELD_KEY,
        "INDEX_KEY": settings.INDEX_KEY,
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        **extra,
    }


def until(fact: Callable[[], object], what: str, seconds: float = 60, every: float = 0.05) -> None:
    """Wait for a fact, bounded; fails with its name. The bound is a safety net, not a measure of speed."""
    end = time.monotonic() + seconds
    while not fact():
        if time.monotonic() > end:
            raise AssertionError(f"Did not happen within {seconds:.0f} s: {what}")
        time.sleep(every)


@contextmanager
def celery_worker(log: Path, **extra: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker that alone takes the tasks which this process sends while it lives; ended with the
    block, whatever happens.
    """
    queue = f"test-{uuid4().hex}"
    command = f"{sys.executable} -m celery -A chengdong worker -P threads -c 2 -Q {queue}".split()
    routes = app.conf.task_routes
    with log.open("ab") as out:
        process = subprocess.Popen(
            [*command, "--without-gossip", "--without-mingle", "-n", f"{queue}@here"],
            cwd=ROOT,
            env=environment(**extra),
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        _route({"*": {"queue": queue}})
        try:
            yield process
        finally:
            _route(routes)
            end(process)
            with app.connection_for_write() as link:
                channel: Any = link.default_channel
                channel.queue_purge(queue)


def _route(routes: Any) -> None:
    """Send tasks elsewhere from now on; Celery keeps a router, which knows only the routes of its birth."""
    app.conf.task_routes = routes
    app.amqp.flush_routes()
    app.amqp.__dict__.pop("router", None)


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask to stop, then insist: its connections are closed when this returns."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
