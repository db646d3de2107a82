"""What is kept of a row after its import, and how it is read again."""

from collections.abc import Mapping

import orjson

from grids.imports.base import Importer, Outcome, Problem, Result, Row
from grids.models import ImportBatch, ImportRow
from shared.cells import Cell, text
from shared.crypto import decrypt, encrypt, mask

LONGEST = 2000
"""Characters kept of a refused cell."""


def kept(
    batch: ImportBatch,
    importer: Importer,
    names: Mapping[str, str],
    result: Result,
    replaced_by: int | None = None,
) -> ImportRow:
    """All of a refused row, the differences of a changed one, a line for the others. `names`: what the file
    calls its columns."""
    row = result.row
    line = ImportRow(
        batch=batch,
        number=row.number,
        outcome=result.outcome,
        subject=row.subject[:120],
        object_id=result.made.pk if result.made is not None else None,
        unplaced=result.unplaced,
    )
    if result.outcome == Outcome.REJECTED:
        line.values, line.personal = parted(importer, row.cells)
        line.errors = [reason(importer, names, row, problem) for problem in row.problems]
    elif replaced_by is not None:
        line.errors = [
            {"column": "", "code": "", "reason": f"同一文件第 {replaced_by} 行有更新的内容，以那一行为准"}
        ]
    else:
        line.errors = [
            {"column": names.get(c.code, c.code), "code": c.code, "old": c.old, "new": c.new}
            for c in result.changes
        ]
    return line


def reason(importer: Importer, names: Mapping[str, str], row: Row, problem: Problem) -> dict[str, str]:
    """Why a row was refused, with the column as the file calls it; personal values masked."""
    value = text(row.cells.get(problem.code))[:60]
    return {
        "column": names.get(problem.code, problem.code),
        "code": problem.code,
        "value": mask(value) if problem.code in importer.personal else value,
        "reason": problem.reason,
    }


def parted(importer: Importer, cells: Mapping[str, Cell]) -> tuple[dict[str, str], str]:
    """A row's cells as texts by column, and the personal ones encrypted as one text."""
    texts = {code: text(cell)[:LONGEST] for code, cell in cells.items()}
    personal = {code: value for code, value in texts.items() if code in importer.personal and value}
    plain = {code: value for code, value in texts.items() if code not in importer.personal}
    return plain, encrypt(orjson.dumps(personal).decode()) if personal else ""


def cells_of(row: ImportRow) -> dict[str, Cell]:
    """What stood in a refused row."""
    personal = orjson.loads(decrypt(row.personal)) if row.personal else {}
    return {**row.values, **personal}
