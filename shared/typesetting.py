"""Setting A4 pages by typst: data goes in as JSON and is never read as markup; only fonts that are named
here are used, so the same data gives the same pages on every machine."""

import re
import struct
import threading
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pylopdf_fonts_zh_cn
import typst
from django.conf import settings

PICTURE, SIGN = "〔表情〕", "〔符号〕"
"""What is printed for a picture (emoji) or another sign that no font has; the words around it come out."""

KEYCAP = re.compile(r"([0-9#*])\ufe0f?\u20e3")
PICTURES = range(0x1F000, 0x1FB00)

_setting = threading.Lock()


def font_folders() -> list[Path]:
    """The office's own fonts (PAPER_FONTS), then the ones that come with the portal."""
    own = [Path(settings.PAPER_FONTS)] if settings.PAPER_FONTS else []
    return [*own, pylopdf_fonts_zh_cn.serif_path().parent]


@cache
def _compiler(root: Path) -> Any:
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(f) for f in font_folders()]
    )
    return typst.Compiler(root=str(root), font_paths=fonts, ignore_system_fonts=True)


def typeset(template: Path, data: Mapping[str, Any]) -> bytes:
    """The PDF that a template makes of the data (JSON in `sys.inputs.data`).

    Templates import only from their own folder. The same data gives the same bytes. Fonts are read once per
    process; setting takes turns, because a compiler holds one document at a time. Texts are set as `shown`
    has them.
    """
    compiler, told = _compiler(template.parent), orjson.dumps(_shown(data)).decode()
    with _setting:
        pdf: bytes = compiler.compile(
            input=str(template), format="pdf", sys_inputs={"data": told}, timestamp=0
        )
    return pdf


def _shown(value: Any) -> Any:
    """The same data, its texts as they are printed."""
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, Mapping):
        return {name: _shown(part) for name, part in value.items()}
    return [_shown(part) for part in value] if isinstance(value, list | tuple) else value


def shown(text: str) -> str:
    """A text as it is printed. Signs that nobody sees are left out: what was pasted brings them along, and
    some turn the text around. A run of pictures that no font has is `PICTURE`, of other signs `SIGN`; letters
    stay, since a name with something else in it would be another name.
    """
    parts: list[str] = []
    for sign in KEYCAP.sub(r"\1", text):
        if _unseen(sign):
            continue
        part = _stand_in(sign)
        if part == sign or not parts or parts[-1] != part:
            parts.append(part)
    return "".join(parts)


def _stand_in(sign: str) -> str:
    if sign.isspace() or ord(sign) in _signs():
        return sign
    kind = unicodedata.category(sign)
    if ord(sign) in PICTURES or kind in {"So", "Sk"}:
        return PICTURE
    return SIGN if kind[0] in "SP" or kind == "Me" else sign


def _unseen(sign: str) -> bool:
    """Control and format signs (Unicode Cc, Cf) and the selectors of a sign's looks, besides the end of a
    line and the tabulator."""
    if "\ufe00" <= sign <= "\ufe0f" or "\U000e0100" <= sign <= "\U000e01ef":
        return True
    return sign not in "\n\t" and unicodedata.category(sign) in {"Cc", "Cf"}


def missing_signs(text: str) -> list[str]:
    """Letters of the text that no font has: they would come out as empty boxes."""
    known = _signs()
    return sorted({sign for sign in shown(text) if not (sign.isspace() or ord(sign) in known)})


@cache
def _signs() -> frozenset[int]:
    found: set[int] = set()
    for folder in font_folders():
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in {".otf", ".ttf"}:
                found |= _covered(path.read_bytes())
    return frozenset(found)


def _covered(font: bytes) -> set[int]:
    """Code points of a font's `cmap` (OpenType formats 4 and 12) that lead to a glyph."""
    tables = {
        font[at : at + 4]: struct.unpack_from(">I", font, at + 8)[0]
        for at in range(12, 12 + 16 * struct.unpack_from(">H", font, 4)[0], 16)
    }
    cmap = tables[b"cmap"]
    found: set[int] = set()
    for place in range(struct.unpack_from(">H", font, cmap + 2)[0]):
        platform, _, offset = struct.unpack_from(">HHI", font, cmap + 4 + 8 * place)
        kind = struct.unpack_from(">H", font, cmap + offset)[0]
        if platform in {0, 3} and kind == 12:
            found |= _format_12(font, cmap + offset)
        elif platform in {0, 3} and kind == 4:
            found |= _format_4(font, cmap + offset)
    return found


def _format_12(font: bytes, at: int) -> set[int]:
    groups = struct.unpack_from(">I", font, at + 12)[0]
    spans = (struct.unpack_from(">III", font, at + 16 + 12 * group) for group in range(groups))
    return {sign for first, last, _ in spans for sign in range(first, last + 1)}


def _format_4(font: bytes, at: int) -> set[int]:
    count = struct.unpack_from(">H", font, at + 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", font, at + 14)
    starts = struct.unpack_from(f">{count}H", font, at + 16 + 2 * count)
    return {sign for first, last in zip(starts, ends, strict=True) for sign in range(first, last + 1)} - {
        0xFFFF
    }
