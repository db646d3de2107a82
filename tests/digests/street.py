"""What the tests of both digests are made of: times of a day, incidents, overdue matters, sums."""

from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from accounts.models import User
from digests.models import Digest
from grids.models import Area
from incidents.models import PoliceIncident
from matters.models import Matter, Obligation
from matters.workflow import open_matter
from shared.dates import at

DAY = date(2026, 11, 24)
EIGHT, TWENTY = time(8), time(20)
NUMBERS = count(1)


def hour(text: str, day: date = DAY) -> datetime:
    """`hour("23:50", day)` on the street's clock."""
    return at(day, time.fromisoformat(text))


def night(text: str = "23:50") -> datetime:
    """An hour of the evening before DAY."""
    return hour(text, DAY - timedelta(days=1))


def incident(
    area: Area, occurred_at: datetime, *, state: str = "assigned", summary: str = "口角", **fields: Any
) -> Matter:
    """A police incident as the import leaves it, known to the portal from the moment it happened."""
    number = f"33108100{next(NUMBERS):06d}"
    matter = Matter.objects.create(
        kind="police_incident",
        number=number,
        title=f"纠纷：{summary}",
        area=area,
        state=state,
        occurred_at=occurred_at,
        moved_at=fields.pop("moved_at", occurred_at),
    )
    defaults: dict[str, Any] = {
        "incident_type": "dispute",
        "level": "ordinary",
        "address": "一区26号",
        "placed": "address",
    }
    PoliceIncident.objects.create(matter=matter, police_number=number, **{**defaults, **fields})
    return matter


def overdue(area: Area, actor: User, *, state: str = "assigned", days: int = 2) -> Matter:
    """A hazard whose term ended days before DAY's alert."""
    matter = open_matter(
        kind="hazard", title="消防隐患：通道", area=area, occurred_at=timezone.now(), actor=actor, state=state
    )
    matter.due_at = hour("08:00") - timedelta(days=days)
    matter.save()
    return matter


def asked(area: Area, day: date = DAY) -> list[tuple[str, str]]:
    """(kind, state) of what an area itself owes on a day."""
    owed = Obligation.objects.filter(area=area, business_date=day).order_by("kind", "id")
    return list(owed.values_list("kind", "state"))


def digest(area: Area, kind: str = "morning", day: date = DAY, audience: str = "area") -> Digest:
    """The one digest of an area."""
    return Digest.objects.get(area=area, kind=kind, business_date=day, audience=audience)


def sums(one: Digest) -> tuple[int, int, int, int]:
    """expected, done, excused, open."""
    return one.expected, one.done, one.excused, one.open
