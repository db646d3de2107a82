"""Limits of the stages as shipped; loading adds what is missing and never overwrites an edit."""

import tomllib
from pathlib import Path

from matters.models import ClockRule

HERE = Path(__file__).resolve().parent


def load() -> tuple[int, int]:
    """How many rows were created, of how many."""
    rules = tomllib.loads((HERE / "clocks.toml").read_text())["rule"]
    created = 0
    for fields in rules:
        key = {name: fields.pop(name, "") for name in ("kind", "level", "stage")}
        created += ClockRule.objects.get_or_create(**key, defaults=fields)[1]
    return created, len(rules)
