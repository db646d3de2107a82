"""Reads for pages and API: one's own digests, one with what happened since, the things behind it."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from digests.letters import AREA, POLICE
from digests.models import Digest, DigestRun, Schedule
from digests.text import KINDS
from grids.models import Area, Unit
from grids.scope import posts_of
from matters.models import Obligation
from matters.obligations import RIGHT

ORDER = ("-business_date", "-id")
ROW = ("id", "kind", "audience", "business_date", "area_id", "expected", "done", "excused", "open")
SINCE = ("id", "state", "late", "answer", "answered_at", "answered_by__name")


def own_digests(user: Any) -> QuerySet[Digest, dict[str, Any]]:
    """Digests that are written to the reader: of the areas of the posts held, or of the police station."""
    mine = Q(pk__in=[])
    for post in posts_of(user):
        if RIGHT in post.role.rights:
            police = post.unit is not None and post.unit.kind == Unit.Kind.POLICE
            mine |= Q(area_id=post.area_id, audience=POLICE if police else AREA)
    found: QuerySet[Digest, dict[str, Any]] = Digest.objects.filter(mine).values(*ROW, "area__name")
    return found


def family(digest: Digest, user: Any) -> dict[tuple[int, str], int]:
    """(area, kind) → digest: its other half, its children and its parent, where the reader may see them."""
    below = [child["area"] for child in digest.snapshot["children"]]
    near = Q(area_id__in=below, audience=AREA) | Q(area_id=digest.area_id, audience=digest.audience)
    if digest.audience == AREA:
        near |= Q(area_id=digest.area.parent_id, audience=AREA)
    found: QuerySet[Digest] = Digest.objects.within(user, RIGHT)
    rows = found.filter(near, business_date=digest.business_date).values_list("area_id", "kind", "pk")
    return {(area_id, kind): pk for area_id, kind, pk in rows}


def items_now(digest: Digest) -> list[dict[str, Any]]:
    """The frozen items, each with how it stands now; what is still open comes first."""
    frozen = digest.snapshot["items"]
    rows = Obligation.objects.filter(pk__in=[item["id"] for item in frozen]).values(*SINCE)
    now = {row["id"]: row for row in rows}
    items = [{**item, "now": now[item["id"]]} for item in frozen if item["id"] in now]
    return sorted(items, key=lambda item: item["now"]["state"] != "open")


def behind(digest: Digest, *, kind: str = "", state: str = "") -> QuerySet[Obligation]:
    """Every obligation that a digest counts, as it stands now; `kind` may be `carried`."""
    found = Obligation.objects.filter(
        area__path__startswith=digest.area.path, business_date=digest.business_date, kind__in=KINDS
    )
    if digest.audience == POLICE:
        found = found.filter(kind__in=("incident", "repeat"))
    if kind == "carried":
        found = found.filter(carried__gt=0)
    elif kind in KINDS:
        found = found.filter(kind=kind)
    if state in Obligation.State.values:
        found = found.filter(state=state)
    return found.select_related("area", "answered_by")


def answered_since(items: Iterable[dict[str, Any]]) -> int:
    """How many things that the digest calls open were answered after it."""
    return sum(item["state"] == "open" and item["now"]["state"] != "open" for item in items)


def schedules(streets: Iterable[Area]) -> dict[int, dict[str, Schedule]]:
    """Street → kind → its row."""
    found: dict[int, dict[str, Schedule]] = {}
    for row in Schedule.objects.filter(street__in=streets):
        found.setdefault(row.street_id, {})[row.kind] = row
    return found


def last_runs(streets: Iterable[Area]) -> list[DigestRun]:
    """The latest ten runs of these streets, newest first."""
    return list(
        DigestRun.objects.filter(street__in=streets).select_related("street", "by").order_by("-ran_at")[:10]
    )
