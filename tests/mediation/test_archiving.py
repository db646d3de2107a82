"""The file as a whole: what it lacks is named, what comes in is looked at, what is bound has numbers."""

import io
import zlib
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from grids.models import Parameter
from mediation.models import Confirmation, Dispute, Record, Scan
from mediation.papers import workflow
from mediation.papers.binding import bind
from mediation.papers.required import missing
from mediation.papers.slots import slots_of
from shared.errors import Conflict, InvalidInput
from shared.jinja import date_text
from tests.cast import Cast
from tests.mediation.files import NUMBER, accepted, complete, confirmed, mediated, photo, scan, settled
from tests.mediation.test_typesetting import pages_of

JOINED = "、".join


def test_a_written_success_lacks_each_paper_by_its_name(cast: Cast) -> None:
    case = settled(cast)
    assert missing(case) == [
        "人民调解申请书",
        "人民调解受理登记表",
        "人民调解当事人权利义务告知书",
        f"人民调解调查记录（{date_text(date(2026, 11, 12))}）",
        "人民调解记录（第1次）",
        "人民调解协议书",
        "人民调解协议履行情况记录",
        "人民调解回访记录（7天）",
        "人民调解回访记录（30天）",
    ]
    complete(case, cast)
    assert missing(case) == []


def test_the_agreement_must_come_back_signed(cast: Cast) -> None:
    case = settled(cast)
    for slot in slots_of(case):
        if slot.kind.made:
            workflow.issue(dispute=case, code=slot.code, subject=slot.subject, actor=cast.mediator)
    assert missing(case) == ["人民调解协议书签字扫描件"]


def test_what_is_asked_hangs_on_the_case(cast: Cast) -> None:
    oral = settled(cast, form="oral", source="grid")
    assert "人民调解口头协议登记表" in missing(oral)
    assert "人民调解申请书" not in missing(oral)
    unpaid = settled(cast, paid=False, case_no="(2026)城东人调字第002号")
    assert "人民调解协议履行情况记录（还没有登记履行）" in missing(unpaid)
    court = settled(cast, case_no="(2026)城东人调字第003号")
    confirmed(court, cast)
    assert {"司法确认申请书", "法院司法确认裁定书（扫描件）"} <= set(missing(court))
    waiting = settled(cast, case_no="(2026)城东人调字第005号")
    asked = confirmed(waiting, cast)
    Confirmation.objects.filter(pk=asked.pk).update(result="", decided_on=None)
    complete(waiting, cast)
    assert missing(waiting) == ["法院对司法确认申请的裁定（还没有登记）"]


def test_a_failure_asks_for_its_notice_and_no_agreement(cast: Cast) -> None:
    case = mediated(cast, result="failure", concluded_on=date(2026, 11, 25), source="police")
    assert missing(case) == [
        "人民调解受理登记表",
        "人民调解当事人权利义务告知书",
        f"人民调解调查记录（{date_text(date(2026, 11, 12))}）",
        "人民调解记录（第1次）",
        "人民调解终止告知书",
    ]
    complete(case, cast)
    assert missing(case) == []


def test_without_a_record_of_mediation_nothing_is_archived(cast: Cast) -> None:
    case = accepted(cast, result="failure", concluded_on=date(2026, 11, 25))
    assert "人民调解记录" in missing(case)
    assert missing(accepted(cast, case_no="(2026)城东人调字第004号"))[0] == "调解结果（调解还没有结束）"


def test_the_whole_file_has_numbers_on_its_pages_and_in_its_contents(cast: Cast) -> None:
    case = settled(cast)
    complete(case, cast)
    workflow.attach(dispute=case, code="evidence", files=[scan(3)], title="维修发票", actor=cast.mediator)
    held = [slot for slot in slots_of(case) if slot.held]
    bound = bind(case, held, filer="李示例", on=date(2027, 1, 6))
    pages = pages_of(bound.pdf)
    assert "调解卷宗" in pages[0]
    assert f"本卷共{bound.sheets}件{bound.pages}页" in pages[0]
    assert len(pages) == bound.pages + 3
    for number, text in enumerate(pages[2:-1], start=1):
        assert text.endswith(str(number)), number
    assert f"卷宗情况说明2027年1月6日{bound.pages}" in pages[1]
    assert f"本卷共{bound.sheets}件{bound.pages}页。其中签字扫描件1件。" in pages[-2]
    outline: Any = PdfReader(io.BytesIO(bound.pdf)).outline
    assert [entry["/Title"] for entry in outline][:2] == ["封面", "卷内目录"]
    reader = PdfReader(io.BytesIO(bound.pdf))
    for entry in outline[2:]:
        first = reader.get_destination_page_number(entry) or 0
        assert f"{entry['/Title']}" in pages[1] or entry["/Title"].startswith("人民调解")
        if entry["/Title"] == "维修发票":
            assert f"维修发票{first - 1}—{first + 1}" in pages[1]
        elif "签字" not in entry["/Title"] and entry["/Title"] != "人民调解协议书":
            assert entry["/Title"].split("（")[0].replace("履行凭证", "收条") in pages[first]


