"""Reads of imports: whose batches, which rows, and what their kinds are called."""

from typing import Any

from django.db.models import Q, QuerySet

from grids.imports.base import Importer, Outcome, importer_of, importers
from grids.models import Area, ImportBatch, ImportRow
from grids.scope import paths_of, rights_of, within

RIGHTS = ("incidents.import", "areas.manage", "targets.manage")
SHOWN = {
    "created": ("新增", Q(outcome=Outcome.CREATED)),
    "updated": ("更新", Q(outcome=Outcome.UPDATED)),
    "unchanged": ("未变", Q(outcome=Outcome.UNCHANGED)),
    "rejected": ("退回", Q(outcome=Outcome.REJECTED)),
    "handled": ("退回后处理", Q(outcome__in=[Outcome.CORRECTED, Outcome.DROPPED])),
    "unplaced": ("待落格", Q(unplaced=True)),
}


def kinds_of(user: Any) -> list[Importer]:
    """The kinds of sheet that the user may import somewhere."""
    held = rights_of(user)
    return [importer for importer in importers() if importer.right in held]


def territories(user: Any, right: str) -> QuerySet[Area, Area]:
    """The areas in which the user holds the right, each with all below it."""
    return Area.objects.filter(path__in=paths_of(user, right)).order_by("path")


def batches_of(user: Any) -> QuerySet[ImportBatch, ImportBatch]:
    """Imports of the user's territory, of the kinds that the user may import."""
    clause = Q(pk__in=[])
    for importer in kinds_of(user):
        clause |= Q(kind=importer.code) & within(user, importer.right)
    return ImportBatch.objects.filter(clause).select_related("area", "by")


def rows_of(batch: ImportBatch, show: str) -> QuerySet[ImportRow, ImportRow]:
    """The rows behind one of the batch's numbers."""
    return ImportRow.objects.filter(SHOWN[show][1], batch=batch).select_related("resolved_by")


def numbers_of(batch: ImportBatch) -> dict[str, int]:
    """The batch's numbers in the order in which they are shown. Dropped rows were sent back, but wait for
    nobody."""
    handled = rows_of(batch, "handled")
    dropped = handled.filter(outcome=Outcome.DROPPED).count()
    numbers = {name: getattr(batch, name) for name in ("created", "updated", "unchanged", "rejected")}
    numbers["rejected"] -= dropped
    if others := handled.count():
        numbers["handled"] = others
    if importer_of(batch.kind).tray[0]:
        numbers["unplaced"] = batch.unplaced
    return numbers


def counted(batch: ImportBatch) -> str:
    """`新增 192，未变 1，退回 3`: what there is, in words."""
    parts = [
        (SHOWN[name][0], getattr(batch, name))
        for name in ("created", "updated", "unchanged", "rejected", "unplaced")
    ]
    return "，".join(f"{label} {n}" for label, n in parts if n) or "没有数据行"
