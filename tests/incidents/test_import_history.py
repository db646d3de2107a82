"""What an import takes in as history: old incidents that the police have ended."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from grids.imports import engine
from grids.imports.workflow import receive
from grids.models import Area, ImportBatch, Parameter
from incidents.models import PoliceIncident, caller_index
from matters.models import Matter
from shared.dates import SHANGHAI, local
from tests.grids.street import build_street
from tests.incidents.exports import HEADER, WEEK, figures, line, one

Import = Callable[..., ImportBatch]


@pytest.fixture
def take(loaded: None) -> Import:
    """Import rows, or a whole file, into 城东街道."""
    street: Area = build_street()

    def run(*rows: str, data: bytes = b"", header: str = HEADER) -> ImportBatch:
        data = data or "\n".join((header, *rows)).encode()
        return engine.run_batch(
            receive(kind="incidents", area=street, name="x.csv", data=data, actor=None).pk
        )

    return run


def ago(**span: float) -> str:
    return f"{local(timezone.now() - timedelta(**span)):%Y/%m/%d %H:%M}"


def state(number: str = "A1") -> str:
    return one(number).matter.state


def lines() -> list[str]:
    """What the timeline tells, but that a street without a station cannot mediate."""
    return [event.action for event in one().matter.events.exclude(action="not_referred")]


def test_an_old_incident_that_the_police_ended_is_history(take: Import) -> None:
    header = HEADER + ",处警时间"
    take(line(result="现场调解") + ",2026/11/16 04:20", header=header)
    matter = one().matter
    assert (matter.state, matter.outcome, matter.answer) == ("closed", "settled", "派出所处警结果：现场调解")
    assert matter.closed_at == datetime(2026, 11, 16, 4, 20, tzinfo=SHANGHAI)
    lines: list[tuple[str, str, str, int | None]] = list(
        matter.events.values_list("label", "from_state", "to_state", "actor")
    )
    assert lines == [("登记", "", "assigned", None), ("销号", "assigned", "closed", None)]
    assert matter.version == len(lines)


@pytest.mark.parametrize(
    "columns",
    [
        {"result": "正在办理"},
        {"result": "移交联勤工作站"},
        {"result": ""},
        {"result": "现场调解", "mediation": "是"},
        {"result": "现场调解", "at": ""},
    ],
)
def test_what_is_young_or_still_in_hand_stays_open(take: Import, columns: dict[str, str]) -> None:
    take(line(**{**columns, "at": columns.get("at", "2026/11/16 04:03") or ago(hours=47)}))
    assert (state(), one().matter.closed_at, lines()) == ("assigned", None, ["open"])


def test_the_street_sets_how_old_history_is(take: Import) -> None:
    take(line(result="现场调解", at=ago(hours=49)))
    Parameter.objects.filter(code="incident_history_days").update(value=3)
    take(line("A2", result="现场调解", at=ago(hours=49)), line("A3", result="现场调解", at=ago(hours=73)))
    assert [state(number) for number in ("A1", "A2", "A3")] == ["closed", "assigned", "closed"]


def test_the_tray_keeps_its_rows_however_old(take: Import) -> None:
    take(line(result="现场调解", address="夜市", village="不知道"))
    assert (one().placed, state()) == ("tray", "reported")


def test_a_later_row_about_history_neither_reopens_nor_moves_it(take: Import) -> None:
    take(line(result="现场调解"))
    before = one().matter
    changed = line(result="正在办理", mediation="是", address="楼山村殿前街20号", village="楼山村")
    assert figures(take(changed)) == {"updated": 1, "total": 1}
    after = one().matter
    assert (after.state, after.outcome, after.answer, after.closed_at, after.area_id) == (
        before.state,
        before.outcome,
        before.answer,
        before.closed_at,
        before.area_id,
    )
    last = after.events.last()
    assert last is not None
    assert (last.label, last.from_state, last.to_state) == ("警情更新", "closed", "closed")
    assert after.version == after.events.count() == 3


def test_an_old_week_leaves_only_what_is_in_hand_to_do(take: Import) -> None:
    data = WEEK.read_bytes().decode("gb18030").replace("2026/11/", "2026/10/").replace("2026-11-", "2026-10-")
    assert figures(take(data=data.encode("gb18030")))["created"] == 192
    open_ones = PoliceIncident.objects.filter(matter__closed_at=None).exclude(placed="tray")
    in_hand = {"", "正在办理", "移交联勤工作站"}
    assert open_ones.count() < 192 / 2
    assert all(one.to_mediation or one.attended_result in in_hand for one in open_ones)
    ended = Matter.objects.exclude(closed_at=None)
    assert ended.count() + open_ones.count() == 191
    assert not ended.filter(police_incident__to_mediation=True).exists()
    assert not ended.filter(police_incident__attended_result__in=in_hand).exists()


def test_an_open_incident_is_due_a_day_after_it_came_in(take: Import) -> None:
    take(line(result="正在办理"))
    matter = one().matter
    assert matter.due_at is not None
    assert matter.due_at - matter.moved_at == timedelta(hours=24)


def test_callers_without_a_number_of_their_own_are_no_party() -> None:
    assert caller_index("匿名") == caller_index("110") == caller_index("") == ""
    assert caller_index("13900005776") != ""
