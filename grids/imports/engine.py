"""Running a batch: claimed by one worker, chunk by chunk in transactions that also move its place on, so that
it can be killed anywhere."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice

from django.db import connection, transaction
from django.utils import timezone

from grids.facts import import_finished
from grids.imports.base import Importer, Outcome, Result, Row, Session, importer_of, vocabulary
from grids.imports.rows import kept
from grids.models import ImportBatch, ImportRow
from shared.crypto import unseal
from shared.errors import Conflict
from shared.sheets import Record, SheetError, Table, find_table, read_tabs

CHUNK = 500
MAX_ATTEMPTS = 3
LEASE = timedelta(minutes=3)
"""A running batch that wrote nothing for so long has lost its worker."""


class Overtaken(Conflict):
    """Another worker has taken the batch over; this one has nothing left to do."""


@dataclass
class Run:
    """One worker's run of a batch: the sheet, the importer's session, the columns' names, rows that later
    rows replace."""

    batch: ImportBatch
    importer: Importer
    session: Session
    table: Table
    names: dict[str, str]
    superseded: dict[int, int] = field(default_factory=dict)


def run_batch(batch_id: int) -> ImportBatch:
    """Run a batch to its end, from where an earlier run left off; safe to call any number of times, also at
    once.

    A file that cannot be read ends it as failed, with the reason. Any other error leaves it waiting to be
    resumed, at most
    MAX_ATTEMPTS times in all.
    """
    if (batch := _claim(batch_id)) is None:
        return ImportBatch.objects.select_related("area").get(pk=batch_id)
    ended = False
    try:
        _run(batch)
        ended = True
    except SheetError as error:
        _finish(batch, ImportBatch.State.FAILED, error.message)
        ended = True
    except Overtaken:
        ended = True
    finally:
        if not ended:
            ImportBatch.objects.filter(pk=batch.pk, attempts=batch.attempts).update(
                state=ImportBatch.State.WAITING
            )
    batch.refresh_from_db()
    return batch


@transaction.atomic
def _claim(batch_id: int) -> ImportBatch | None:
    """The batch, if it is this caller's to run: not ended, and not in the hands of a living worker."""
    batch = ImportBatch.objects.select_for_update(of=("self",)).select_related("area").get(pk=batch_id)
    held = batch.state == ImportBatch.State.RUNNING and batch.touched_at > timezone.now() - LEASE
    if held or batch.state in (ImportBatch.State.DONE, ImportBatch.State.FAILED):
        return None
    if batch.attempts >= MAX_ATTEMPTS:
        _finish(
            batch,
            ImportBatch.State.FAILED,
            "导入几次都中断了，已写入的行不会丢。请把文件分小后重新上传，或联系管理员。",
        )
        return None
    batch.attempts += 1
    batch.state = ImportBatch.State.RUNNING
    batch.touched_at = timezone.now()
    batch.save(update_fields=["attempts", "state", "touched_at"])
    return batch


def _run(batch: ImportBatch) -> None:
    importer = importer_of(batch.kind)
    with batch.file.open("rb") as file:
        data = unseal(file.read())
    words = vocabulary(importer)
    table = find_table(read_tabs(data), words)
    run = Run(batch, importer, importer.begin(batch), table, {**words.labels, **table.headers})
    batch.total, run.superseded = survey(table, run.session)
    batch.columns = table.headers
    batch.message = f"没有用到的列：{'、'.join(table.unknown)}。"[:300] if table.unknown else ""
    batch.save(update_fields=["total", "columns", "message"])
    for chunk in chunks(islice(table.rows(), batch.seen, None)):
        _write_chunk(run, chunk)
    _finish(batch, ImportBatch.State.DONE, batch.message)


def chunks(records: Iterator[Record]) -> Iterator[list[Record]]:
    """Runs of CHUNK rows."""
    while chunk := list(islice(records, CHUNK)):
        yield chunk


def survey(table: Table, session: Session) -> tuple[int, dict[int, int]]:
    """How many rows there are, and which of them a later good row of the same file replaces (number → that
    row's number).

    Without it, a file that holds two states of one thing would update it twice at every run.
    """
    hints = Counter(session.hint(record.cells) for record in table.rows())
    again = {hint for hint, count in hints.items() if hint and count > 1}
    last: dict[str, int] = {}
    keys: dict[int, str] = {}
    for record in table.rows() if again else ():
        if session.hint(record.cells) in again and not (row := read(session, record)).problems:
            keys[record.number] = session.key(row)
            last[keys[record.number]] = record.number
    return hints.total(), {number: last[key] for number, key in keys.items() if last[key] != number}


def read(session: Session, record: Record) -> Row:
    """The row as the importer understands it."""
    row = Row(record.number, record.cells)
    session.read(row)
    return row


@transaction.atomic
def _write_chunk(run: Run, chunk: Sequence[Record]) -> None:
    """The rows, what became of each, and the batch's new place: all or nothing."""
    batch = run.batch
    locked = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if (locked.attempts, locked.state, locked.seen) != (
        batch.attempts,
        ImportBatch.State.RUNNING,
        batch.seen,
    ):
        raise Overtaken("这次导入已由另一个进程接手。")
    rows = [read(run.session, record) for record in chunk]
    good = [row for row in rows if not row.problems and row.number not in run.superseded]
    results = [
        Result(row, Outcome.REJECTED if row.problems else Outcome.UNCHANGED)
        for row in rows
        if row.problems or row.number in run.superseded
    ]
    results += take_in(run.importer, run.session, good, dry_run=batch.dry_run)
    ImportRow.objects.bulk_create(
        kept(batch, run.importer, run.names, result, run.superseded.get(result.row.number))
        for result in results
    )
    count(batch, results)
    batch.seen += len(chunk)
    batch.touched_at = timezone.now()
    batch.save(
        update_fields=["created", "updated", "unchanged", "rejected", "unplaced", "seen", "touched_at"]
    )


def count(batch: ImportBatch, results: Iterable[Result]) -> None:
    """Add the results to the batch's counts."""
    for result in results:
        name = result.outcome.value
        setattr(batch, name, getattr(batch, name) + 1)
        batch.unplaced += result.unplaced


def take_in(
    importer: Importer, session: Session, rows: Sequence[Row], *, dry_run: bool = False
) -> list[Result]:
    """Compare good rows with what is stored and write them; inside the caller's transaction.

    Imports of one kind take turns until that transaction ends, so two at once see each other's rows.
    """
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('import'), hashtext(%s))", [importer.code])
    results = session.plan(rows)
    if not dry_run:
        session.save([result for result in results if result.outcome != Outcome.REJECTED])
    return results


@transaction.atomic
def _finish(batch: ImportBatch, state: ImportBatch.State, message: str) -> None:
    """End the batch; its file goes, since what is still needed of it is kept row by row."""
    ended = ImportBatch.objects.filter(pk=batch.pk, attempts=batch.attempts, finished_at=None).update(
        state=state, message=message[:300], finished_at=timezone.now(), file=None
    )
    if not ended:
        raise Overtaken("这次导入已由另一个进程接手。")
    storage, name = batch.file.storage, batch.file.name
    if name:
        transaction.on_commit(lambda: storage.delete(name))
    batch.refresh_from_db()
    import_finished.send(sender=ImportBatch, batch=batch)
