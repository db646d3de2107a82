"""Plain statements for the few reads that every request makes: building a query outweighs its answer."""

from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

NOW = datetime(1, 1, 1, microsecond=1, tzinfo=UTC)
"""Stands, in a statement that is kept, for the moment at which it is asked."""

Statement = tuple[str, tuple[Any, ...]]


def rows(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """All rows of a statement with `%s` in it for each value; a list stands for an array."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def statement(queryset: QuerySet[Any, Any]) -> Statement:
    """The statement of a `values_list` whose columns need no conversion, with its values."""
    compiler = queryset.query.get_compiler(connection.alias, elide_empty=False)
    sql, values = compiler.as_sql()
    return sql, tuple(values)


def ask(asked: Statement) -> list[tuple[Any, ...]]:
    """The rows of a kept statement, as of now."""
    (sql, values), now = asked, timezone.now()
    return rows(sql, *(now if value == NOW else value for value in values))