def test_the_signed_copy_is_bound_instead_of_the_print(cast: Cast) -> None:
    case = settled(cast)
    complete(case, cast)
    bound = bind(case, [s for s in slots_of(case) if s.held], filer="", on=date(2027, 1, 6))
    assert "签字扫描件" in pages_of(bound.pdf)[1]
    assert "本协议一式四份" not in "".join(pages_of(bound.pdf))


def test_turned_and_oddly_sized_pages_are_bound_and_numbered(cast: Cast) -> None:
    writer = PdfWriter()
    writer.add_blank_page(842, 595)
    page = writer.add_blank_page(300, 500)
    page[NameObject("/Rotate")] = NumberObject(90)
    out = io.BytesIO()
    writer.write(out)
    case = settled(cast)
    odd = SimpleUploadedFile("横向.pdf", out.getvalue(), "application/pdf")
    workflow.attach(dispute=case, code="evidence", files=[odd], actor=cast.mediator)
    bound = bind(case, [s for s in slots_of(case) if s.held], filer="", on=date(2027, 1, 6))
    assert [text[-1] for text in pages_of(bound.pdf)[2:-1]] == ["1", "2", "3"]


def test_archived_the_whole_file_is_kept(cast: Cast) -> None:
    case = settled(cast)
    complete(case, cast)
    archive = workflow.freeze(dispute=case, actor=cast.mediator)
    assert archive.pages == len(PdfReader(io.BytesIO(archive.read())).pages)
    assert workflow.freeze(dispute=case, actor=cast.mediator).version == 2


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"MZ\x90\x00 a program", "不是 PDF"),
        (b"", "不是 PDF"),
        (b"%PDF-1.7\nnothing of the sort", "已损坏"),
        (b"\xff\xd8\xff\xe0 no picture", "不是可用的照片"),
        (b"<html>%PDF-1.4</html>", "不是 PDF"),
    ],
)
def test_fake_files_are_refused_whatever_their_name(cast: Cast, content: bytes, told: str) -> None:
    fake = SimpleUploadedFile("协议书.pdf", content, "application/pdf")
    with pytest.raises(InvalidInput, match=told) as refused:
        workflow.attach(dispute=accepted(cast), code="evidence", files=[fake], actor=cast.mediator)
    assert refused.value.field == "scan"
    assert not Scan.objects.exists()


def test_a_scan_is_called_by_signs_that_can_be_printed(cast: Cast) -> None:
    case = accepted(cast)
    with pytest.raises(InvalidInput, match="印不出的字：𠮷") as refused:
        workflow.attach(
            dispute=case, code="evidence", files=[scan()], title="张𠮷的发票", actor=cast.mediator
        )
    assert refused.value.field == "title"
    workflow.attach(dispute=case, code="evidence", files=[scan()], title="😀发票", actor=cast.mediator)
    bound = bind(case, [s for s in slots_of(case) if s.held], filer="", on=date(2027, 1, 6))
    assert "〔表情〕发票" in pages_of(bound.pdf)[1]


def written(change: Callable[[PdfWriter], object]) -> SimpleUploadedFile:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return SimpleUploadedFile("扫描.pdf", out.getvalue(), "application/pdf")


