"""Take a police export in."""

import argparse
from pathlib import Path
from typing import Any

from grids.imports import commands
from incidents.importing.importer import IncidentImporter
from shared.commands import JsonCommand


class Command(JsonCommand):
    """`manage.py import_incidents FILE [--dry-run] [--by USERNAME] [--street NAME]`: twice = once, bad rows
    are listed and kept."""

    help = "Import a police export (.csv or .xlsx). Refused rows are printed as: row number, column, reason."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The file and whose it is."""
        commands.arguments(parser)

    def run(self, **options: Any) -> dict[str, Any]:
        """Counts by outcome."""
        file: Path = options["file"]
        actor = commands.person(options["by"])
        area = commands.street(options["street"], actor, IncidentImporter.right)
        data = commands.contents(file)
        batch = commands.take(IncidentImporter.code, area, file, data, actor, dry_run=options["dry_run"])
        for line in commands.refused(batch):
            self.stdout.write(line)
        return commands.counts(batch)
