"""Do by hand what the half-minute sweep does."""

from typing import Any

from chengdong.sweep import sweep
from shared.commands import JsonCommand


class Command(JsonCommand):
    """`manage.py sweep`: digests, notices and imports that are due. Safe to repeat, and twice at once."""

    help = "Do everything that is due: digests, notices, ended suspensions, imports that stopped."

    def run(self, **_: Any) -> dict[str, Any]:
        """Counts by job."""
        return sweep()
