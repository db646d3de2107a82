"""A kept database connection is asked whether it still lives only after a pause, not before every request."""

from time import monotonic
from typing import Any

from django.db import connections

FRESH_SECONDS = 5.0
"""A database that goes away in between costs one request an error; the next one gets a new connection."""


def trust_fresh(**_: Any) -> None:
    """On `request_started`, after Django has asked for a check: spare a connection that was just in use."""
    now = monotonic()
    kept: Any = connections.all(initialized_only=True)
    for connection in kept:
        last = getattr(connection, "asked_at", None)
        if connection.connection is not None and last is not None and now - last < FRESH_SECONDS:
            connection.health_check_done = True
        connection.asked_at = now
