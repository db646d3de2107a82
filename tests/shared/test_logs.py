"""Log lines are JSON and hold no number of a person."""

import json
import logging

import structlog

from shared import logs


def _line(message: str, *args: object, **extra: object) -> dict[str, object]:
    formatter = structlog.stdlib.ProcessorFormatter(
        processor=logs.RENDERER, foreign_pre_chain=list(logs.PROCESSORS)
    )
    record = logging.LogRecord("grids", logging.ERROR, __file__, 1, message, args, None)
    record.__dict__.update(extra)
    parsed: dict[str, object] = json.loads(formatter.format(record))
    return parsed


def test_numbers_of_people_are_masked_wherever_they_stand() -> None:
    line = _line("Key (id)=(%s) of 13912345776 exists", "331081199001011234")
    assert line["event"] == "Key (id)=(331081********1234) of 139****5776 exists"


def test_other_numbers_stay() -> None:
    assert _line("row 20261125000001 of 1236")["event"] == "row 20261125000001 of 1236"


def test_secrets_are_left_out() -> None:
    line = _line("signed in", password="Street-2026", api_token="abc", username="worker")
    assert (line["password"], line["api_token"], line["username"]) == ("***", "***", "worker")


def test_values_that_are_no_text_are_masked_too() -> None:
    line = _line("x", params=["13912345776", 3], count=12345678901)
    assert line["params"] == "['139****5776', 3]"
    assert line["count"] == 12345678901


def test_level_and_name_are_there() -> None:
    line = _line("x")
    assert (line["level"], line["logger"]) == ("error", "grids")


def test_tracebacks_are_masked_too() -> None:
    formatter = structlog.stdlib.ProcessorFormatter(
        processor=logs.RENDERER, foreign_pre_chain=list(logs.PROCESSORS)
    )
    try:
        raise ValueError("13912345776")
    except ValueError as error:
        record = logging.LogRecord(
            "x", logging.ERROR, __file__, 1, "bad", (), (ValueError, error, error.__traceback__)
        )
    text = formatter.format(record)
    assert "ValueError" in text
    assert "139****5776" in text
    assert "13912345776" not in text
