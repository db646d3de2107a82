"""Who is on duty now: one cheap read for the frame of every page, kept for a minute."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.utils import timezone

from grids.models import Area
from grids.scope import posts_of
from shared.plain import rows

KEPT = timedelta(seconds=60)
ROUND = "duty:round"
NOW = """
SELECT s.station_id, u.name, coalesce(p.name, ''), coalesce(d.name, ''), t.name,
       s.starts_at, s.ends_at, s.uid, s.person_id
FROM mediation_shift s
JOIN grids_unit u ON u.id = s.station_id
JOIN grids_area a ON a.id = u.area_id AND a.path LIKE %s
JOIN mediation_shiftpattern t ON t.id = s.pattern_id
LEFT JOIN accounts_user p ON p.id = s.person_id
LEFT JOIN grids_unit d ON d.id = s.department_id
WHERE s.is_current AND NOT s.cancelled
  AND s.starts_at < %s AND s.ends_at > %s AND s.starts_at > %s - interval '25 hours'
ORDER BY u.id, s.department_id NULLS FIRST, s.seat
"""


@dataclass(frozen=True)
class OnDuty:
    """One seat that is now; `person` empty = nobody: a gap."""

    station: int
    station_name: str
    person: str
    department: str
    shift: str
    starts_at: datetime
    ends_at: datetime
    uid: UUID
    person_id: int | None

    @property
    def role(self) -> str:
        """`公安` or `调解员`."""
        return self.department or "调解员"

    def is_at(self, moment: datetime) -> bool:
        """Whether it is at the moment: from its first second, no longer at its end."""
        return self.starts_at <= moment < self.ends_at


def on_duty(root: str, moment: datetime) -> list[OnDuty]:
    """All seats of the stations below the path at the moment, mediators first; one query."""
    return [seat for seat in _soon(root, moment) if seat.is_at(moment)]


def _soon(root: str, moment: datetime) -> list[OnDuty]:
    """Those, and the ones that begin while the answer is kept."""
    found = rows(NOW, f"{root}%", moment + KEPT, moment, moment)
    return [OnDuty(*row) for row in found]


def street_path(user: Any) -> str:
    """The path of the street in which the user holds his first post; "" without one."""
    posts = posts_of(user)
    return f"/{posts[0].area.path.strip('/').partition('/')[0]}/" if posts else ""


def duty_of(user: Any) -> list[OnDuty]:
    """Who is on duty on the user's street now, his own station first; kept for a minute, or until a
    change; who begins or ends in that minute does so on the minute.
    """
    if not (root := street_path(user)):
        return []
    number, now = cache.get(ROUND, 0), timezone.now()
    key = f"duty:{number}:{root}"
    found: list[OnDuty] | None = cache.get(key)
    if found is None:
        found = _soon(root, now)
        cache.set(key, found, KEPT.total_seconds())
    mine = {post.unit_id for post in posts_of(user) if post.unit_id}
    return sorted((seat for seat in found if seat.is_at(now)), key=lambda seat: seat.station not in mine)


def forget() -> None:
    """Something was published: all kept answers are out of date."""
    cache.set(ROUND, timezone.now().timestamp(), None)


def street_of(user: Any) -> Area | None:
    """The same street as a row."""
    root = street_path(user).strip("/")
    return Area.objects.filter(pk=root).first() if root else None
