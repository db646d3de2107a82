"""Running batches: killed and resumed, twice at once, sealed files, ends and facts."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone

from grids.facts import import_finished
from grids.imports import engine, workflow
from grids.imports.base import importer_of
from grids.imports.tasks import resume_stuck, run_import
from grids.models import Area, ImportBatch, ImportRow, Target
from shared.crypto import Unreadable, seal, unseal
from shared.errors import NotAllowed
from shared.sheets import SheetError
from tests.cast import Cast

HEADER = "来源编号,名称,类别,等级,村社,网格,地址"


class Killed(Exception):
    """What a test raises in the middle of a run."""


def places(count: int, word: str = "烧烤") -> bytes:
    rows = [f"P{n},{word}{n},大排档,黄色,河边村,第一网格,一区{n}号" for n in range(1, count + 1)]
    return "\n".join((HEADER, *rows)).encode()


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "CHUNK", 10)


@pytest.fixture
def received(cast: Cast) -> ImportBatch:
    return workflow.receive(
        kind="places", area=cast.street, name="场所.csv", data=places(35), actor=cast.command
    )


def die_after(monkeypatch: pytest.MonkeyPatch, chunks: int) -> None:
    """Raise inside the transaction of the chunk after so many."""
    real, seen = engine.take_in, []

    def take_in(*args: Any, **kwargs: Any) -> Any:
        seen.append(1)
        results = real(*args, **kwargs)
        if len(seen) > chunks:
            raise Killed
        return results

    monkeypatch.setattr(engine, "take_in", take_in)


def figures(batch: ImportBatch) -> tuple[str, int, int, int, int]:
    return batch.state, batch.seen, batch.created, batch.updated, batch.unchanged


def test_a_run_that_dies_between_chunks_goes_on_behind_them(
    received: ImportBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as during:
        die_after(during, 2)
        with pytest.raises(Killed):
            engine.run_batch(received.pk)
    received.refresh_from_db()
    assert figures(received) == ("waiting", 20, 20, 0, 0)
    assert Target.objects.count() == ImportRow.objects.count() == 20
    assert figures(engine.run_batch(received.pk)) == ("done", 35, 35, 0, 0)
    assert Target.objects.count() == ImportRow.objects.count() == 35


def test_a_batch_whose_worker_was_killed_is_resumed_by_the_sweep(
    received: ImportBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as during:
        die_after(during, 1)
        with pytest.raises(Killed):
            engine.run_batch(received.pk)
    ImportBatch.objects.update(state="running")
    assert workflow.resume_stuck() == []
    assert engine.run_batch(received.pk).state == "running"
    ImportBatch.objects.update(touched_at=timezone.now() - engine.LEASE - timedelta(seconds=1))
    assert workflow.resume_stuck() == [received.pk]
    received.refresh_from_db()
    assert figures(received) == ("done", 35, 35, 0, 0)


def test_a_batch_whose_message_was_lost_is_found_by_the_sweep(received: ImportBatch) -> None:
    resume_stuck()
    received.refresh_from_db()
    assert received.state == "waiting"
    ImportBatch.objects.update(touched_at=timezone.now() - workflow.UNSENT - timedelta(seconds=1))
    resume_stuck()
    received.refresh_from_db()
    assert received.state == "done"


def test_a_batch_that_dies_every_time_ends_as_failed(
    received: ImportBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    die_after(monkeypatch, 0)
    for _ in range(engine.MAX_ATTEMPTS):
        with pytest.raises(Killed):
            engine.run_batch(received.pk)
    batch = engine.run_batch(received.pk)
    assert batch.state == "failed"
    assert "中断" in batch.message
    assert not Target.objects.exists()


def test_a_worker_that_was_overtaken_writes_nothing_more(
    received: ImportBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def begin_then_lose(batch: ImportBatch) -> Any:
        session = real_begin(batch)
        ImportBatch.objects.filter(pk=batch.pk).update(attempts=9)
        return session

    importer = importer_of("places")
    real_begin = importer.begin
    monkeypatch.setattr(importer, "begin", begin_then_lose)
    batch = engine.run_batch(received.pk)
    assert figures(batch)[:3] == ("running", 0, 0)
    assert not Target.objects.exists()


def test_a_message_that_comes_twice_changes_nothing(received: ImportBatch) -> None:
    run_import(received.pk)
    run_import(received.pk)
    received.refresh_from_db()
    assert figures(received) == ("done", 35, 35, 0, 0)
    assert received.attempts == 1


def test_the_file_lies_sealed_and_goes_when_the_run_ends(
    received: ImportBatch, django_capture_on_commit_callbacks: Any
) -> None:
    path = Path(settings.MEDIA_ROOT) / received.file.name
    assert path.read_bytes().startswith(b"sm4:1:")
    assert "烧烤".encode() not in path.read_bytes()
    assert unseal(path.read_bytes()) == places(35)
    with django_capture_on_commit_callbacks(execute=True):
        batch = engine.run_batch(received.pk)
    assert not path.exists()
    assert not batch.file


def test_a_sealed_file_that_was_touched_is_not_opened() -> None:
    stored = bytearray(seal(b"abc"))
    stored[-1] ^= 1
    with pytest.raises(Unreadable):
        unseal(bytes(stored))
    with pytest.raises(Unreadable):
        unseal(b"abc")


def test_a_file_that_cannot_be_read_fails_with_the_reason(cast: Cast) -> None:
    for data, said in (
        (b"%PDF-1.4", "PDF"),
        (b"a,b\n1,2", "没有找到表头"),
        ("名称,类别\nx,y".encode(), "网格或村社"),
    ):
        batch = workflow.receive(kind="places", area=cast.street, name="x", data=data, actor=cast.command)
        batch = engine.run_batch(batch.pk)
        assert batch.state == "failed"
        assert said in batch.message
        assert batch.finished_at is not None


def test_receiving_checks_right_and_size(cast: Cast) -> None:
    with pytest.raises(NotAllowed, match="没有在城东街道导入重点场所的权限"):
        workflow.receive(kind="places", area=cast.street, name="x", data=b"x", actor=cast.officer)
    with pytest.raises(SheetError, match="超过 20 MB"):
        workflow.receive(
            kind="places", area=cast.street, name="x", data=b"x" * (50 * 1024 * 1024), actor=cast.command
        )
    assert not ImportBatch.objects.exists()


def test_the_end_is_told_as_a_fact(received: ImportBatch) -> None:
    told: list[tuple[int, str]] = []

    def hear(*, batch: ImportBatch, **_: Any) -> None:
        told.append((batch.pk, batch.state))

    import_finished.connect(hear)
    try:
        engine.run_batch(received.pk)
    finally:
        import_finished.disconnect(hear)
    assert told == [(received.pk, "done")]


def test_columns_that_were_not_used_are_told(cast: Cast) -> None:
    data = f"{HEADER},店长星座\nP1,烧烤,大排档,红,河边村,1,一区1号,处女座".encode()
    batch = workflow.receive(kind="places", area=cast.street, name="x", data=data, actor=cast.command)
    assert engine.run_batch(batch.pk).message == "没有用到的列：店长星座。"


def test_progress_is_written_as_it_goes(received: ImportBatch, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, int]] = []
    real = engine.take_in

    def look(*args: Any, **kwargs: Any) -> Any:
        seen.append(ImportBatch.objects.values_list("seen", "total").get(pk=received.pk))
        return real(*args, **kwargs)

    monkeypatch.setattr(engine, "take_in", look)
    engine.run_batch(received.pk)
    assert seen == [(0, 35), (10, 35), (20, 35), (30, 35)]


def test_a_chunk_of_places_costs_the_same_at_two_sizes(
    cast: Cast, count_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "CHUNK", 500)
    spent = []
    for size in (10, 300):
        for word in (f"新{size}x", f"改{size}x"):
            batch = workflow.receive(
                kind="places",
                area=cast.street,
                name="x",
                data=places(size, word).replace(b"\nP", f"\n{size}P".encode()),
                actor=None,
            )
            with count_queries() as seen:
                engine.run_batch(batch.pk)
            spent.append(len(seen))
    assert spent[:2] == spent[2:]
    assert Target.objects.count() == 310


@pytest.fixture
def street_of_its_own(transactional_db: None) -> Area:
    """Committed rows that other connections see."""
    from grids import reference  # noqa: PLC0415 -- beside its only use
    from tests.grids.street import build_street  # noqa: PLC0415

    reference.load()
    return build_street()


def at_once(*works: Callable[[], object]) -> list[BaseException]:
    failures: list[BaseException] = []
    start = threading.Barrier(len(works))

    def go(work: Callable[[], object]) -> None:
        try:
            start.wait(10)
            work()
        except BaseException as error:  # noqa: BLE001 -- told to the test
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return failures


def test_two_imports_of_one_file_at_once_are_one(street_of_its_own: Area) -> None:
    batches = [
        workflow.receive(kind="places", area=street_of_its_own, name="x", data=places(200), actor=None)
        for _ in range(2)
    ]
    failures = at_once(*(lambda pk=batch.pk: engine.run_batch(pk) for batch in batches))
    assert failures == []
    for batch in batches:
        batch.refresh_from_db()
    assert [batch.state for batch in batches] == ["done", "done"]
    assert sum(batch.created for batch in batches) == Target.objects.count() == 200
    assert sum(batch.unchanged for batch in batches) == 200
    assert sum(batch.updated + batch.rejected for batch in batches) == 0


def test_one_batch_run_by_two_workers_at_once_is_run_once(street_of_its_own: Area) -> None:
    batch = workflow.receive(kind="places", area=street_of_its_own, name="x", data=places(200), actor=None)
    failures = at_once(*(lambda: engine.run_batch(batch.pk) for _ in range(3)))
    assert failures == []
    batch.refresh_from_db()
    assert figures(batch) == ("done", 200, 200, 0, 0)
    assert ImportRow.objects.filter(batch=batch).count() == Target.objects.count() == 200
