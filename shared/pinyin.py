"""Pinyin initials, by which people are found with few keys."""

from pypinyin import Style, pinyin


def initials(text: str, length: int = 40) -> str:
    """`陈示例` → `csl`, `KTV之家` → `ktvzj`; letters and digits stay. A surname may be read wrongly (单, 解):
    it stays editable."""
    parts = pinyin(text, style=Style.FIRST_LETTER, strict=False)
    joined = "".join(part[0] for part in parts).lower()
    return "".join(letter for letter in joined if letter.isalnum())[:length]
