"""Text as people send it and as others may read it."""

import re

from shared.crypto import mask, normal
from shared.errors import InvalidInput

GAP = r"[\s.·•・_/()（）\-‐‑‒–—―－\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]{0,3}"
DATE = (
    r"(?:(?:19|20)\d\d[-./](?:0?[1-9]|1[0-2])[-./](?:0?[1-9]|[12]\d|3[01])"
    r"|(?:19|20)\d\d[-./]?(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])?|(?:19|20)\d\d-(?:19|20)\d\d)(?!\d)"
)
COUNTED = r"(?!\.?\d|\s*(?:元|块|万|亿|户|人|平|㎡|%|号|室|幢|楼))"
NUMBER = re.compile(
    # a date, the number of a house or of a matter stays, and ends what stands before it
    rf"(?P<stays>(?<!\d)(?:{DATE}|\d{{1,3}}-\d{{1,2}}-\d{{3,4}}(?![\d-]))|[A-Z]{{2}}\d{{4}}-\d{{6}}(?!\d))"
    # an identity number, in groups or not: 18 signs with a day of birth in them
    r"|(?<!\d)[1-8](?:[ -]?\d){5}[ -]?(?:1 ?[89]|2 ?0)(?: ?\d){2}"
    r" ?(?:0 ?[1-9]|1 ?[0-2]) ?(?:[0-2] ?\d|3 ?[01])(?:[ -]?\d){3}[ -]?[\dXxＸｘ](?!\d)"
    # a mobile number, with whatever stands between its usual groups
    rf"|(?<!\d)[1１][3-9３-９]\d(?!\s{DATE}){GAP}\d{{4}}{GAP}\d{{4}}(?!\d)"
    rf"|(?<!\d)1[3-9]\d(?:\d[ -]?\d{{3}}[ -]?\d{{4}}|\d\d[ -]\d{{6}})(?!\d){COUNTED}"
    # one in groups of two to five, however they are cut
    rf"|(?<!\d)1[3-9]\d(?!\s{DATE})(?=(?:[ -]?\d){{8}}(?![ -]?\d))(?:[ -]\d{{2,5}}){{2,4}}"
    rf"(?![ -]?\d){COUNTED}"
    # a landline with its area code
    rf"|(?<!\d)0(?:10|2\d|[3-9]\d\d)(?:[)）‐–—－-]\s?|\s(?!{DATE}))?[2-9]\d{{2,3}}[ -]?\d{{4}}(?!\d)"
    # a bank card in fours; one of 19 digits only where it begins as they do, police numbers have 19 too
    r"|(?<!\d)(?:62|[459]\d)\d\d(?:[ -]\d{4}){3}(?:[ -]?\d{1,3})?(?![ -]?\d)|(?<!\d)62\d{17}(?!\d)"
    # any other long number, and one that was spelled out
    r"|(?<!\d)\d{11,17}[\dXxＸｘ]?(?!\d)|(?<!\d)\d(?:[ -]\d){10,17}(?![ -]?\d)"
)
"""Numbers by which a person is found: phones, identity numbers, bank cards. No date, no sum, no number of a
house or of the police."""
LOCAL = rf"(?<!\d)(?!{DATE})[2-9]\d{{2,3}}[ -]?\d{{4}}(?!\d){COUNTED}"
CALLED = re.compile(
    r"(?:电话|座机|固话|致电|拨打|来电|联系|传真|热线|[Tt][Ee][Ll])[^\d\n。；;]{0,8}"
    rf"{LOCAL}(?:\s*[、，,/或和]\s*{LOCAL})*"
)
"""Seven or eight digits are a phone only where the words before them say so."""


def without_numbers(text: str) -> str:
    """Free text with phone and identity numbers masked: what somebody typed may hold them."""
    text = NUMBER.sub(lambda found: found.group() if found["stays"] else _masked(found), text)
    return CALLED.sub(lambda said: re.sub(LOCAL, _masked, said.group()), text)


def _masked(found: re.Match[str]) -> str:
    return mask(re.sub(r"[^\dX]", "", normal(found.group())))


SOUNDING = re.compile(r"\d{5}|\d{4}[xXＸｘ]|\d(?!\d|[^\W\d_])")


def sounds(word: str) -> bool:
    """Whether finding the word in a text would tell digits that `without_numbers` hides there. Where a letter
    follows at most four of them (`3号楼`), they are at most the end of a number, which is shown.
    """
    return not any(sign.isalpha() for sign in word) or SOUNDING.search(word) is not None


def typed(text: str, field: str) -> str:
    """The text without blanks around it. Raises InvalidInput for NUL signs, which no person types."""
    if "\x00" in text:
        raise InvalidInput("里面有看不见的字符，请删掉重新填写。", field=field)
    return text.strip()
