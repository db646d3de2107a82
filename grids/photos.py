"""Photos that people send: checked, turned upright, made small, stripped of everything but the picture, kept
with their rows or not at all."""

import hashlib
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import uuid4

from django.core.files.base import ContentFile
from django.http import FileResponse, Http404
from PIL import Image, ImageOps, UnidentifiedImageError

from grids.queries import parameters
from shared.errors import InvalidInput

LONGEST_SIDE = 1600
QUALITY = 82
FORMATS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = {"JPEG": 80_000_000}
"""A JPEG is unpacked at a fraction of its size, so phones may send large ones."""
MOST_PIXELS_ELSE = 36_000_000
MB = 1024 * 1024
ACCEPT = "image/jpeg,image/png,image/webp"
"""What a file input offers; what is in the file is looked at all the same."""


class Upload(Protocol):
    """What a form or a request gives for a file."""

    name: str | None
    size: int | None

    def read(self) -> bytes:
        """All bytes."""


@dataclass(frozen=True)
class Photo:
    """A JPEG without EXIF; `digest` is of the file as it was sent, so that a repeat is recognised."""

    content: bytes
    digest: str


def clean(uploads: Iterable[Upload], field: str = "photos") -> list[Photo]:
    """The uploads as photos, each once.

    Raises InvalidInput (at `field`) for too many, too large (Parameters `photo_max_count`, `photo_max_mb`
    [D]), for what is no JPEG, PNG or WebP whatever its name says, and for pictures of absurd size
    (decompression bombs).
    """
    files = list(uploads)
    if not files:
        return []
    limits = parameters("photo_max_mb", "photo_max_count")
    if len(files) > limits["photo_max_count"]:
        raise InvalidInput(f"一次最多 {limits['photo_max_count']} 张照片，请去掉几张再保存。", field=field)
    photos = [_photo(file, limits["photo_max_mb"], field) for file in files]
    return list({photo.digest: photo for photo in photos}.values())


def _photo(file: Upload, max_mb: int, field: str) -> Photo:
    name = file.name or "照片"
    if (file.size or 0) > max_mb * MB:
        raise InvalidInput(f"“{name}”超过 {max_mb} MB，请换一张小一点的照片。", field=field)
    raw = file.read()
    try:
        return Photo(_encode(raw), hashlib.sha256(raw).hexdigest())
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InvalidInput(
            f"“{name}”不是可用的照片，请用手机拍照或从相册选 JPG、PNG、WebP 照片。", field=field
        ) from error


def _encode(raw: bytes) -> bytes:
    with Image.open(io.BytesIO(raw), formats=FORMATS) as picture:
        # The size stands in the header: a bomb is refused before a pixel of it is unpacked.
        if picture.width * picture.height > MOST_PIXELS.get(picture.format or "", MOST_PIXELS_ELSE):
            raise Image.DecompressionBombError(f"{picture.width}×{picture.height}")
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(picture)
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    flat = Image.new("RGB", upright.size, "white")
    mask = upright.convert("RGBA").getchannel("A") if upright.mode in {"RGBA", "LA", "P", "PA"} else None
    flat.paste(upright.convert("RGB"), mask=mask)
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


_written: ContextVar[tuple[Any, ...] | None] = ContextVar("written", default=None)
"""Files saved in the present `with_files` block; None outside of one."""


@contextmanager
def with_files() -> Iterator[None]:
    """Around a transaction that saves photos: where it ends in an error, its files go too. May be nested."""
    outer = _written.get()
    token = _written.set(())
    try:
        yield
    except BaseException:
        for file in _written.get() or ():
            file.delete(save=False)
        _written.reset(token)
        raise
    mine = _written.get() or ()
    _written.reset(token)
    if outer is not None:
        _written.set((*outer, *mine))


def save(file: Any, photo: Photo) -> None:
    """Write a photo into a row's file field under a random name. Raises RuntimeError outside `with_files`."""
    written = _written.get()
    if written is None:
        raise RuntimeError("Save photos inside `with photos.with_files():`, so that none is left behind.")
    file.save(f"{uuid4().hex}.jpg", ContentFile(photo.content), save=False)
    _written.set((*written, file))


def served(file: Any) -> FileResponse:
    """A kept photo for a reader who may see it, private to his browser. Raises Http404 where its file is
    gone.
    """
    try:
        content = file.open()
    except FileNotFoundError as error:
        raise Http404 from error
    return FileResponse(
        content,
        content_type="image/jpeg",
        headers={"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"},
    )
