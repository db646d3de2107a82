"""Pages of imports: a file in, its result, correction, who sees what."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from python_calamine import CalamineWorkbook

from accounts.models import PersonalAccess
from grids.imports import engine
from grids.imports.base import importers, vocabulary
from grids.imports.workflow import receive
from grids.models import ImportBatch, ImportRow, Target
from shared.sheets import find_table, read_tabs
from tests.cast import Cast
from tests.grids.test_imports_targets import PERSONS, VALID, person

DATA = Path(__file__).resolve().parent.parent / "data"
SignIn = Callable[..., Client]
WEEK = DATA / "police_week_2026-11-16.csv"


def upload(client: Client, data: bytes, kind: str = "incidents", name: str = "警情.csv", **more: Any) -> Any:
    return client.post("/imports/new/", {"kind": kind, "file": SimpleUploadedFile(name, data), **more})


def imported(cast: Cast, data: bytes, kind: str = "persons", by: str = "command") -> ImportBatch:
    batch = receive(kind=kind, area=cast.street, name="名册.csv", data=data, actor=getattr(cast, by))
    return engine.run_batch(batch.pk)


@pytest.fixture
def refused(cast: Cast) -> ImportBatch:
    """A register of which one row went back for its identity number."""
    wrong = person("R1", id="110105194912310021", phone="13900007777")
    rows = (PERSONS, wrong, person("R2", id="", name="李示例"))
    return imported(cast, "\n".join(rows).encode())


def test_a_file_goes_in_and_its_progress_shows(
    cast: Cast, as_user: SignIn, django_capture_on_commit_callbacks: Any
) -> None:
    client = as_user(cast.police)
    with django_capture_on_commit_callbacks(execute=False) as after:
        answer = upload(client, WEEK.read_bytes())
    batch = ImportBatch.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/imports/{batch.pk}/")
    assert (batch.by, batch.area, batch.kind, batch.dry_run) == (cast.police, cast.street, "incidents", False)
    assert len(after) == 1
    page = client.get(f"/imports/{batch.pk}/").content.decode()
    assert "正在排队" in page
    assert f'hx-get="/imports/{batch.pk}/progress/"' in page
    assert "刷新看进度" in page
    ImportBatch.objects.update(state="running", total=196, seen=100)
    part = client.get(f"/imports/{batch.pk}/progress/")
    assert "100/196" in part.content.decode()
    assert "HX-Refresh" not in part.headers
    ImportBatch.objects.update(state="waiting", seen=0)
    engine.run_batch(batch.pk)
    assert client.get(f"/imports/{batch.pk}/progress/")["HX-Refresh"] == "true"
    page = client.get(f"/imports/{batch.pk}/").content.decode()
    assert "刷新看进度" not in page


def test_each_number_opens_its_rows(cast: Cast, as_user: SignIn) -> None:
    batch = imported(cast, WEEK.read_bytes(), kind="incidents")
    client = as_user(cast.command)
    page = client.get(f"/imports/{batch.pk}/").content.decode()
    for name in ("created", "updated", "unchanged", "rejected", "unplaced"):
        assert f'href="?show={name}"' in page
    assert "星际走私" in page
    counted = {}
    for name in ("created", "updated", "unchanged", "rejected", "unplaced"):
        address, rows = f"/imports/{batch.pk}/?show={name}", 0
        while address:
            body = client.get(address).content.decode()
            rows += body.count("<tr>") - body.count("<thead>")
            after = body.split('rel="next" href="')[1:]
            address = f"/imports/{batch.pk}/" + after[0].split('"')[0].replace("&amp;", "&") if after else ""
        counted[name] = rows
    stored = {name: getattr(batch, name) for name in counted}
    assert counted == stored
    assert client.get(f"/imports/{batch.pk}/?show=nothing").status_code == 404


def test_with_htmx_the_form_leads_on_by_header_and_shows_errors(cast: Cast, as_user: SignIn) -> None:
    client = as_user(cast.command)
    sent = {"kind": "places", "file": SimpleUploadedFile("x.csv", b"a")}
    answer = client.post("/imports/new/", sent, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer["HX-Redirect"].startswith("/imports/")
    answer = client.post("/imports/new/", {"kind": "places"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "请选择要导入的文件" in answer.content.decode()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "请选择要导入的文件"),
        ({"file": b""}, "文件是空的"),
        ({"file": b"x" * (20 * 1024 * 1024 + 1)}, "超过 20 MB"),
        ({"file": b"x", "kind": "nothing"}, "导入什么</a>"),
    ],
)
def test_a_form_that_cannot_be_taken_says_why(
    cast: Cast, as_user: SignIn, sent: dict[str, Any], said: str
) -> None:
    given = {"kind": "places", **sent}
    if "file" in given:
        given["file"] = SimpleUploadedFile("x.csv", given["file"])
    answer = as_user(cast.command).post("/imports/new/", given)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not ImportBatch.objects.exists()


def test_a_file_that_is_no_sheet_ends_on_a_page_that_says_what_to_do(cast: Cast, as_user: SignIn) -> None:
    batch = imported(cast, b"%PDF-1.4")
    page = as_user(cast.command).get(f"/imports/{batch.pk}/").content.decode()
    assert "没有导入" in page
    assert "PDF" in page
    assert "重新选择文件" in page


# Who may


def test_each_kind_needs_its_right(cast: Cast, as_user: SignIn) -> None:
    offered = {
        "command": {"incidents", "areas", "persons", "places", "registration"},
        "police": {"incidents"},
        "officer": {"persons", "places", "registration"},
        "administrator": {"areas"},
    }
    for name, kinds in offered.items():
        page = as_user(getattr(cast, name)).get("/imports/new/").content.decode()
        assert {importer.code for importer in importers() if f'value="{importer.code}"' in page} == kinds
    assert upload(as_user(cast.officer), WEEK.read_bytes()).status_code == 400
    assert as_user(cast.officer).get("/imports/template/incidents.xlsx").status_code == 404
    assert as_user(cast.worker).get("/imports/").status_code == 403
    assert not ImportBatch.objects.exists()


def test_an_officer_sees_and_imports_the_own_village_only(
    cast: Cast, as_user: SignIn, refused: ImportBatch
) -> None:
    client = as_user(cast.officer)
    assert client.get(f"/imports/{refused.pk}/").status_code == 404
    upload(client, f"{PERSONS}\n{person('R5', id='')}".encode(), kind="persons")
    batch = ImportBatch.objects.get(by=cast.officer)
    assert batch.area == cast.village
    assert client.get(f"/imports/{batch.pk}/").status_code == 200
    listed = client.get("/imports/").content.decode()
    assert f"/imports/{batch.pk}/" in listed
    assert f"/imports/{refused.pk}/" not in listed


def test_another_street_or_kind_is_not_there(cast: Cast, as_user: SignIn, refused: ImportBatch) -> None:
    for name in ("far_command", "police", "administrator"):
        client = as_user(getattr(cast, name))
        for path in ("", "progress/", "refused/", "rows/2/"):
            assert client.get(f"/imports/{refused.pk}/{path}").status_code == 404
        assert client.post(f"/imports/{refused.pk}/rows/2/", {"id_number": VALID}).status_code == 404
        assert client.post(f"/imports/{refused.pk}/rows/2/drop/").status_code == 404
    assert ImportRow.objects.get(number=2).outcome == "rejected"


# Refused rows


def test_a_row_is_corrected_on_the_page_without_showing_what_is_personal(
    cast: Cast, as_user: SignIn, refused: ImportBatch
) -> None:
    client, address = as_user(cast.command), f"/imports/{refused.pk}/rows/2/"
    page = client.get(address).content.decode()
    assert "身份证号码不对" in page
    assert "110105********0021" in page
    assert "13900007777" not in page
    assert "张示例" not in page
    kept = {"category": "独居老人", "village": "河边村", "grid": "第一网格", "external_id": "R1"}
    answer = client.post(address, {**kept, "id_number": "123"})
    assert answer.status_code == 400
    assert "18 位" in answer.content.decode()
    answer = client.post(address, {**kept, "id_number": VALID, "phone": "-"})
    assert answer.status_code == 302
    found = Target.objects.get(external_id="R1")
    assert (found.name, found.id_number, found.phone) == ("张示例", VALID, "")
    refused.refresh_from_db()
    assert (refused.created, refused.rejected) == (2, 0)
    assert client.get(address).status_code == 404
    page = client.get(f"/imports/{refused.pk}/?show=handled").content.decode()
    assert "已更正" in page
    assert cast.command.name in page


def test_a_row_that_needs_nothing_is_dropped_with_who_and_when(
    cast: Cast, as_user: SignIn, refused: ImportBatch
) -> None:
    client, address = as_user(cast.command), f"/imports/{refused.pk}/rows/2/drop/"
    assert client.get(address).status_code == 405
    assert client.post(address).status_code == 302
    assert client.post(address).status_code == 302
    row = ImportRow.objects.get(number=2)
    assert (row.outcome, row.resolved_by, row.personal) == ("dropped", cast.command, "")
    assert row.resolved_at is not None
    page = client.get(f"/imports/{refused.pk}/").content.decode()
    assert "全部导入" in page


def test_a_dry_run_has_nothing_to_correct(cast: Cast, as_user: SignIn) -> None:
    data = f"{PERSONS}\n{person(category='x')}".encode()
    batch = receive(kind="persons", area=cast.street, name="x", data=data, actor=cast.command, dry_run=True)
    engine.run_batch(batch.pk)
    client = as_user(cast.command)
    page = client.get(f"/imports/{batch.pk}/").content.decode()
    assert "什么都没有写入" in page
    assert "/rows/2/" not in page
    answer = client.post(
        f"/imports/{batch.pk}/rows/2/", {"category": "独居老人", "village": "河边村", "grid": "1"}
    )
    assert answer.status_code == 409
    assert not Target.objects.exists()


def test_refused_rows_are_taken_out_against_a_logged_reason(
    cast: Cast, as_user: SignIn, refused: ImportBatch
) -> None:
    client, address = as_user(cast.command), f"/imports/{refused.pk}/refused/"
    for reason in ("", "要"):
        assert client.post(address, {"reason": reason}).status_code == 400
    assert not PersonalAccess.objects.exists()
    answer = client.post(address, {"reason": "在原表改正后重新上传"})
    data = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert sheet[0][-2:] == ["原表行号", "退回原因"]
    assert sheet[0][:3] == ["来源编号", "姓名", "类别"]
    assert sheet[1][1] == "张示例"
    assert "110105194912310021" in sheet[1]
    assert "身份证号" in str(sheet[1][-1])
    assert cast.command.name in str(sheet[-1][0])
    log = PersonalAccess.objects.get()
    assert (log.user, log.subject_id, log.reason) == (cast.command, refused.pk, "在原表改正后重新上传")
    fixed = imported(cast, data)
    assert (fixed.total, fixed.rejected) == (1, 1)


def test_formulas_in_refused_rows_are_text(cast: Cast, as_user: SignIn) -> None:
    batch = imported(cast, f"{PERSONS}\n{person(name='=1+1', category='=cmd')}".encode())
    answer = as_user(cast.command).post(f"/imports/{batch.pk}/refused/", {"reason": "核对一下"})
    data = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    xml = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in xml
    row = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()[1]
    assert "=1+1" in row


# Templates and lists


@pytest.mark.parametrize("kind", ["incidents", "areas", "persons", "places"])
def test_a_template_is_what_the_importer_reads(cast: Cast, as_user: SignIn, kind: str) -> None:
    answer = as_user(cast.command).get(f"/imports/template/{kind}.xlsx")
    data = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    importer = next(known for known in importers() if known.code == kind)
    table = find_table(read_tabs(data), vocabulary(importer))
    assert table.tab.name == importer.label
    assert set(table.headers) == set(vocabulary(importer).labels)
    assert list(table.rows()) == []
    batch = imported(cast, data, kind=kind)
    assert (batch.state, batch.total) == ("done", 0)


@pytest.mark.parametrize("kind", ["incidents", "areas", "persons", "places"])
def test_the_example_row_of_a_template_would_be_taken_in(cast: Cast, kind: str) -> None:
    importer = next(known for known in importers() if known.code == kind)
    labels = vocabulary(importer).labels
    cells = [importer.example.get(code, "") for code in labels]
    batch = imported(cast, ("\n".join((",".join(labels.values()), ",".join(cells)))).encode(), kind=kind)
    assert (batch.rejected, batch.created + batch.updated) == (0, 1)


def test_the_list_costs_the_same_however_long(cast: Cast, as_user: SignIn, count_queries: Any) -> None:
    client = as_user(cast.command)
    spent = []
    for _ in range(2):
        ImportBatch.objects.bulk_create(
            ImportBatch(kind="places", area=cast.street, name="x", digest="x", state="done", by=cast.command)
            for _ in range(20)
        )
        client.get("/imports/")
        with count_queries() as seen:
            assert client.get("/imports/").status_code == 200
        spent.append(len(seen))
    assert spent[0] == spent[1]
