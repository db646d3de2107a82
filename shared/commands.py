"""The base of all commands that change data: one JSON object as the last line, non-zero exit where the
work was not done.
"""

import sys
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError

from shared.errors import DomainError


class JsonCommand(BaseCommand):
    """`run` does the work and returns the counts to print."""

    def run(self, **options: Any) -> dict[str, Any]:
        """The work; its result is printed as the last line."""
        raise NotImplementedError

    def handle(self, *_: Any, **options: Any) -> None:
        """Run, and print what came of it; a domain error becomes a clear message and exit code 1."""
        try:
            result = self.run(**options)
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(orjson.dumps(result, default=str).decode())
        if result.get("failed"):
            sys.exit(1)
