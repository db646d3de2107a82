"""Every write on imports that a person or a sweep starts: taking a file in, correcting a row, dropping one,
resuming what stands still."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from uuid import uuid4

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from grids.imports import engine
from grids.imports.base import Outcome, Row, importer_of, vocabulary
from grids.imports.rows import cells_of, parted, reason
from grids.models import Area, ImportBatch, ImportRow
from grids.scope import covers
from shared.crypto import seal
from shared.errors import Conflict, InvalidInput, NotAllowed, NotFound
from shared.sheets import MAX_BYTES, SheetError

UNSENT = timedelta(minutes=1)
"""A waiting batch that no worker took for so long has lost its message."""


@transaction.atomic
def receive(
    *, kind: str, area: Area, name: str, data: bytes, actor: User | None, dry_run: bool = False
) -> ImportBatch:
    """Keep a file, sealed, as a batch that waits to be run.

    Raises NotFound or NotAllowed where the actor may not import this kind into this area, SheetError for a
    file that is too big.
    """
    importer = importer_of(kind)
    if actor is not None and not covers(actor, importer.right, area):
        raise NotAllowed(f"您没有在{area.name}导入{importer.label}的权限。")
    if len(data) > MAX_BYTES:
        raise SheetError(f"文件超过 {MAX_BYTES // 1024 // 1024} MB，请分成几个文件上传。")
    batch = ImportBatch(
        kind=kind,
        area=area,
        name=name[-200:],
        digest=hashlib.sha256(data).hexdigest(),
        dry_run=dry_run,
        by=actor,
    )
    batch.file.save(f"{uuid4().hex}.sealed", ContentFile(seal(data)), save=False)
    batch.save()
    return batch


def resume_stuck() -> list[int]:
    """Run every batch that lost its message or its worker; the sweep calls this. Returns their ids."""
    now = timezone.now()
    stuck = ImportBatch.objects.filter(
        Q(state=ImportBatch.State.WAITING, touched_at__lt=now - UNSENT)
        | Q(state=ImportBatch.State.RUNNING, touched_at__lt=now - engine.LEASE)
    )
    found = list(stuck.order_by("id").values_list("id", flat=True))
    for batch_id in found:
        engine.run_batch(batch_id)
    return found


@transaction.atomic
def correct_row(*, batch_id: int, number: int, cells: Mapping[str, str], actor: User) -> ImportRow:
    """Take a refused row in with other content; cells that are not given stay as they stood in the file.

    Raises NotFound outside the territory, Conflict for a row that waits no longer, InvalidInput where the row
    still cannot be taken:
    `extra["problems"]` lists each (`column`, `code`, `value`, `reason`).
    """
    row = _refused(batch_id, number, actor)
    batch, importer = row.batch, importer_of(row.batch.kind)
    session = importer.begin(batch)
    tried = Row(row.number, {**cells_of(row), **cells})
    session.read(tried)
    results = engine.take_in(importer, session, [tried]) if not tried.problems else []
    if tried.problems:
        names = {**vocabulary(importer).labels, **batch.columns}
        problems = [reason(importer, names, tried, problem) for problem in tried.problems]
        raise InvalidInput("这一行还有问题，请按提示改正。", problems=problems)
    engine.count(batch, results)
    batch.rejected -= 1
    batch.save(update_fields=["created", "updated", "unchanged", "rejected", "unplaced"])
    row.outcome, row.values, row.personal = Outcome.CORRECTED, parted(importer, tried.cells)[0], ""
    row.subject, row.unplaced = tried.subject[:120], results[0].unplaced
    row.object_id = results[0].made.pk if results[0].made is not None else None
    row.resolved_by, row.resolved_at = actor, timezone.now()
    row.save()
    return row


@transaction.atomic
def drop_row(*, batch_id: int, number: int, actor: User) -> ImportRow:
    """Say that a refused row needs no correction: who and when is kept, its personal content is not. Safe to
    repeat.

    Raises NotFound outside the territory, Conflict for a row that was corrected meanwhile.
    """
    row = _row(batch_id, number, actor)
    if row.outcome == Outcome.DROPPED:
        return row
    _waits(row)
    row.outcome, row.personal = Outcome.DROPPED, ""
    row.resolved_by, row.resolved_at = actor, timezone.now()
    row.save(update_fields=["outcome", "personal", "resolved_by", "resolved_at"])
    return row


def _row(batch_id: int, number: int, actor: User) -> ImportRow:
    row = (
        ImportRow.objects.select_for_update(of=("self", "batch"))
        .select_related("batch__area")
        .filter(batch_id=batch_id, number=number)
        .first()
    )
    if row is None or not covers(actor, importer_of(row.batch.kind).right, row.batch.area):
        raise NotFound("没有找到这一行，或它不在您的辖区。")
    return row


def _refused(batch_id: int, number: int, actor: User) -> ImportRow:
    row = _row(batch_id, number, actor)
    _waits(row)
    return row


def _waits(row: ImportRow) -> None:
    if row.outcome != Outcome.REJECTED:
        raise Conflict("这一行已经处理过了，请刷新页面看最新情况。")
    if row.batch.dry_run:
        raise Conflict("这次只是检查，没有导入。请在原表改好后重新上传。")
    if row.batch.finished_at is None:
        raise Conflict("这次导入还没有结束，请等它完成后再更正。")
