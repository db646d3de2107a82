"""Load the reference rows that every street needs."""

from typing import Any

from grids import reference
from shared.commands import JsonCommand


class Command(JsonCommand):
    """`manage.py load_reference`: idempotent, never overwrites what an official edited."""

    help = "Load vocabulary, parameters and roles; rows that exist are left as they are."

    def run(self, **_: Any) -> dict[str, Any]:
        """Counts by outcome."""
        return dict(reference.load())
