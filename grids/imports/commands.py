"""What the import commands share: whose file it is, and what is printed of the result."""

import argparse
from pathlib import Path
from typing import Any

from accounts.models import User
from grids.imports.engine import run_batch
from grids.imports.workflow import receive
from grids.models import Area, ImportBatch, ImportRow
from grids.scope import paths_of
from shared.errors import InvalidInput
from shared.sheets import MAX_BYTES, SheetError


def arguments(parser: argparse.ArgumentParser) -> None:
    """FILE [--dry-run] [--by USERNAME] [--street NAME]."""
    parser.add_argument("file", type=Path, help=".csv or .xlsx")
    parser.add_argument("--dry-run", action="store_true", help="check only, write nothing")
    parser.add_argument("--by", default="", help="username of the person who answers for this import")
    parser.add_argument("--street", default="", help="name of the street, where there are several")


def contents(path: Path) -> bytes:
    """The file's bytes. Raises InvalidInput where it cannot be read, SheetError where it is too big to be
    tried."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SheetError(f"文件超过 {MAX_BYTES // 1024 // 1024} MB，请分成几个文件。")
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"打不开文件 {path}：{error.strerror}。请核对路径和权限。") from error


def person(username: str) -> User | None:
    """The person named by --by. Raises InvalidInput for an unknown name."""
    if not username:
        return None
    found = User.objects.filter(username=username, is_active=True).first()
    if found is None:
        raise InvalidInput(f"没有账号“{username}”，请核对 --by。")
    return found


def street(name: str, actor: User | None, right: str) -> Area:
    """The street named by --street, else the territory of the actor, else the only street. Raises
    InvalidInput where it is unclear."""
    streets = Area.objects.filter(level=Area.Level.STREET, is_active=True)
    if name:
        found = list(streets.filter(name=name)[:2])
    elif actor is not None:
        found = list(Area.objects.filter(path__in=paths_of(actor, right)).order_by("path")[:2])
    else:
        found = list(streets.order_by("id")[:2])
    if len(found) == 1:
        return found[0]
    names = "、".join(streets.order_by("id").values_list("name", flat=True)[:20])
    if not names:
        raise InvalidInput("还没有街道。请先运行 seed_demo，或用 import_grids --kind areas 导入村社和网格。")
    raise InvalidInput(f"不知道是哪个街道的，请用 --street 指明，现有：{names}。")


def take(kind: str, area: Area, path: Path, data: bytes, actor: User | None, *, dry_run: bool) -> ImportBatch:
    """Run a file to its end. Raises SheetError where it could not be read."""
    batch = receive(kind=kind, area=area, name=path.name, data=data, actor=actor, dry_run=dry_run)
    batch = run_batch(batch.pk)
    if batch.state != ImportBatch.State.DONE:
        raise SheetError(batch.message or "导入没有完成，稍后会自动继续；也可以重新运行。")
    return batch


def refused(batch: ImportBatch) -> list[str]:
    """`192 接警单编号 缺接警单编号，请补上编号`, one line for each reason."""
    lines = []
    rows = ImportRow.objects.filter(batch=batch, outcome=ImportRow.Outcome.REJECTED).order_by("number")
    for number, errors in rows.values_list("number", "errors"):
        lines += [f"{number} {error['column']} {error['reason']}" for error in errors]
    return lines


def counts(batch: ImportBatch) -> dict[str, Any]:
    """The last line."""
    names = ("created", "updated", "unchanged", "rejected", "unplaced", "total")
    return {**{name: getattr(batch, name) for name in names}, "batch": batch.pk}
