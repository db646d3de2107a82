"""Registers of key persons and key places."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from grids.imports import engine
from grids.imports.workflow import correct_row, receive
from grids.models import Area, DueChange, ImportBatch, Target
from shared.crypto import blind
from shared.dates import today
from tests.cast import Cast

PERSONS = "来源编号,姓名,类别,等级,村社,网格,地址,身份证号,电话,列入日期,上次走访,要看什么"
PLACES = "来源编号,名称,类别,等级,村社,网格,地址,负责人,电话,纬度,经度,列入日期"
VALID = "11010519491231002X"
Import = Callable[..., ImportBatch]


@pytest.fixture
def take(cast: Cast) -> Import:
    def run(*rows: str, kind: str = "persons", area: Area | None = None, by: str = "command") -> ImportBatch:
        data = "\n".join((PERSONS if kind == "persons" else PLACES, *rows)).encode()
        batch = receive(kind=kind, area=area or cast.street, name="x", data=data, actor=getattr(cast, by))
        return engine.run_batch(batch.pk)

    return run


def person(external_id: str = "R1", **columns: str) -> str:
    values = {
        "name": "张示例",
        "category": "独居老人",
        "colour": "黄",
        "village": "河边村",
        "grid": "第一网格",
        "address": "一区3号",
        "id": VALID,
        "phone": "139 0000 1111",
        "enrolled": "2026-01-05",
        "visited": "",
        "note": "看看",
        **columns,
    }
    return ",".join([external_id, *values.values()])


def figures(batch: ImportBatch) -> tuple[int, int, int, int]:
    return batch.created, batch.updated, batch.unchanged, batch.rejected


def reasons(batch: ImportBatch) -> dict[str, str]:
    return {e["code"]: e["reason"] for row in batch.rows.all() for e in row.errors if "reason" in e}


def test_a_person_is_enrolled_with_everything_that_follows(take: Import, cast: Cast) -> None:
    assert figures(take(person(visited="2026-11-10"))) == (1, 0, 0, 0)
    found = Target.objects.get()
    assert (found.kind, found.category, found.colour, found.grid) == (
        "person",
        "elder_alone",
        "yellow",
        cast.grid_a,
    )
    assert (found.phone, found.phone_tail, found.phone_index) == (
        "13900001111",
        "1111",
        blind("13900001111", "phone"),
    )
    assert (found.id_number, found.id_index, found.born_in) == (VALID, blind(VALID, "id"), 1949)
    assert found.initials == "zsl"
    assert (found.last_visit_on, found.due_on) == (date(2026, 11, 10), date(2026, 11, 24))
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone, id_number FROM grids_target")
        assert all(value.startswith("sm4:") for value in cursor.fetchone())
    assert figures(take(person(visited="2026-11-10"))) == (0, 0, 1, 0)


def test_without_a_visit_the_first_one_is_due_after_enrolment(take: Import) -> None:
    take(person(colour=""), person("R2", id="", name="李示例", enrolled="", colour="红"))
    first, second = Target.objects.order_by("external_id")
    assert (first.colour, first.due_on) == ("green", date(2026, 1, 5) + timedelta(days=30))
    assert (second.enrolled_on, second.due_on) == (today(), today() + timedelta(days=7))


def test_a_place(take: Import, cast: Cast) -> None:
    row = "C1,老渡口烧烤,夜宵摊,高风险,殿前村,,楼山路3号,陈示例,0576-86123456,28.372,121.402,2026-01-05"
    assert figures(take(row, kind="places")) == (1, 0, 0, 0)
    found = Target.objects.get()
    assert (found.kind, found.category, found.colour, found.grid) == (
        "place",
        "food_stall",
        "red",
        cast.grid_b,
    )
    assert (found.phone, found.latitude, found.initials) == ("057686123456", 28.372, "ldksk")
    assert figures(take(row, kind="places")) == (0, 0, 1, 0)


def test_the_grid_is_found_by_number_former_name_house_or_being_the_only_one(
    take: Import, cast: Cast
) -> None:
    take(
        person("R1", id="", grid="2"),
        person("R2", id="", grid="河边村第二网格", village=""),
        person("R3", id="", grid="", address="二区7号", village="河边"),
        person("R4", id="", grid="", village="殿前村", address=""),
        person("R5", id="", grid="", village="", address="温岭市城东街道河边村二区9号"),
    )
    grids = dict(Target.objects.values_list("external_id", "grid__name"))
    second = cast.grid_a2.name
    assert grids == {"R1": second, "R2": second, "R3": second, "R4": cast.grid_b.name, "R5": second}


def test_who_is_who(take: Import) -> None:
    """The source number decides, then the document, then name and address in the grid."""
    take(person("R1", id=""))
    assert figures(take(person("R1", id="", name="张改名"))) == (0, 1, 0, 0)
    assert figures(take(person("", id="", name="张改名"))) == (0, 0, 1, 0)
    assert figures(take(person("", id=VALID, name="张改名"))) == (0, 1, 0, 0)
    assert figures(take(person("", name="张三", address="二区8号"))) == (0, 1, 0, 0)
    assert figures(take(person("", id="护照E12345678", name="张三", address="二区8号"))) == (1, 0, 0, 0)
    refused = take(person("R9", name="张三"))
    assert figures(refused) == (0, 0, 0, 1)
    assert "来源编号 R1" in reasons(refused)["external_id"]
    assert Target.objects.count() == 2


def test_one_person_twice_in_a_file_is_one(take: Import) -> None:
    assert figures(take(person("R1"), person("R1", note="再看"))) == (1, 0, 1, 0)
    assert Target.objects.get().note == "再看"
    assert figures(take(person("R1"), person("R1", note="再看"))) == (0, 0, 2, 0)
    assert figures(take(person("", name="李四"), person("", name="李四", note="x"))) == (0, 1, 1, 0)


def test_changes_are_told_and_personal_ones_masked(take: Import) -> None:
    take(person())
    batch = take(person(phone="13900002222", note="改了", category="残疾人", grid="2"))
    told = {c["column"]: (c["old"], c["new"]) for c in batch.rows.get().errors}
    assert told == {
        "类别": ("独居老人", "残疾困难"),
        "网格": ("河边村第一网格", "河边村第二网格"),
        "电话": ("139****1111", "139****2222"),
        "要看什么": ("看看", "改了"),
    }
    found = Target.objects.get()
    assert (found.phone_tail, found.version) == ("2222", 2)
    assert batch.rows.get().subject == "张**"


def test_another_colour_counts_anew_and_is_noted(take: Import, cast: Cast) -> None:
    take(person(visited=str(today() - timedelta(days=3))))
    take(person(colour="红"))
    found = Target.objects.get()
    assert found.due_on == today() + timedelta(days=4)
    noted = DueChange.objects.get()
    assert (noted.due_on, noted.reason, noted.by) == (
        today() + timedelta(days=11),
        "recoloured",
        cast.command,
    )


def test_a_newer_visit_moves_the_due_day_and_an_older_one_nothing(take: Import) -> None:
    day = today() - timedelta(days=3)
    take(person(visited=str(day)))
    assert figures(take(person(visited=str(day - timedelta(days=9))))) == (0, 0, 1, 0)
    assert figures(take(person(visited=str(day + timedelta(days=1))))) == (0, 1, 0, 0)
    assert Target.objects.get().due_on == day + timedelta(days=15)


def test_one_who_had_left_the_register_returns_openly(take: Import) -> None:
    take(person())
    Target.objects.update(is_active=False)
    batch = take(person())
    assert figures(batch) == (0, 1, 0, 0)
    assert (batch.rows.get().errors[0]["old"], Target.objects.get().is_active) == ("已移出", True)
    assert Target.objects.get().due_on == today() + timedelta(days=14)


@pytest.mark.parametrize(
    ("columns", "code", "said"),
    [
        ({"name": ""}, "name", "缺姓名"),
        ({"category": "神仙"}, "category", "同义词"),
        ({"colour": "紫"}, "colour", "不在等级里"),
        ({"id": "110105194912310021"}, "id_number", "校验"),
        ({"id": "11010519491331002X"}, "id_number", "日期"),
        ({"id": "123"}, "id_number", "18 位，现在是 3 位"),
        ({"id": "1.10105E+17"}, "id_number", "科学计数法"),
        ({"id": "护照1"}, "id_number", "护照的号码"),
        ({"phone": "12345"}, "phone", "11 位手机号"),
        ({"phone": "13900001111/13900002222"}, "phone", "一个"),
        ({"village": "太平村"}, "village", "不是您辖区"),
        ({"grid": "九"}, "grid", "河边村有：河边村第一网格、河边村第二网格"),
        ({"grid": "", "address": ""}, "grid", "缺网格"),
        ({"enrolled": "2127-01-01"}, "enrolled_on", "年份"),
        ({"visited": "2099-01-01"}, "last_visit_on", "今天之后"),
    ],
)
def test_dirty_rows_go_back(take: Import, columns: dict[str, str], code: str, said: str) -> None:
    batch = take(person(**columns), person("R2", id="", name="李示例"))
    assert figures(batch) == (1, 0, 0, 1)
    assert said in reasons(batch)[code]


@pytest.mark.parametrize(
    "document",
    ["护照E12345678", "护照：E12345678", "台胞证 12345678", "外国人永久居留身份证911124198108030024"],
)
def test_other_documents_with_their_names(take: Import, document: str) -> None:
    assert figures(take(person(id=document))) == (1, 0, 0, 0)
    assert ":" in Target.objects.get().id_number


def test_refused_rows_hide_what_is_personal(take: Import, cast: Cast) -> None:
    batch = take(person(id="110105194912310021", phone="13900001111"))
    row = batch.rows.get()
    assert row.errors[0]["value"] == "110105********0021"
    assert not {"name", "id_number", "phone"} & set(row.values)
    assert row.personal.startswith("sm4:")
    with connection.cursor() as cursor:
        cursor.execute("SELECT values::text || errors::text || subject FROM grids_importrow")
        assert "13900001111" not in cursor.fetchone()[0]
    correct_row(batch_id=batch.pk, number=2, cells={"id_number": VALID}, actor=cast.command)
    assert Target.objects.get().phone == "13900001111"


def test_an_officer_imports_into_the_own_village_only(take: Import, cast: Cast) -> None:
    take(person("R7", village="楼山村", grid="", id=VALID))
    batch = take(
        person("R1", id="", name="甲"),
        person("R2", id="", name="乙", village="楼山村", grid=""),
        person("R7", id="", name="丙"),
        person("R8", name="丁"),
        area=cast.village,
        by="officer",
    )
    assert figures(batch) == (1, 0, 0, 3)
    assert {row.number for row in batch.rows.filter(outcome="rejected")} == {3, 4, 5}
    assert Target.objects.get(external_id="R7").grid == cast.grid_b


def test_a_chunk_costs_the_same_at_two_sizes(take: Import, count_queries: Any) -> None:
    spent = []
    take(person())
    for size in (10, 300):
        rows = [person(f"{size}-{n}", id="", name=f"张{n}", address=f"一区{size}{n}号") for n in range(size)]
        for version in (rows, [row.replace("看看", "再看").replace(",黄,", ",红,") for row in rows]):
            with count_queries() as seen:
                take(*version)
            spent.append(len(seen))
    assert spent[:2] == spent[2:]
    assert Target.objects.filter(note="再看", colour="red").count() == 310
