"""Forget by hand what the sweep forgets each day."""

from typing import Any

from chengdong.retention import erase_expired
from shared.commands import JsonCommand


class Command(JsonCommand):
    """`manage.py erase_expired`: sessions, keys, sign-ins, refused rows, notices. Repeatable."""

    help = "Erase what is kept no longer; the days are the parameters keep_… of the reference pages."

    def run(self, **_: Any) -> dict[str, Any]:
        """Counts by what was erased."""
        return erase_expired()
