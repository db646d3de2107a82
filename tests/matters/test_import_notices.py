"""Who started an import hears how it ended."""

from typing import Any

from grids.imports import engine
from grids.imports.workflow import receive
from grids.models import ImportBatch
from matters.import_notices import import_told
from matters.models import Notice
from tests.cast import Cast

HEADER = "名称,类别,村社,网格"


def imported(cast: Cast, data: str, **fields: Any) -> ImportBatch:
    batch = receive(kind="places", area=cast.street, name="场所.csv", data=data.encode(), **fields)
    return engine.run_batch(batch.pk)


def test_the_end_is_told_once_to_whoever_started_it(cast: Cast) -> None:
    batch = imported(cast, f"{HEADER}\n烧烤,大排档,河边村,1\n烤鱼,没有这类,河边村,1", actor=cast.command)
    import_told(batch=batch)
    notice = Notice.objects.get()
    assert (notice.recipient, notice.channel, notice.url) == (cast.command, "inbox", f"/imports/{batch.pk}/")
    assert notice.subject == "重点场所导入完了：场所.csv"
    assert notice.body == "新增 1，退回 1。"


def test_a_check_and_a_failure_are_called_so(cast: Cast) -> None:
    imported(cast, HEADER, actor=cast.command, dry_run=True)
    imported(cast, "%PDF-1.4", actor=cast.command)
    check, failure = Notice.objects.order_by("id")
    assert (check.subject, check.body) == ("重点场所检查完了：场所.csv", "没有数据行。")
    assert failure.subject == "重点场所没有导入：场所.csv"
    assert "PDF" in failure.body


def test_an_import_from_the_command_line_tells_nobody(cast: Cast) -> None:
    imported(cast, HEADER, actor=None)
    assert not Notice.objects.exists()
