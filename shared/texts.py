"""Text as people send it and as others may read it."""

import re

from shared.crypto import mask, normal
from shared.errors import InvalidInput

GAP = r"[\s.·•・_/()（）\-‐‑‒–—―－]{0,3}"
NUMBER = re.compile(
    r"(?<!\d)\d(?:[ -]?\d){10,16}(?:[ -]?[\dXxＸｘ])?(?![ -]?\d)"
    r"|(?<!\d)62(?:[ -]?\d){17}(?![ -]?\d)"
    rf"|(?<!\d)[1１][3-9３-９]\d{GAP}\d{{4}}{GAP}\d{{4}}(?!\d)"
)
"""11 to 18 digits, also written with gaps: a phone, an identity number, a bank card; no date, no sum. Of 19
digits only where it begins as a bank card does (62), since police numbers have 19 too. A mobile number with
whatever stands between its groups."""


def without_numbers(text: str) -> str:
    """Free text with phone and identity numbers masked: what somebody typed may hold them."""
    return NUMBER.sub(lambda found: mask(re.sub(r"[^\dX]", "", normal(found.group()))), text)


def typed(text: str, field: str) -> str:
    """The text without blanks around it. Raises InvalidInput for NUL signs, which no person types."""
    if "\x00" in text:
        raise InvalidInput("里面有看不见的字符，请删掉重新填写。", field=field)
    return text.strip()
