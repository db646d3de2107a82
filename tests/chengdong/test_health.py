"""Alive, ready, and measured."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from chengdong import health

pytestmark = pytest.mark.servers


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(health._lately, "migrations", (float("-inf"), ""))


def test_alive_needs_no_database(client: Client, count_queries: Callable[[], Any], db: None) -> None:
    with count_queries() as seen:
        answer = client.get("/healthz")
    assert answer.json() == {"status": "ok"}
    assert seen == []
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_ready_names_every_part(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "parts": {"database": "正常", "migrations": "正常", "broker": "正常"},
    }


@pytest.mark.django_db
def test_a_migration_that_was_not_run_is_not_ready(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'accounts' AND name LIKE '0002%'")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "manage.py migrate" in answer.json()["parts"]["migrations"]


@pytest.mark.django_db
def test_migrations_are_read_once_in_five_seconds(
    client: Client, count_queries: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    for second in (100.0, 104.9, 105.0):
        monkeypatch.setattr(health, "monotonic", lambda now=second: now)
        with count_queries() as seen:
            assert client.get("/readyz").status_code == 200
        asked.append(any("django_migrations" in sql for sql in seen))
    assert asked == [True, False, True]


@pytest.mark.django_db
def test_a_broker_that_cannot_be_written_is_not_ready(client: Client, settings: Any, tmp_path: Path) -> None:
    settings.REDIS_URL = ""
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"data_folder_in": str(tmp_path / "gone")}
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "队列目录 gone 不能写入" in answer.json()["parts"]["broker"]


@pytest.mark.django_db
def test_a_database_that_is_gone_is_told_not_raised() -> None:
    """The connection is shut under the check, as when the server went away."""
    connection.connection.close()
    try:
        assert health.database().startswith("数据库连不上")
        assert health.migrations().startswith("数据库连不上")
    finally:
        connection.connection = None
        connection.closed_in_transaction = False


def test_a_redis_that_is_gone_is_told(settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port = closed_soon.getsockname()[1]
    settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"
    assert health.broker().startswith("消息队列连不上")


@pytest.mark.parametrize(
    ("headers", "address", "token", "status"),
    [
        ({}, "127.0.0.1", "", 200),
        ({}, "::1", "", 200),
        ({}, "10.1.2.3", "", 401),
        ({"X-Forwarded-For": "10.1.2.3"}, "127.0.0.1", "", 401),
        ({"Authorization": "Bearer right"}, "10.1.2.3", "right", 200),
        ({"Authorization": "Bearer wrong"}, "10.1.2.3", "right", 401),
        ({"Authorization": "Bearer "}, "10.1.2.3", "", 401),
        ({"Authorization": "Bearer é"}, "10.1.2.3", "right", 401),
    ],
)
def test_metrics_are_for_the_token_or_this_machine(
    settings: Any, headers: dict[str, str], address: str, token: str, status: int
) -> None:
    settings.METRICS_TOKEN = token
    answer = Client(headers=headers, REMOTE_ADDR=address).get("/metrics")
    assert answer.status_code == status
    if status == 200:
        assert b"django_http_requests_before_middlewares_total" in answer.content