SCRIPT = DictionaryObject(
    {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
)


def runs_a_script(writer: PdfWriter) -> None:
    writer.root_object[NameObject("/OpenAction")] = SCRIPT


def runs_on_click(writer: PdfWriter) -> None:
    note = DictionaryObject({NameObject("/Subtype"): NameObject("/Link"), NameObject("/A"): SCRIPT})
    writer.pages[0][NameObject("/Annots")] = ArrayObject([note])


def content(data: bytes, packed: str = "") -> Callable[[PdfWriter], object]:
    """Give the page this content."""

    def change(writer: PdfWriter) -> None:
        stream = StreamObject()
        stream.set_data(data)
        if packed:
            stream[NameObject("/Filter")] = NameObject(packed)
        writer.pages[0][NameObject("/Contents")] = writer._add_object(stream)

    return change


@pytest.mark.parametrize(
    "change",
    [
        content(b"q BT (never closed"),
        content(b"BI /W 10 /H 10 ID abc"),
        content(b"x", "/Unknown"),
        content(zlib.compress(bytes(200_000_000), 9), "/FlateDecode"),
        lambda w: w.pages[0].__setitem__(NameObject("/Rotate"), NameObject("/round")),
    ],
)
def test_a_page_that_cannot_be_bound_is_refused_when_it_comes(cast: Cast, change: Any) -> None:
    """Not months later, by an archive that fails."""
    with pytest.raises(InvalidInput, match="已损坏"):
        workflow.attach(dispute=accepted(cast), code="evidence", files=[written(change)], actor=cast.mediator)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (runs_a_script, "脚本"),
        (runs_on_click, "脚本"),
        (lambda w: w.add_attachment("x.exe", b"MZ"), "附件"),
        (lambda w: w.encrypt("secret", algorithm="AES-256"), "密码"),
    ],
)
def test_a_pdf_that_is_more_than_pages_is_refused(cast: Cast, change: Any, told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        workflow.attach(dispute=accepted(cast), code="evidence", files=[written(change)], actor=cast.mediator)


def test_limits_are_parameters(cast: Cast) -> None:
    case = accepted(cast)
    Parameter.objects.filter(code="scan_max_pages").update(value=5)
    with pytest.raises(InvalidInput, match="超过 5 页"):
        workflow.attach(dispute=case, code="evidence", files=[scan(3), scan(3)], actor=cast.mediator)
    Parameter.objects.filter(code="scan_max_mb").update(value=0)
    with pytest.raises(InvalidInput, match="超过 0 MB"):
        workflow.attach(dispute=case, code="evidence", files=[scan(1)], actor=cast.mediator)


def test_photos_of_pages_become_one_pdf_in_their_order(cast: Cast) -> None:
    files = [photo("red"), photo("blue", (800, 600)), photo("green", kind="PNG")]
    kept, created = workflow.attach(dispute=accepted(cast), code="identity", files=files, actor=cast.mediator)
    sizes = [
        (round(p.mediabox.width / 10), round(p.mediabox.height / 10))
        for p in PdfReader(io.BytesIO(kept.read())).pages
    ]
    assert created
    assert (kept.pages, sizes) == (3, [(60, 84), (84, 60), (60, 84)])


def test_the_same_scan_twice_is_one_and_a_withdrawn_one_stays_out(cast: Cast) -> None:
    case = accepted(cast)
    first, _ = workflow.attach(dispute=case, code="evidence", files=[scan()], actor=cast.mediator)
    again, created = workflow.attach(dispute=case, code="evidence", files=[scan()], actor=cast.mediator)
    assert (again.pk, created) == (first.pk, False)
    with pytest.raises(InvalidInput, match="4 个字"):
        workflow.withdraw(scan=first, why="错", actor=cast.mediator)
    workflow.withdraw(scan=first, why="传错了案件", actor=cast.mediator)
    assert not [slot for slot in slots_of(case) if slot.scans]
    with pytest.raises(Conflict, match="已经撤下"):
        workflow.withdraw(scan=first, why="传错了案件", actor=cast.mediator)
    with pytest.raises(Conflict, match="重新扫描"):
        workflow.attach(dispute=case, code="evidence", files=[scan()], actor=cast.mediator)


def test_two_hundred_scanned_pages_are_taken_in_and_bound(cast: Cast) -> None:
    case = settled(cast)
    kept, _ = workflow.attach(dispute=case, code="evidence", files=[scan(200)], actor=cast.mediator)
    bound = bind(case, [s for s in slots_of(case) if s.held], filer="", on=date(2027, 1, 6))
    assert (kept.pages, bound.pages) == (200, 201)
    assert pages_of(bound.pdf)[-3] == "200"


def test_a_correcting_record_is_bound_beside_the_first(cast: Cast) -> None:
    case = mediated(cast)
    first = Record.objects.get(dispute=case)
    Record.objects.create(
        dispute=case,
        kind="investigation",
        at=first.at,
        text="更正：是本月。",
        by=cast.mediator,
        corrects=first,
    )
    assert len([slot for slot in slots_of(case) if slot.code == "investigation"]) == 2


def test_a_former_agreements_papers_stay_in_the_file(cast: Cast) -> None:
    case = settled(cast)
    complete(case, cast)
    case.agreements.update(is_current=False)
    Dispute.objects.filter(pk=case.pk).update(result="", concluded_on=None)
    kept = {slot.code: slot for slot in slots_of(Dispute.objects.get(pk=case.pk)) if slot.note == "原协议"}
    assert {"agreement", "performance", "followup"} <= set(kept)
    assert NUMBER in pages_of(kept["agreement"].papers[0].read())[0]


def test_nothing_is_bound_around_a_gap(cast: Cast) -> None:
    case = settled(cast)
    kept, _ = workflow.attach(
        dispute=case, code="evidence", files=[scan()], title="发票", actor=cast.mediator
    )
    kept.file.storage.delete(kept.file.name)
    held = [slot for slot in slots_of(case) if slot.held]
    with pytest.raises(Conflict, match="“发票”的文件丢失"):
        bind(case, held, filer="", on=date(2027, 1, 6))
