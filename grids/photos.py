"""Photos of a visit: checked, turned upright, made small, stripped of everything but the picture."""

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from PIL import Image, ImageOps, UnidentifiedImageError

from grids.queries import parameters
from shared.errors import InvalidInput

LONGEST_SIDE = 1600
QUALITY = 82
FORMATS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 80_000_000
MB = 1024 * 1024


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


def clean(uploads: Iterable[Upload]) -> list[Photo]:
    """The uploads as photos, each once.

    Raises InvalidInput (field `photos`) for too many, too large (Parameters `photo_max_count`,
    `photo_max_mb` [D]), for what is no JPEG, PNG or WebP whatever its name says, and for pictures of absurd
    size (decompression bombs).
    """
    files = list(uploads)
    if not files:
        return []
    limits = parameters("photo_max_mb", "photo_max_count")
    if len(files) > limits["photo_max_count"]:
        raise InvalidInput(f"一次最多 {limits['photo_max_count']} 张照片，请去掉几张再保存。", field="photos")
    photos = [_photo(file, limits["photo_max_mb"]) for file in files]
    return list({photo.digest: photo for photo in photos}.values())


def _photo(file: Upload, max_mb: int) -> Photo:
    name = file.name or "照片"
    if (file.size or 0) > max_mb * MB:
        raise InvalidInput(f"“{name}”超过 {max_mb} MB，请换一张小一点的照片。", field="photos")
    raw = file.read()
    try:
        return Photo(_encode(raw), hashlib.sha256(raw).hexdigest())
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InvalidInput(
            f"“{name}”不是可用的照片，请用手机拍照或从相册选 JPG、PNG、WebP 照片。", field="photos"
        ) from error


def _encode(raw: bytes) -> bytes:
    with Image.open(io.BytesIO(raw), formats=FORMATS) as picture:
        # The size stands in the header: a bomb is refused before a pixel of it is unpacked.
        if picture.width * picture.height > MOST_PIXELS:
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
