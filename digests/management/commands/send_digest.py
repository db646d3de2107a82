"""Make a morning alert or an evening echo by hand."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.db.models import Q

from digests.models import DigestKind
from digests.workflow import run_digest
from grids.models import Area
from shared.commands import JsonCommand
from shared.dates import today
from shared.errors import InvalidInput


class Command(JsonCommand):
    """`manage.py send_digest {morning,evening} [--date D] [--street S]`: again changes nothing."""

    help = "Make the morning alert or the evening echo of a day, for all streets or one. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which digest, of which day, of which street."""
        parser.add_argument("kind", choices=DigestKind.values)
        parser.add_argument(
            "--date", type=date.fromisoformat, default=None, help="business date, default today"
        )
        parser.add_argument("--street", default="", help="id, code or name; default all streets")

    def run(self, **options: Any) -> dict[str, Any]:
        """Counts over the streets: digests made and unchanged, obligations, notices."""
        day = options["date"] or today()
        made = [
            run_digest(kind=options["kind"], street=street, day=day) for street in _streets(options["street"])
        ]
        return {
            "kind": options["kind"],
            "date": day,
            "created": sum(one.created for one in made),
            "unchanged": sum(not one.created for one in made),
            "obligations": sum(one.obligations for one in made),
            "notices": sum(one.notices for one in made),
        }


def _streets(named: str) -> list[Area]:
    streets = Area.objects.filter(level=Area.Level.STREET, is_active=True).order_by("id")
    if named:
        streets = streets.filter(
            Q(pk=named) if named.isdecimal() and len(named) < 9 else Q(name=named) | Q(code=named)
        )
    if found := list(streets):
        return found
    if named:
        raise InvalidInput(f"没有叫“{named}”的街道，请写编号、区划代码或全名。", field="street")
    raise InvalidInput("还没有街道，请先运行 import_grids 或 seed_demo。", field="street")
