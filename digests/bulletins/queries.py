"""Reads for the pages and the API of bulletins."""

from datetime import date
from typing import Any

from django.db.models import Count, F, Max, Min, Q, QuerySet

from digests.bulletins.figures import ENTER, FIELDS
from digests.bulletins.models import Bulletin, BulletinCopy, Registration
from digests.bulletins.workflow import VIEW
from grids.models import Area

ORDER = ("-issued_at", "-id")
ROW = ("id", "kind", "year", "number", "since", "until", "issued_at", "street_id", "street__name")


def bulletins(user: Any) -> QuerySet[Bulletin, dict[str, Any]]:
    """Bulletins of the streets that the reader oversees, with how many villages read them."""
    seen: QuerySet[Bulletin] = Bulletin.objects.within(user, VIEW)
    return seen.annotate(
        sent=Count("copies", distinct=True),
        read=Count("copies", filter=Q(copies__readings__isnull=False), distinct=True),
    ).values(*ROW, "sent", "read")


def copies(user: Any) -> QuerySet[BulletinCopy, dict[str, Any]]:
    """Copies that went to the reader's villages."""
    seen: QuerySet[BulletinCopy] = BulletinCopy.objects.within(user, VIEW)
    told = {
        name: F(f"bulletin__{name}") for name in ("kind", "year", "number", "since", "until", "issued_at")
    }
    found: QuerySet[BulletinCopy, dict[str, Any]] = seen.annotate(
        **told, first=Min("readings__opened_at")
    ).values("id", *told, "village__name", "first")
    return found


def receipts(bulletin: Bulletin) -> list[dict[str, Any]]:
    """Each village with who opened its copy and when; those that nobody opened come first."""
    rows = list(
        bulletin.copies.annotate(first=Min("readings__opened_at"), last=Max("readings__opened_at"))
        .order_by(F("first").asc(nulls_first=True), "village__path")
        .values("id", "village_id", "village__name", "first")
    )
    names: dict[int, list[dict[str, Any]]] = {}
    readings = bulletin.copies.filter(readings__isnull=False).values_list(
        "id", "readings__reader__name", "readings__opened_at"
    )
    for copy, name, opened in readings.order_by("readings__opened_at"):
        names.setdefault(copy, []).append({"name": name, "at": opened})
    return [{**row, "readers": names.get(row["id"], [])} for row in rows]


def figures(user: Any, week: date) -> list[dict[str, Any]]:
    """Each village in the reader's territory of `registration.enter` with what it stated for the week."""
    seen: QuerySet[Area] = Area.objects.within(user, ENTER)
    villages = seen.filter(level__in=Area.VILLAGE_LEVELS, is_active=True).order_by("path")
    rows = Registration.objects.filter(week=week, village__in=villages)
    stated = {row["village_id"]: row for row in rows.values("village_id", *FIELDS, "version", "entered_at")}
    return [{"village": village, **stated.get(village.pk, {})} for village in villages]
