"""Pictures, and files that only pretend to be some."""

import io
import struct
import zipfile
import zlib
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

SOUTH_EAST = {1: "S", 3: "E"}


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 20), mode: str = "RGB", **save: Any) -> bytes:
    """A red picture."""
    out = io.BytesIO()
    Image.new(mode, size, "red" if mode == "RGB" else None).save(out, kind, **save)
    return out.getvalue()


def upload(content: bytes | None = None, name: str = "拍照.jpg") -> SimpleUploadedFile:
    """A file as a browser sends it; a small red picture where no content is named."""
    return SimpleUploadedFile(name, picture() if content is None else content, "image/jpeg")


def with_exif() -> bytes:
    """Lying on its side, with words and a place in its head."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90°
    exif[0x010E] = "secret place"
    exif.get_ifd(0x8825).update(SOUTH_EAST)
    return picture(exif=exif)


def bomb() -> bytes:
    """A PNG of a few bytes whose header promises 60,000 × 60,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 99))
        + chunk(b"IEND", b"")
    )


def zip_bomb() -> bytes:
    """An archive of a few kilobytes that unpacks to 20 MB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.jpg", b"\0" * 20_000_000)
    return out.getvalue()


NO_PHOTOS = {
    "empty": b"",
    "gif head": b"GIF89a" + b"\0" * 50,
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "pdf": b"%PDF-1.7",
    "cut off": picture()[:300],
    "jpeg head": b"\xff\xd8\xff\xe0" + b"\0" * 100,
    "gif": picture("GIF"),
    "tiff": picture("TIFF"),
    "bomb": bomb(),
    "zip bomb": zip_bomb(),
    "broken png": picture("PNG")[:40] + b"\0" * 40,
}
"""What is no photo, whatever its name says."""
