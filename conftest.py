"""What every test run needs: a database, and a loud word on what this machine cannot run."""

import os
import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from chengdong import embedded

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def _browser() -> str | None:
    named = os.environ.get("CHROMIUM")
    return named or next((path for name in BROWSERS if (path := shutil.which(name))), None)


def _missing() -> dict[str, str]:
    """The markers whose tests cannot run here, each with what to do about it."""
    missing = {}
    if not _browser():
        missing["e2e"] = "no Chromium: install Debian's chromium and fonts-noto-cjk, or name one in CHROMIUM"
    if not settings.EMBEDDED_DATABASE:
        missing["private"] = "DATABASE_URL names a server"
    return missing


def pytest_addoption(parser: pytest.Parser) -> None:
    """What CI asks for when the whole suite has run once and the servers change."""
    parser.addoption(
        "--servers-only",
        action="store_true",
        help="only what other servers can change: commits, workers, the browser, tests marked 'servers'",
    )


def _servers_matter(item: pytest.Item) -> bool:
    """Whether another PostgreSQL, or Redis for cache, sessions and queue, can change what the test sees."""
    database = item.get_closest_marker("django_db")
    commits = database is not None and database.kwargs.get("transaction", False)
    used = {"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    return bool(commits or used or item.get_closest_marker("servers"))


def _own_cache() -> None:
    """Each process of a run has a cache of its own in Redis: what one empties, the others keep."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if settings.REDIS_URL and worker:
        number = int(worker.removeprefix("gw")) + 1
        settings.CACHES["default"]["LOCATION"] = (
            urlsplit(settings.REDIS_URL)._replace(path=f"/{number}").geturl()
        )


def pytest_configure(config: pytest.Config) -> None:
    """Hold the private PostgreSQL for the whole run; commits need not reach the disk."""
    _own_cache()
    os.environ.setdefault("PGOPTIONS", "-c synchronous_commit=off")
    if settings.EMBEDDED_DATABASE:
        try:
            embedded.ensure_running(settings.VAR)
        except embedded.EmbeddedDatabaseError as error:
            raise pytest.UsageError(str(error)) from error
    if os.environ.get("CHENGDONG_NEED_BROWSER") == "1" and not _browser():
        raise pytest.UsageError(_missing()["e2e"])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Let go of the private PostgreSQL."""
    embedded.stop(settings.VAR)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what cannot run here."""
    missing = _missing()
    left_out = [item for item in items if any(item.get_closest_marker(name) for name in missing)]
    if config.getoption("--servers-only"):
        left_out += [item for item in items if item not in left_out and not _servers_matter(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


@pytest.hookimpl(wrapper=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """Say what was left out, and why."""
    yield
    for marker, why in _missing().items():
        terminalreporter.write_line(f"LEFT OUT: tests marked '{marker}' ({why})", yellow=True, bold=True)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser that tests marked e2e drive."""
    found = _browser()
    if not found:
        pytest.fail("A test that asks for the browser must be marked e2e.")
    return found
