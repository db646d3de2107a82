"""Pinyin initials, by which people are found with few keys."""

import re
from functools import lru_cache

from pypinyin import Style, pinyin


def initials(text: str, length: int = 40) -> str:
    """`陈示例` → `csl`, `KTV之家` → `ktvzj`; letters and digits stay. A surname may be read wrongly (单, 解):
    it stays editable."""
    parts = pinyin(text, style=Style.FIRST_LETTER, strict=False)
    joined = "".join(part[0] for part in parts).lower()
    return "".join(letter for letter in joined if letter.isalnum())[:length]


PARTS = re.compile(r"[\W_]+")
_of_part = lru_cache(maxsize=65_536)(initials)


def initials_of_parts(text: str, length: int) -> str:
    """`消防隐患：老渡口烧烤` → `xfyh ldksk`: each part between marks by its own initials, found from its
    beginning."""
    return " ".join(filter(None, map(_of_part, PARTS.split(text))))[:length].rstrip()
