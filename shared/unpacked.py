"""Looking into an .xlsx before it is opened: how large it gets, and how far its cells reach."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator

MAX_UNPACKED = 300 * 1024 * 1024
MAX_PARTS = 2000
PIECE = 256 * 1024
OVERLAP = 512
LOCAL_HEADER = struct.Struct("<4s22xHH")

FAR_CELL = tuple(
    re.compile(
        rb"\sr=%(q)b(?:[A-Za-z]{3,}\d+|[D-Zd-z][A-Za-z]\d+|[A-Za-z]{1,2}(?:\d{7,}|[2-9]\d{5}|1[5-9]\d{4}))%(q)b[^>]*(?<!/)>"
        % {b"q": quote}
    )
    for quote in (b'"', b"'")
)
"""A filled cell beyond column CZ or row 149,999. The reader lays out every cell up to the farthest one: a
single cell in the last corner
of a 5 KB file would ask for 13 GB and end the process."""


class Refused(ValueError):
    """The file must not be opened; the text says why in Chinese."""


def check(data: bytes) -> None:
    """Refuse what is no workbook, unpacks to too much, or has a cell so far out that reading it would eat the
    memory.

    Sizes are measured by unpacking, since those that an archive states are its maker's claim.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, struct.error, NotImplementedError) as error:
        raise Refused("表格文件已损坏，读不了。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。") from error
    _known(parts)
    left = MAX_UNPACKED
    for part in parts:
        for piece in _pieces(data, part, left):
            left -= len(piece)
            if left < 0:
                raise Refused("文件展开后太大，不能上传。请去掉图片和多余的工作表，或分成几个文件。")


def _known(parts: list[zipfile.ZipInfo]) -> None:
    names = {part.filename.lower() for part in parts}
    if "xl/workbook.bin" in names or "content.xml" in names:
        raise Refused("这种表格格式读不了。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。")
    if "xl/workbook.xml" not in names:
        raise Refused("这个文件不是表格，请上传 .xlsx 或 .csv 文件。")
    if any(part.flag_bits & 1 for part in parts):
        raise Refused("文件有打开密码，请去掉密码后再上传。")
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise Refused("文件展开后太大，不能上传。请去掉图片和多余的工作表，或分成几个文件。")


def _pieces(data: bytes, part: zipfile.ZipInfo, most: int) -> Iterator[bytes]:
    """The part unpacked piece by piece, never more than a piece beyond `most`; cells are looked at on the
    way."""
    is_sheet = part.filename.lower().startswith("xl/worksheets/")
    tail = b""
    for piece in _inflated(data, part):
        if is_sheet:
            seen = tail + piece
            if any(pattern.search(seen) for pattern in FAR_CELL):
                raise Refused(
                    "表格太大：最远的内容超过 15 万行或 104 列。请删掉右边和下边多余的内容，或分成几个文件。"
                )
            tail = seen[-OVERLAP:]
        yield piece


def _inflated(data: bytes, part: zipfile.ZipInfo) -> Iterator[bytes]:
    header = data[part.header_offset : part.header_offset + LOCAL_HEADER.size]
    broken = Refused("表格文件已损坏，读不了。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。")
    if len(header) < LOCAL_HEADER.size or part.compress_type not in (
        zipfile.ZIP_STORED,
        zipfile.ZIP_DEFLATED,
    ):
        raise broken
    _, name_length, extra_length = LOCAL_HEADER.unpack(header)
    start = part.header_offset + LOCAL_HEADER.size + name_length + extra_length
    packed = memoryview(data)[start : start + part.compress_size]
    if part.compress_type == zipfile.ZIP_STORED:
        yield from (bytes(packed[at : at + PIECE]) for at in range(0, len(packed), PIECE))
        return
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    rest: bytes | memoryview = packed
    try:
        while rest and not inflater.eof:
            yield inflater.decompress(rest, PIECE)
            rest = inflater.unconsumed_tail
        yield inflater.flush(PIECE)
    except zlib.error as error:
        raise broken from error
