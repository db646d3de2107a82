"""两室融合: one board for the street's and the police's command rooms.

Both see the same rows, in a fixed number of queries.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, DateTimeField, Func, IntegerField, Max, Q, Subquery, Value
from django.utils import timezone

from grids.kept import held, kept
from incidents.boards.asked import Asked, narrow
from incidents.models import PoliceIncident
from incidents.queries import MATTER, place_row
from incidents.repeats.queries import RepeatRule, most_repeated
from matters.models import Event, Obligation
from matters.queries import PLACE, holder_of
from shared import plain
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
    shown: dict[str, dict[str, Any]] = {}
    for pk, address, phone, times, by_address, by_caller in _repeated(asked.user, asked.path, rule):
        counted = {"repeats": times, "by_address": by_address, "by_caller": by_caller}
        shown.setdefault(address if by_address >= by_caller else phone, {"pk": pk, **counted})
    first = list(shown.values())[:REPEATS_SHOWN]
    latest = PoliceIncident.objects.filter(pk__in=[row["pk"] for row in first])
    rows: dict[int, Any] = {row["matter_id"]: row for row in latest.values("matter_id", "address", **MATTER)}
    return [
        {
            **rows[one["pk"]],
            **one,
            "card": rule.card(one["repeats"]),
            "who": holder_of(place_row(rows[one["pk"]])),
        }
        for one in first
    ]


@kept
def _repeated(user: Any, path: str, rule: RepeatRule) -> plain.Statement:
    since = Value(plain.NOW, DateTimeField()) - timedelta(days=rule.days)
    recent = PoliceIncident.objects.filter(matter__occurred_at__gte=since)
    return most_repeated(narrow(recent, user, path, "matter__area"), rule, REPEATS_SHOWN * 5)


def fingerprint(asked: Asked) -> str:
    """Changes whenever the board might: with every move, every answer, every minute (its clocks show
    minutes), and with what the reader holds.
    """
    moved = Event.objects.aggregate(last=Max("id"))["last"]
    owed = Obligation.objects.filter(business_date=today()).aggregate(
        n=Count("id"), open=Count("id", filter=Q(state=Obligation.State.OPEN)), last=Max("answered_at")
    )
    minute = int(timezone.now().timestamp() // 60)
    parts = (held(asked.user), asked.path, asked.kind, moved, *owed.values(), minute)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
