"""Scans as they come in: looked at by content, never by name; photos become pages; what is no paper is
refused."""

import hashlib
import io
from collections.abc import Sequence
from typing import Any, Protocol

from PIL import Image, ImageOps, UnidentifiedImageError
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import DictionaryObject

from grids.queries import parameters
from shared.errors import InvalidInput

MB = 1024 * 1024
FORMATS = ("JPEG", "PNG")
MOST_PIXELS = 80_000_000
LONGEST_SIDE = 2400
A4_INCHES = (8.27, 11.69)
POINTS = 72
"""To the inch."""
UNREADABLE = (
    PyPdfError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RecursionError,
    NotImplementedError,
)
"""What the reader raises on a damaged file, and on one that is packed in a way that it does not know."""
ACTIONS = {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR"}


class Upload(Protocol):
    """What a form or a request gives for a file."""

    name: str | None
    size: int | None

    def read(self) -> bytes:
        """All bytes."""


def taken_in(files: Sequence[Upload]) -> tuple[bytes, str]:
    """One PDF of all files in their order, and the digest of what was sent.

    Sizes are looked at before anything is read, pages before anything is kept (Parameters `scan_max_mb`,
    `scan_max_pages` [D]). Raises InvalidInput (field `scan`).
    """
    if not files:
        raise InvalidInput("请选择扫描件：PDF，或 JPG、PNG 照片。", field="scan")
    limits = parameters("scan_max_mb", "scan_max_pages")
    if sum(file.size or 0 for file in files) > limits["scan_max_mb"] * MB:
        raise _refused(
            f"文件超过 {limits['scan_max_mb']} MB。请用 200dpi 黑白或灰度重新扫描，或分成几份上传。"
        )
    sent = hashlib.sha256()
    parts: list[bytes] = []
    pages = 0
    for file in files:
        raw = file.read()
        sent.update(hashlib.sha256(raw).digest())
        part, count = _as_pdf(raw, file.name or "文件")
        parts.append(part)
        pages += count
        if pages > limits["scan_max_pages"]:
            raise _refused(f"超过 {limits['scan_max_pages']} 页，请分成几份上传。")
    return parts[0] if len(parts) == 1 else _joined(parts), sent.hexdigest()


def _refused(message: str) -> InvalidInput:
    return InvalidInput(message, field="scan")


def _as_pdf(raw: bytes, name: str) -> tuple[bytes, int]:
    if raw.startswith(b"%PDF-"):
        return raw, _checked(raw, name)
    if raw.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return _page_of(raw, name), 1
    raise _refused(f"“{name}”不是 PDF 或 JPG、PNG 照片，打不开。请重新扫描后上传。")


def _checked(raw: bytes, name: str) -> int:
    """How many pages. Raises InvalidInput for a PDF that is damaged, locked or does more than show pages."""
    try:
        reader = PdfReader(io.BytesIO(raw), strict=False)
        if reader.is_encrypted:
            raise _refused(f"“{name}”有打开密码，请去掉密码后再上传。")
        if _acts(reader):
            raise _refused(f"“{name}”里有脚本或附件，不是扫描件，不能收入卷宗。请打印后重新扫描。")
        sizes = [_size(page) for page in reader.pages]
    except UNREADABLE as error:
        raise _refused(f"“{name}”已损坏，打不开。请重新扫描后上传。") from error
    if not sizes or any(width <= 0 or height <= 0 for width, height in sizes):
        raise _refused(f"“{name}”里没有页面，请核对后重新上传。")
    return len(sizes)


def _size(page: PageObject) -> tuple[float, float]:
    """Width and height of a page whose content was read to its end: what the binder cannot read would keep
    the whole file from being archived later.
    """
    contents = page.get_contents()
    if contents is not None:
        contents.operations  # noqa: B018 -- reading is the check
    if page.rotation % 90:
        raise ValueError("A page is turned by right angles.")
    return page.mediabox.width, page.mediabox.height


def _acts(reader: PdfReader) -> bool:
    """Whether the document does more than show its pages: scripts, attachments, programs, forms that send."""
    root = reader.root_object
    names, opening = _inside(root, "/Names"), _inside(root, "/OpenAction")
    if (
        {"/JavaScript", "/EmbeddedFiles"} & set(names)
        or "/AA" in root
        or "/XFA" in _inside(root, "/AcroForm")
    ):
        return True
    if _does(opening):
        return True
    return any("/AA" in page or any(map(_on_click, page.annotations or ())) for page in reader.pages)


def _inside(holder: Any, key: str) -> Any:
    value = holder.get(key)
    found = value.get_object() if value is not None else None
    return found if isinstance(found, DictionaryObject) else DictionaryObject()


def _does(action: Any) -> bool:
    return action.get("/S") in ACTIONS


def _on_click(annotation: Any) -> bool:
    note = annotation.get_object()
    return "/AA" in note or _does(_inside(note, "/A"))


def _page_of(raw: bytes, name: str) -> bytes:
    """A photo as one A4 page: upright, without EXIF. No pixel is copied that need not be: two hundred photos
    come in one request.
    """
    try:
        with Image.open(io.BytesIO(raw), formats=FORMATS) as picture:
            # The size stands in the header: a bomb is refused before a pixel of it is unpacked.
            if picture.width * picture.height > MOST_PIXELS:
                raise Image.DecompressionBombError(f"{picture.width}×{picture.height}")
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            ImageOps.exif_transpose(picture, in_place=True)
            upright: Image.Image = picture if picture.mode in {"RGB", "L"} else picture.convert("RGB")
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            upright.info.clear()
            return _on_a4(upright)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise _refused(f"“{name}”不是可用的照片，请重新拍照或扫描。") from error


def _on_a4(upright: Image.Image) -> bytes:
    """In the middle of the sheet, as large as it holds."""
    inches = A4_INCHES[::-1] if upright.width > upright.height else A4_INCHES
    dots = max(upright.width / inches[0], upright.height / inches[1])
    drawn = io.BytesIO()
    upright.save(drawn, "PDF", resolution=dots, quality=85)
    picture = PdfReader(drawn).pages[0]
    writer = PdfWriter()
    sheet = writer.add_blank_page(*(round(side * POINTS, 2) for side in inches))
    across, up = (
        (whole - float(part)) / 2
        for whole, part in zip(
            (sheet.mediabox.width, sheet.mediabox.height),
            (picture.mediabox.width, picture.mediabox.height),
            strict=True,
        )
    )
    sheet.merge_translated_page(picture, across, up)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _joined(parts: list[bytes]) -> bytes:
    writer = PdfWriter()
    for part in parts:
        for page in PdfReader(io.BytesIO(part), strict=False).pages:
            writer.add_page(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
