"""What the addresses of notices stand for, as tests/guard.py asks."""

from typing import Any

from grids.models import Area
from tests.cast import Cast

Rows = list[tuple[str, str, list[tuple[Any, Area | None]]]]


def notice_world(_: Cast) -> Rows:
    """Kinds of notices by their code: everywhere the same."""
    return [("notices/templates/", "kind", [("morning", None)])]
