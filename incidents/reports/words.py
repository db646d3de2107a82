"""Words of residents as others read them: numbers of phones and documents masked."""

import re

from shared.crypto import mask

LONG_NUMBER = re.compile(r"(?<!\d)\d{11,17}[0-9Xx]?(?!\d)")


def without_numbers(text: str) -> str:
    """Free text with phone and identity numbers masked: what somebody typed may hold them."""
    return LONG_NUMBER.sub(lambda found: mask(found.group()), text)
