"""Plain statements for the few reads that every request makes: building a query outweighs its answer."""

from typing import Any

from django.db import connection


def rows(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """All rows of a statement with `%s` in it for each value; a list stands for an array."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
