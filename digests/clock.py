"""When digests are due: the times of each street, and what is due and was not made."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import connection

from digests.models import DigestKind, DigestRun, Schedule
from grids.models import Area
from grids.queries import parameters
from shared.dates import at, local, today

HOURS = {DigestKind.MORNING: time(8), DigestKind.EVENING: time(20)}
"""08:00 and 20:00 [D], until an official changes them."""

_MISSING = """
INSERT INTO digests_schedule (street_id, kind, at, is_active, starts_on)
SELECT area.id, hours.kind, hours.at, TRUE, %s
FROM grids_area area CROSS JOIN unnest(%s::text[], %s::time[]) AS hours(kind, at)
WHERE area.level = 'street' AND area.is_active
ON CONFLICT (street_id, kind) DO NOTHING"""


def ensure_schedules() -> int:
    """Give every street that has none the default hours, from today on; how many are new. Safe to repeat."""
    with connection.cursor() as cursor:
        cursor.execute(_MISSING, [today(), [str(kind) for kind in HOURS], list(HOURS.values())])
        return int(cursor.rowcount)


@dataclass(frozen=True, order=True)
class Due:
    """One digest that is owed; in order of time."""

    at: datetime
    street_id: int
    kind: str
    day: date


def due_at(street: Area, kind: str, day: date) -> datetime:
    """The moment of a digest on a day: as scheduled, else the default hour."""
    schedule = Schedule.objects.filter(street=street, kind=kind).first()
    return at(day, schedule.on(day) if schedule else HOURS[DigestKind(kind)])


def due_runs(now: datetime) -> list[Due]:
    """What is due and not made, oldest first; back to Parameter `digest_catch_up_days` [D]."""
    last = local(now).date()
    first = last - timedelta(days=parameters("digest_catch_up_days")["digest_catch_up_days"])
    made = set(
        DigestRun.objects.filter(business_date__gte=first).values_list("street_id", "kind", "business_date")
    )
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    schedules = Schedule.objects.filter(is_active=True, street__is_active=True)
    found = [
        Due(at(day, schedule.on(day)), schedule.street_id, schedule.kind, day)
        for schedule in schedules
        for day in days
        if day >= schedule.starts_on
    ]
    return sorted(due for due in found if due.at <= now and (due.street_id, due.kind, due.day) not in made)
