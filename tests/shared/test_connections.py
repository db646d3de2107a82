"""Kept connections: checked after a pause, spared between requests that follow each other."""

from typing import Any

import pytest
from django.core.signals import request_started
from django.db import connection as wrapped

from shared import connections
from shared.connections import trust_fresh

pytestmark = pytest.mark.django_db
connection: Any = wrapped


def begin_a_request() -> None:
    """As Django does where checks are on: the connection is to be asked before its first query."""
    connection.health_check_done = False
    trust_fresh()


def test_a_connection_just_used_is_trusted_and_one_that_lay_idle_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [100.0]
    monkeypatch.setattr(connections, "monotonic", lambda: clock[0])
    connection.ensure_connection()
    monkeypatch.setattr(connection, "asked_at", None, raising=False)

    begin_a_request()
    assert not connection.health_check_done
    clock[0] += connections.FRESH_SECONDS - 0.1
    begin_a_request()
    assert connection.health_check_done
    clock[0] += connections.FRESH_SECONDS
    begin_a_request()
    assert not connection.health_check_done


def test_every_request_comes_past_it() -> None:
    assert any(trust_fresh == receiver() for (_, receiver, *_) in request_started.receivers)
