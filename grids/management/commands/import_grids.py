"""Take lists of areas, key persons and key places in."""

import argparse
from pathlib import Path
from typing import Any

from grids.imports import commands
from grids.imports.base import importer_of, vocabulary
from grids.models import Area
from shared.cells import text
from shared.commands import JsonCommand
from shared.errors import InvalidInput
from shared.sheets import SheetError, Table, find_table, read_tabs

KINDS = ("areas", "persons", "places")


class Command(JsonCommand):
    """`manage.py import_grids FILE [--kind areas|persons|places] [--dry-run] [--by USERNAME] [--street
    NAME]`: twice = once."""

    help = "Import areas, key persons or key places. Refused rows are printed as: row number, column, reason."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The file, what it holds, and whose it is."""
        commands.arguments(parser)
        parser.add_argument(
            "--kind", choices=KINDS, default="", help="found from the header where it is not given"
        )

    def run(self, **options: Any) -> dict[str, Any]:
        """Counts by outcome."""
        file: Path = options["file"]
        dry_run, street = options["dry_run"], options["street"]
        actor = commands.person(options["by"])
        data = commands.contents(file)
        kind = options["kind"] or _kind_of(data)
        if kind == "areas" and not Area.objects.filter(level=Area.Level.STREET).exists():
            _first_street(street, data, dry_run=dry_run)
        area = commands.street(street, actor, importer_of(kind).right)
        batch = commands.take(kind, area, file, data, actor, dry_run=dry_run)
        for line in commands.refused(batch):
            self.stdout.write(line)
        return commands.counts(batch)


def _kind_of(data: bytes) -> str:
    """The kind whose columns the header names best. Raises InvalidInput where two do so equally well."""
    found: dict[str, Table] = {}
    for kind in KINDS:
        try:
            found[kind] = find_table(read_tabs(data), vocabulary(importer_of(kind)))
        except SheetError:
            continue
    most = max((len(table.columns) for table in found.values()), default=0)
    best = [kind for kind, table in found.items() if len(table.columns) == most]
    if len(best) != 1:
        raise InvalidInput(
            "看表头分不清是哪种表，请用 --kind 指明：areas 村社网格，persons 重点人员，places 重点场所。"
        )
    return best[0]


def _first_street(name: str, data: bytes, *, dry_run: bool) -> None:
    """A new town starts with its street, named by --street or by the file's column 街道."""
    if not name:
        table = find_table(read_tabs(data), vocabulary(importer_of("areas")))
        name = next((text(record.cells.get("street")) for record in table.rows()), "")
    if not name or dry_run:
        raise InvalidInput("还没有街道，先不带 --dry-run 运行；表里没有“街道”列时用 --street 写明街道名。")
    Area.objects.plant(name=name, level=Area.Level.STREET)
