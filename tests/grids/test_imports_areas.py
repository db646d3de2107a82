"""Lists of villages and grids."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from grids.imports import engine
from grids.imports.area_cells import Stretch, outline, stretches
from grids.imports.workflow import receive
from grids.models import AddressRule, Area, ImportBatch
from shared.cells import Unclear
from tests.cast import Cast

HEADER = "街道,村社,类型,网格,代码,曾用名,人口,地址段,边界"
SQUARE = {"type": "Polygon", "coordinates": [[[121.4, 28.3], [121.5, 28.3], [121.5, 28.4], [121.4, 28.3]]]}
Import = Callable[..., ImportBatch]


@pytest.fixture
def take(cast: Cast) -> Import:
    def run(*rows: str, area: Area | None = None, dry_run: bool = False) -> ImportBatch:
        data = "\n".join((HEADER, *rows)).encode()
        batch = receive(
            kind="areas", area=area or cast.street, name="x", data=data, actor=cast.command, dry_run=dry_run
        )
        return engine.run_batch(batch.pk)

    return run


def figures(batch: ImportBatch) -> tuple[int, int, int, int]:
    return batch.created, batch.updated, batch.unchanged, batch.rejected


def reasons(batch: ImportBatch) -> str:
    return " ".join(error["reason"] for row in batch.rows.all() for error in row.errors if "reason" in error)


def test_a_new_village_comes_with_its_grids(take: Import, cast: Cast) -> None:
    rows = (
        "城东街道,新村,村,第一网格,,,500,新路1-50",
        ",新村,村,第二网格,,,600,新路51-99;老街",
        ",新村,村,,331081002999,老村、旧村,1100,",
    )
    assert figures(take(*rows)) == (3, 0, 0, 0)
    village = Area.objects.get(name="新村")
    assert (village.parent, village.aliases, village.population) == (cast.street, ["老村", "旧村"], 1100)
    first = Area.objects.get(name="新村第一网格")
    assert first.path == f"{cast.street.path}{village.pk}/{first.pk}/"
    rules = set(AddressRule.objects.filter(village=village).values_list("area__name", "road", "low", "high"))
    assert rules == {
        ("新村第一网格", "新路", 1, 50),
        ("新村第二网格", "新路", 51, 99),
        ("新村第二网格", "老街", 0, 99999),
    }
    assert figures(take(*rows)) == (0, 0, 3, 0)
    assert Area.objects.filter(path__startswith=village.path).count() == 3


def test_a_grid_of_an_unknown_village_makes_the_village(take: Import) -> None:
    assert figures(take(",阳光社区,,1,,,,,")) == (1, 0, 0, 0)
    village = Area.objects.get(name="阳光社区")
    assert village.level == "community"
    assert [grid.name for grid in village.children.all()] == ["阳光社区1"]


def test_a_changed_row_says_what_changed(take: Import, cast: Cast) -> None:
    batch = take(",河边村,,第1网格,,,1300,一区1-120;一区130,", ",河边,,,,老河边,,")
    assert figures(batch) == (0, 2, 0, 0)
    told = {c["column"]: (c["old"], c["new"]) for c in batch.rows.get(number=2).errors}
    assert told == {"人口": ("0", "1300"), "地址段": ("一区1-999", "一区1-120;一区130-130")}
    cast.village.refresh_from_db()
    assert cast.village.aliases == ["老河边"]
    assert AddressRule.objects.filter(area=cast.grid_a).count() == 2
    assert AddressRule.objects.filter(area=cast.grid_a2).count() == 1


def test_former_names_mean_the_village_of_today(take: Import, cast: Cast) -> None:
    assert figures(take(",殿前村,,第一网格,,,70,,")) == (0, 1, 0, 0)
    cast.grid_b.refresh_from_db()
    assert cast.grid_b.population == 70
    assert not Area.objects.filter(name="殿前村").exists()


def test_another_kind_of_village_with_the_same_short_name_is_another_village(take: Import) -> None:
    assert figures(take(",河边社区,社区,,,,,,")) == (1, 0, 0, 0)


def test_empty_cells_erase_nothing_and_former_names_only_grow(take: Import, cast: Cast) -> None:
    take(",楼山村,,,,旧楼山,900,,")
    assert figures(take(",楼山村,,,,,,,")) == (0, 0, 1, 0)
    cast.other_village.refresh_from_db()
    assert cast.other_village.aliases == ["殿前村", "殿前", "旧楼山"]


def test_a_house_belongs_to_one_grid(take: Import) -> None:
    batch = take(
        ",河边村,,第二网格,,,,一区900-1200,", ",河边村,,第三网格,,,,三区,", ",河边村,,第四网格,,,,三区5,"
    )
    assert figures(batch) == (1, 0, 0, 2)
    assert "与河边村第一网格的“一区1-999”重叠" in reasons(batch)
    assert "“三区5-5”与河边村第三网格的“三区”重叠" in reasons(batch)
    swapped = take(",河边村,,第一网格,,,,二区1-999,", ",河边村,,第二网格,,,,一区1-999,")
    assert figures(swapped) == (0, 2, 0, 0)


def test_the_outline_is_kept_as_geojson(take: Import, cast: Cast) -> None:
    quoted = json.dumps({"type": "Feature", "geometry": SQUARE}).replace('"', '""')
    take(f',河边村,,第一网格,,,,,"{quoted}"')
    cast.grid_a.refresh_from_db()
    assert cast.grid_a.outline == SQUARE


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("太平街道,河边村,,,,,,,", "只导入城东街道"),
        (",,,第一网格,,,,,", "缺村社名称"),
        (",河边村,镇,,,,,,", "村”或“社区"),
        (",河边村,,,,,很多,,", "整数"),
        (",河边村,,第一网格,,,,一区9-1,", "起止"),
        (",河边村,,,,,,,不是边界", "GeoJSON"),
    ],
)
def test_dirty_rows_go_back(take: Import, row: str, said: str) -> None:
    batch = take(row)
    assert figures(batch) == (0, 0, 0, 1)
    assert said in reasons(batch)


def test_a_dry_run_makes_no_area(take: Import) -> None:
    before = Area.objects.count()
    assert figures(take(",新村,村,第一网格,,,,新路,", dry_run=True)) == (1, 0, 0, 0)
    assert Area.objects.count() == before


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("一区1-120;九龙湖路1-80", [("一区", 1, 120), ("九龙湖路", 1, 80)]),
        ("一区１－１２０；殿前街", [("一区", 1, 120), ("殿前街", 0, 99999)]),
        ("新街36号至88号、老街5号", [("新街", 36, 88), ("老街", 5, 5)]),
    ],
)
def test_stretches(cell: str, expected: list[tuple[str, int, int]]) -> None:
    assert stretches(cell) == [Stretch(*parts) for parts in expected]


def ring(*points: str) -> str:
    return f'{{"type": "Polygon", "coordinates": [[{",".join(points)}]]}}'


@pytest.mark.parametrize(
    "cell",
    [
        "x",
        "{}",
        "[]",
        '{"type": "Point", "coordinates": [1, 2]}',
        ring("[1,2]", "[3,4]"),
        ring("[200,2]", "[3,4]", "[5,6]", "[200,2]"),
        ring('["a",2]', "[3,4]", "[5,6]", "[1,2]"),
    ],
)
def test_what_is_no_outline_is_refused(cell: str) -> None:
    with pytest.raises(Unclear, match="边界"):
        outline(cell)


def test_a_chunk_costs_the_same_at_two_sizes(take: Import, count_queries: Any) -> None:
    spent = []
    take(",河边村,,,,,,,")
    for size in (5, 60):
        rows = [f",甲{size}村,村,第{n}网格,,,{n},甲路{n}巷1-9," for n in range(1, size)]
        with count_queries() as seen:
            batch = take(*rows)
        assert figures(batch) == (size - 1, 0, 0, 0)
        spent.append(len(seen))
    assert spent[0] == spent[1]


# The command


def run(*arguments: object) -> dict[str, Any]:
    out = StringIO()
    call_command("import_grids", *map(str, arguments), stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return found


def test_a_new_town_begins_with_its_street(loaded: None, tmp_path: Path) -> None:
    file = tmp_path / "areas.csv"
    file.write_text(f"一览表,,,,,,,,\n{HEADER}\n新城街道,新村,村,第一网格,,,,,\n")
    with pytest.raises(CommandError, match="先不带 --dry-run"):
        run(file, "--dry-run")
    assert run(file)["created"] == 1
    assert list(Area.objects.order_by("path").values_list("name", flat=True)) == [
        "新城街道",
        "新村",
        "新村第一网格",
    ]
    assert run(file)["unchanged"] == 1


def test_the_kind_is_found_from_the_header(cast: Cast, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    for header, kind in (
        (HEADER, "areas"),
        ("姓名,类别,身份证号,村社,网格", "persons"),
        ("名称,类别,负责人,纬度,经度,村社,网格", "places"),
    ):
        file.write_text(f"{header}\n")
        assert ImportBatch.objects.get(pk=run(file, "--by", "command")["batch"]).kind == kind
    file.write_text("甲,乙\n")
    with pytest.raises(CommandError, match="--kind"):
        run(file)
