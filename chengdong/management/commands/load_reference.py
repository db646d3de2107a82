"""Load the reference rows that every street needs."""

from typing import Any

from grids import reference
from shared.commands import JsonCommand


class Command(JsonCommand):
    """`manage.py load_reference`: idempotent, never overwrites what an official edited. Roles get each right
    that their definition gained since the last load, once; the output names them.
    """

    help = "Load vocabulary, parameters and roles; rows that exist are left as they are, but for new rights."

    def run(self, **_: Any) -> dict[str, Any]:
        """Counts by outcome, and the rights that existing roles got."""
        return dict(reference.load())
