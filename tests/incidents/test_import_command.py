"""import_incidents: what it prints, when it fails, whom it names."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from grids.models import Area, ImportBatch
from incidents.models import PoliceIncident
from tests.cast import Cast
from tests.grids.street import build_street
from tests.incidents.exports import HEADER, NIGHT, WEEK, line, one


@pytest.fixture
def street(loaded: None) -> Area:
    """城东街道 as the files name it."""
    return build_street()


def run(*arguments: object) -> list[str]:
    out = StringIO()
    call_command("import_incidents", *map(str, arguments), stdout=out)
    return out.getvalue().splitlines()


def test_the_command_prints_refused_rows_and_one_json_line(street: Area) -> None:
    *told, last = run(WEEK)
    counts = json.loads(last)
    batch = ImportBatch.objects.get()
    expected = {"created": 192, "updated": 0, "unchanged": 1, "rejected": 3, "unplaced": 1, "total": 196}
    assert counts == {**expected, "batch": batch.pk}
    assert [text.split()[:2] for text in told] == [
        ["193", "接警单编号"],
        ["194", "报警时间"],
        ["195", "警情类别"],
    ]
    assert json.loads(run(WEEK)[-1])["unchanged"] == 193
    assert json.loads(run(NIGHT, "--dry-run")[-1])["created"] == 27
    assert PoliceIncident.objects.count() == 192


def test_the_command_says_why_it_could_not_work(street: Area, tmp_path: Path) -> None:
    broken = tmp_path / "x.xlsx"
    broken.write_bytes(b"PK\x03\x04")
    for arguments, said in (
        ((tmp_path / "none.csv",), "打不开"),
        ((broken,), "损坏"),
        ((WEEK, "--by", "nobody"), "没有账号"),
        ((WEEK, "--street", "没有的街道"), "城东街道"),
    ):
        with pytest.raises(CommandError, match=said):
            run(*arguments)
    build_street("太平街道")
    with pytest.raises(CommandError, match="--street"):
        run(WEEK)
    assert json.loads(run(WEEK, "--street", "城东街道")[-1])["created"] == 192


def test_the_command_needs_a_street(loaded: None) -> None:
    with pytest.raises(CommandError, match="还没有街道"):
        run(WEEK)


def test_the_importer_is_named_in_the_timeline(cast: Cast, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("\n".join((HEADER, line())))
    run(file, "--by", "command")
    assert one().matter.reporter == cast.command
    assert one().matter.events.get().actor == cast.command
    with pytest.raises(CommandError, match="权限"):
        run(file, "--by", "leader", "--street", "城东街道")
