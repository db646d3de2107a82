"""API answers as JSON (orjson) and as CSV (`?format=csv`) in which no cell can run as a formula."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from rest_framework.renderers import BaseRenderer

FORMULA_START = ("=", "+", "-", "@", "\t", "\r")


def harmless(value: Any) -> Any:
    """A text that a spreadsheet would run is led by an apostrophe (OWASP: CSV injection)."""
    return "'" + value if isinstance(value, str) and value.startswith(FORMULA_START) else value


class OrjsonRenderer(BaseRenderer):
    """JSON, several times faster than the standard library."""

    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "binary"

    def render(self, data: Any, *_: Any, **__: Any) -> bytes:
        """Bytes of the document; nothing for an empty answer."""
        if data is None:
            return b""
        return orjson.dumps(data, default=str, option=orjson.OPT_NON_STR_KEYS)


class CsvRenderer(BaseRenderer):
    """Rows as CSV with a byte-order mark, as Excel in China expects."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(self, data: Any, *_: Any, **__: Any) -> bytes:
        """The list's rows; nested values as JSON text. An error stays readable as one row."""
        rows = data.get("results", [data]) if isinstance(data, Mapping) else data
        return to_csv(rows or []).encode("utf-8-sig")


def to_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """CSV text with a header of the first row's keys."""
    out = io.StringIO()
    writer: csv.DictWriter[str] | None = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(out, list(row), extrasaction="ignore")
            writer.writeheader()
        writer.writerow({k: harmless(_flat(v)) for k, v in row.items()})
    return out.getvalue()


def _flat(value: Any) -> Any:
    return orjson.dumps(value, default=str).decode() if isinstance(value, dict | list) else value
