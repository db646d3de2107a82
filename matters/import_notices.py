"""The notice that an import has ended: it may be left alone while it runs."""

from typing import Any

from grids.imports.base import importer_of
from grids.imports.queries import counted
from grids.models import ImportBatch
from matters.notices import post


def import_told(*, batch: ImportBatch, **_: Any) -> None:
    """Tell whoever started an import how it ended, in the inbox, once; the command line tells nobody."""
    if batch.by_id is None:
        return
    label = importer_of(batch.kind).label
    if batch.state == ImportBatch.State.FAILED:
        subject, body = f"{label}没有导入：{batch.name}", batch.message
    else:
        subject, body = (
            f"{label}{'检查' if batch.dry_run else '导入'}完了：{batch.name}",
            f"{counted(batch)}。",
        )
    post(
        source=f"import:{batch.pk}",
        recipients=[batch.by_id],
        subject=subject,
        body=body,
        url=f"/imports/{batch.pk}/",
        kind="import",
    )
