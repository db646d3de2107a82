"""两室融合: one board for the street's and the police's command rooms.

Both see the same rows, in a fixed number of queries.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Func, IntegerField, Max, Q, Subquery
from django.utils import timezone

from grids.models import Area
from incidents.models import PoliceIncident
from incidents.queries import MATTER, place_row
from incidents.repeats.queries import RepeatRule, with_repeats
from matters.loop import KINDS
from matters.models import Event, Obligation
from matters.queries import PLACE, holder_of
from shared.dates import today

PLACE_OF_AREA = {name: PLACE[name] for name in ("place", "level", "above")}
SHOWN = 5
SHOWN_ON_WALL = 3
REPEATS_SHOWN = 6


@dataclass(frozen=True)
class Tally:
    """expected = done + excused + open, of a village or of all."""

    name: str
    area_id: int
    expected: int
    done: int
    excused: int
    open: int


@dataclass(frozen=True)
class Asked:
    """Who reads the board, the villages on it (number → name, path), and what it is narrowed to."""

    user: Any
    villages: dict[int, tuple[str, str]]
    village: int = 0
    kind: str = ""

    def narrow(self, queryset: Any, column: str = "area") -> Any:
        """Rows of the reader's territory and of the village that was picked."""
        seen = queryset.within(self.user, "board.view")
        return (
            seen.filter(**{f"{column}__path__startswith": self.villages[self.village][1]})
            if self.village
            else seen
        )


def asked_by(user: Any, village: str = "", kind: str = "") -> Asked:
    """What an address asks for; a village or kind that is not there narrows nothing."""
    found = Area.objects.within(user, "board.view").filter(level__in=Area.VILLAGE_LEVELS, is_active=True)
    villages = {
        pk: (name, path) for pk, name, path in found.order_by("path").values_list("id", "name", "path")
    }
    wanted = int(village) if village.isdecimal() and len(village) < 19 else 0
    return Asked(user, villages, wanted if wanted in villages else 0, kind if kind in KINDS else "")


class VillageId(Func):
    """Number of the village in an area's path (`/1/12/3/` → 12; 0 for what lies with the street itself)."""

    template = "coalesce(nullif(split_part(%(expressions)s, '/', 3), ''), '0')::bigint"
    output_field = IntegerField()


def _alert(asked: Asked) -> Any:
    """The obligations of today; before the morning alert those of the last day that had one."""
    seen = asked.narrow(Obligation.objects.filter(business_date__lte=today()))
    return seen.filter(business_date=Subquery(seen.order_by("-business_date").values("business_date")[:1]))


def gaps(asked: Asked) -> Any:
    """还差谁: what is still open of the double alert, as plain rows."""
    return (
        _alert(asked)
        .filter(state=Obligation.State.OPEN)
        .values(
            "id", "kind", "title", "detail", "carried", "due_at", "matter_id", "target_id", **PLACE_OF_AREA
        )
    )


def tallies(asked: Asked) -> tuple[date | None, Tally, list[Tally]]:
    """警情双响 of today (before the morning alert, of the last day that had one): its day, the sum, and the
    villages that still owe an answer, most first."""
    counted = (
        _alert(asked)
        .annotate(village=VillageId("area__path"))
        .values("business_date", "village")
        .annotate(
            expected=Count("id"),
            done=Count("id", filter=Q(state=Obligation.State.DONE)),
            excused=Count("id", filter=Q(state=Obligation.State.EXCUSED)),
            open=Count("id", filter=Q(state=Obligation.State.OPEN)),
        )
        .order_by()
    )
    day, rows = None, []
    for row in counted:
        day = row.pop("business_date")
        village = row.pop("village")
        rows.append(Tally(name=asked.villages.get(village, ("街道", ""))[0], area_id=village, **row))
    parts = ("expected", "done", "excused", "open")
    total = Tally(name="", area_id=0, **{part: sum(getattr(row, part) for row in rows) for part in parts})
    return day, total, sorted((row for row in rows if row.open), key=lambda row: (-row.open, row.name))


def repeats(asked: Asked, rule: RepeatRule) -> list[dict[str, Any]]:
    """Addresses and callers with a card in the last days, each with its latest incident, red ones first."""
    since = timezone.now() - timedelta(days=rule.days)
    recent = asked.narrow(PoliceIncident.objects.filter(matter__occurred_at__gte=since), "matter__area")
    found = (
        with_repeats(recent, rule.days)
        .filter(repeats__gte=rule.yellow)
        .order_by("-repeats", "-matter__occurred_at")
        .values(
            "matter_id",
            "address",
            "address_key",
            "phone_index",
            "by_address",
            "by_caller",
            "repeats",
            **MATTER,
        )
    )[: REPEATS_SHOWN * 5]
    shown: list[dict[str, Any]] = []
    seen: set[str] = set()
    for row in found:
        key = row["address_key"] if row["by_address"] >= row["by_caller"] else row["phone_index"]
        if key in seen:
            continue
        seen.add(key)
        shown.append({**row, "card": rule.card(row["repeats"]), "who": holder_of(place_row(row))})
    return shown[:REPEATS_SHOWN]


def fingerprint(asked: Asked) -> str:
    """Changes whenever the board might: with every move, every answer, every minute (its clocks show
    minutes).
    """
    moved = Event.objects.aggregate(last=Max("id"))["last"]
    owed = Obligation.objects.filter(business_date=today()).aggregate(
        n=Count("id"), open=Count("id", filter=Q(state=Obligation.State.OPEN)), last=Max("answered_at")
    )
    minute = int(timezone.now().timestamp() // 60)
    parts = (asked.user.pk, asked.village, asked.kind, moved, *owed.values(), minute)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
