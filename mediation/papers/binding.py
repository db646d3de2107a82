"""The whole file as one PDF: cover, contents with page numbers, the papers and a note on the file, a
number on every page, back cover."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pypdf import PdfReader, PdfWriter

from mediation.models import Dispute, Paper, Scan, ScanWithdrawal
from mediation.papers import assembly
from mediation.papers.content import Content, FileText
from mediation.papers.rendering import TEMPLATES, render
from mediation.papers.required import missing
from mediation.papers.slots import Slot
from shared.crypto import Unreadable
from shared.dates import local
from shared.errors import Conflict
from shared.typesetting import typeset


@dataclass(frozen=True)
class Bound:
    """The bound file: `sheets` papers on `pages` numbered pages (cover, contents and back have no number)."""

    pdf: bytes
    sheets: int
    pages: int


@dataclass(frozen=True)
class Leaf:
    """What is bound in one place: the signed copies where there are any, else the newest version."""

    name: str
    on: str
    note: str
    pdf: bytes


def page_count(pdf: bytes) -> int:
    """How many pages."""
    return len(PdfReader(io.BytesIO(pdf), strict=False).pages)


def leaves_of(slots: Sequence[Slot]) -> list[Leaf]:
    """The file's contents in their order."""
    found: list[Leaf] = []
    for slot in slots:
        on = assembly.day(slot.on)
        if slot.scans:
            for scan in slot.scans if slot.kind.many else slot.scans[-1:]:
                name = scan.title if slot.kind.many else slot.title
                found.append(Leaf(name, on, "签字扫描件" if slot.kind.made else "", _bytes(scan, name)))
        elif slot.issued:
            version = f"第{slot.issued.version}版" if slot.issued.version > 1 else ""
            found.append(Leaf(slot.title, on, version, _bytes(slot.issued, slot.title)))
    return found


def _bytes(kept: Paper | Scan, name: str) -> bytes:
    """A kept file. Raises Conflict that names it where it is gone or was changed: no file is bound around a
    gap."""
    try:
        return kept.read()
    except (FileNotFoundError, Unreadable) as error:
        raise Conflict(f"“{name}”的文件丢失或被改动，不能装订。请联系管理员从备份恢复。") from error


def bind(dispute: Dispute, slots: Sequence[Slot], *, filer: str, on: date) -> Bound:
    """Bind what the file holds. Page numbers are known only after everything is laid out, so contents and
    stamps are set last."""
    agreement = next((slot.agreement for slot in slots if slot.agreement), None)
    file = assembly.file_text(dispute, agreement)
    body = PdfWriter()
    entries: list[dict[str, str]] = []
    sizes: list[list[float]] = []
    leaves = leaves_of(slots)
    leaves.append(_about(file, dispute, leaves, filer, assembly.day(on)))
    for leaf in leaves:
        pages = PdfReader(io.BytesIO(leaf.pdf), strict=False).pages
        entries.append(
            {"name": leaf.name, "on": leaf.on, "page": _span(len(sizes) + 1, len(pages)), "note": leaf.note}
        )
        for page in pages:
            box = page.cropbox
            turned = page.rotation % 180 != 0
            width, height = float(box.width), float(box.height)
            sizes.append([height, width, len(sizes) + 1] if turned else [width, height, len(sizes) + 1])
            body.add_page(page)
    cover = {
        "on": assembly.day(on),
        "filer": filer,
        "sheets": str(len(entries)),
        "pages": str(len(sizes)),
        "note": "",
    }
    fronts = [
        render(Content("cover", file, cover, 1)),
        render(Content("contents", file, {"entries": entries}, 1)),
    ]
    back = render(Content("back", file, {}, 1))
    return Bound(_assembled(fronts, body, sizes, entries, back), len(entries), len(sizes))


def _about(file: FileText, dispute: Dispute, leaves: Sequence[Leaf], filer: str, on: str) -> Leaf:
    """卷宗情况说明: how much there is, what is signed, what was taken out, what the file still lacks."""
    signed = sum(leaf.note == "签字扫描件" for leaf in leaves)
    lines = [f"其中签字扫描件{signed}件。"] if signed else []
    for row in ScanWithdrawal.objects.filter(scan__dispute=dispute).select_related("scan").order_by("at"):
        lines.append(f"{assembly.day(local(row.at).date())}撤下扫描件“{row.scan.title}”：{row.why}")
    for event in dispute.matter.events.filter(action="reopen").order_by("id"):
        lines.append(
            f"{assembly.day(local(event.at).date())}重新调解，此前的协议和文书仍留本卷：{event.note}"
        )
    if lacks := missing(dispute):
        lines.append(f"装订时尚缺：{'、'.join(lacks)}。")
    before = sum(page_count(leaf.pdf) for leaf in leaves)
    pdf, count = b"", 1
    while not pdf or page_count(pdf) > count:
        count = page_count(pdf) if pdf else 1
        told = {"sheets": str(len(leaves) + 1), "pages": str(before + count), "lines": lines}
        pdf = render(Content("about", file, {**told, "filer": filer, "on": on}, 1))
    return Leaf("卷宗情况说明", on, "", pdf)


def _span(first: int, count: int) -> str:
    return str(first) if count == 1 else f"{first}—{first + count - 1}"


def _assembled(
    fronts: list[bytes],
    body: PdfWriter,
    sizes: list[list[float]],
    entries: list[dict[str, str]],
    back: bytes,
) -> bytes:
    whole = PdfWriter()
    for front in fronts:
        for page in PdfReader(io.BytesIO(front)).pages:
            whole.add_page(page)
    whole.add_outline_item(title="封面", page_number=0)
    whole.add_outline_item(title="卷内目录", page_number=1)
    before = len(whole.pages)
    stamps = PdfReader(io.BytesIO(typeset(TEMPLATES / "stamps.typ", {"pages": sizes}))).pages
    for page, stamp in zip(body.pages, stamps, strict=True):
        page.transfer_rotation_to_content()
        for key in ("/Annots", "/AA"):
            page.pop(key, None)
        page.merge_translated_page(stamp, float(page.cropbox.left), float(page.cropbox.bottom))
        whole.add_page(page)
    for page in PdfReader(io.BytesIO(back)).pages:
        whole.add_page(page)
    for entry in entries:
        first = int(entry["page"].split("—")[0])
        whole.add_outline_item(title=entry["name"], page_number=before + first - 1)
    whole.add_metadata({"/Producer": "chengdong", "/Title": "调解卷宗"})
    out = io.BytesIO()
    whole.write(out)
    return out.getvalue()
