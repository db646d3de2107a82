"""Structured logs as JSON, one line each, in which no identity number, phone or secret is readable."""

import re
from collections.abc import Sequence

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

IDENTITY = re.compile(r"(?<!\d)(\d{6})\d{8}(\d{3}[\dXx])(?!\d)")
PHONE = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")
REPEATED = {"message", "request"}
"""The text again, and the request whose method and path Django has put into the text."""
SECRET = re.compile(r"password|token|secret|authorization|cookie|api_key|identity|phone", re.IGNORECASE)


def masked(text: str) -> str:
    """The text with the middle of identity numbers and mobile phones starred out."""
    return PHONE.sub(r"\1****\2", IDENTITY.sub(r"\1********\2", text))


def _shown(key: str, value: object) -> object:
    if SECRET.search(key):
        return "***"
    plain = value is None or isinstance(value, bool | int | float)
    return value if plain else masked(value if isinstance(value, str) else repr(value))


def hide(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Values under a telling key are left out; in all other texts numbers of people are masked.

    Personal Information Protection Law Art. 51: logs are kept long and read by more people than records.
    """
    return {key: _shown(key, value) for key, value in event.items() if key not in REPEATED}


PROCESSORS: Sequence[Processor] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.ExtraAdder(),
)
"""What both structlog's own and the standard library's records pass first."""

_json = structlog.processors.JSONRenderer(ensure_ascii=False)


def render(logger: WrappedLogger, method: str, event: EventDict) -> str | bytes:
    """A record as one line; hiding comes after the traceback was written out, so that it is masked too."""
    written = structlog.processors.format_exc_info(logger, method, event)
    return _json(logger, method, hide(logger, method, written))


RENDERER: Processor = render
"""What the formatter of settings.LOGGING names."""
