"""Rows into PostgreSQL through COPY: a model's columns, encoders and defaults, once per table."""

import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import Max
from django.db.models.fields import NOT_PROVIDED

from shared.crypto import encrypt
from shared.fields import EncryptedField

Encoder = Callable[[Any], str]
BATCH = 20_000
"""Rows held in memory before they are sent."""
SPECIAL = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
NULL = "\\N"


def _text(value: str) -> str:
    return value.translate(SPECIAL)


def _array(values: Sequence[str]) -> str:
    quoted = ['"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values]
    return _text("{" + ",".join(quoted) + "}")


def _json(value: Any) -> str:
    return _text(json.dumps(value, ensure_ascii=False))


def _boolean(value: bool) -> str:
    return "t" if value else "f"


def _iso(value: Any) -> str:
    return str(value.isoformat())


def _encoder(field: Any) -> Encoder:
    if isinstance(field, EncryptedField):
        return encrypt
    if isinstance(field, ArrayField):
        return _array
    if isinstance(field, models.JSONField):
        return _json
    if isinstance(field, models.BooleanField):
        return _boolean
    if isinstance(field, models.DateField):  # DateTimeField is one too
        return _iso
    if isinstance(field, models.CharField | models.TextField):
        return _text
    return str


def _nullable(encode: Encoder) -> Encoder:
    return lambda value: NULL if value is None else encode(value)


def _database_fills(field: Any) -> bool:
    return getattr(field, "db_default", NOT_PROVIDED) is not NOT_PROVIDED


def _default(field: Any) -> str:
    """The encoded default of a column that the rows do not name."""
    if not (field.has_default() or field.null or field.empty_strings_allowed):
        raise LookupError(f"{field.model.__name__}.{field.name} has no default; name it.")
    value = field.get_default()
    return NULL if value is None else _encoder(field)(value)


class Table:
    """A model's table as a COPY stream; the first row names its columns, the others take defaults.

    Ids are given here, so that rows can point at each other before they are sent; nothing else may write to
    the table meanwhile.
    """

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        key = model._meta.pk
        self.own_id = key is not None and key.remote_field is None
        top = model._base_manager.aggregate(top=Max("pk"))["top"] if self.own_id else None
        self.next_id = (top or 0) + 1
        self.count = 0
        self.lines: list[str] = []
        self.encoders: dict[str, Encoder] = {}
        self.tail = self.sql = ""

    def _settle_columns(self, names: Iterable[str]) -> None:
        fields = [self.model._meta.get_field(name) for name in names]
        self.encoders = {
            field.name: _nullable(_encoder(field)) if getattr(field, "null", False) else _encoder(field)
            for field in fields
        }
        given = {*self.encoders, *(["id"] if self.own_id else [])}
        rest = [f for f in self.model._meta.concrete_fields if f.name not in given and not _database_fills(f)]
        self.tail = "".join("\t" + _default(field) for field in rest) + "\n"
        columns_of: list[Any] = [*fields, *rest]
        columns = [*(["id"] if self.own_id else []), *(f.column for f in columns_of)]
        quoted = ", ".join(f'"{column}"' for column in columns)
        self.sql = f'COPY "{self.model._meta.db_table}" ({quoted}) FROM STDIN'

    def add(self, **values: Any) -> int:
        """Queue one row, always with the same fields; returns its id."""
        if not self.encoders:
            self._settle_columns(values)
        row = self.next_id
        body = "\t".join([encode(values[name]) for name, encode in self.encoders.items()])
        self.lines.append(f"{row}\t{body}{self.tail}" if self.own_id else body + self.tail)
        self.next_id += 1
        self.count += 1
        if len(self.lines) >= BATCH:
            self.send()
        return row

    def send(self) -> None:
        """Send what is queued."""
        if self.lines:
            with connection.cursor() as cursor:
                cursor.copy_expert(self.sql, io.StringIO("".join(self.lines)))
            self.lines.clear()

    def close(self) -> None:
        """Send the rest, and let the table's sequence go on behind our ids."""
        self.send()
        if self.own_id and self.count:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)",
                    [self.model._meta.db_table, self.next_id - 1],
                )


@contextmanager
def bare(*tables: type[models.Model]) -> Iterator[None]:
    """Load without secondary indexes and foreign keys, and build them once afterwards: for millions of rows.

    Primary keys stay. All in the caller's transaction, so a failed load leaves the tables as they were.
    """
    names = [model._meta.db_table for model in tables]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype IN ('f', 'u') AND conrelid = ANY(%s::regclass[]::oid[]) ORDER BY conname",
            [names],
        )
        constraints = cursor.fetchall()
        cursor.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index i"
            " WHERE indrelid = ANY(%s::regclass[]::oid[])"
            " AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)",
            [names],
        )
        indexes = cursor.fetchall()
        for table, name, _ in constraints:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        for _, definition in indexes:
            cursor.execute(definition)
        for table, name, definition in constraints:
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
