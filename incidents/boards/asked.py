"""What a reader narrows the board to."""

from dataclasses import dataclass
from typing import Any

from grids.models import Area
from matters.loop import KINDS


@dataclass(frozen=True)
class Asked:
    """Who reads the board, the villages on it (number → name, path), and what it is narrowed to."""

    user: Any
    villages: dict[int, tuple[str, str]]
    village: int = 0
    kind: str = ""

    @property
    def path(self) -> str:
        """Of the village that was picked; "" for all."""
        return self.villages[self.village][1] if self.village else ""

    def narrow(self, queryset: Any, column: str = "area") -> Any:
        """Rows of the reader's territory and of the village that was picked."""
        return narrow(queryset, self.user, self.path, column)


def narrow(queryset: Any, user: Any, path: str, column: str = "area") -> Any:
    """Rows of the user's territory below `path`."""
    seen = queryset.within(user, "board.view")
    return seen.filter(**{f"{column}__path__startswith": path}) if path else seen


def asked_by(user: Any, village: str = "", kind: str = "") -> Asked:
    """What an address asks for; a village or kind that is not there narrows nothing."""
    found = Area.objects.within(user, "board.view").filter(level__in=Area.VILLAGE_LEVELS, is_active=True)
    villages = {
        pk: (name, path) for pk, name, path in found.order_by("path").values_list("id", "name", "path")
    }
    wanted = int(village) if village.isdecimal() and len(village) < 19 else 0
    return Asked(user, villages, wanted if wanted in villages else 0, kind if kind in KINDS else "")
