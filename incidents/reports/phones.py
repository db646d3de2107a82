"""Phone numbers of residents: read as people type them, found by keyed hash."""

from shared import cells
from shared.crypto import blind
from shared.errors import InvalidInput

WRONG = "这个号码不像手机号或带区号的电话，请核对；不想留就空着。"


def clean_phone(text: str) -> str:
    """The number without separators and country code; "" for none. Raises InvalidInput (field `phone`)."""
    if not text.strip():
        return ""
    try:
        number = cells.phone(text)
    except cells.Unclear as error:
        raise InvalidInput(WRONG, field="phone") from error
    if not cells.is_phone(number):
        raise InvalidInput(WRONG, field="phone")
    return number


def phone_index(phone: str) -> str:
    """Blind index of a number, the same that police incidents use; "" for none."""
    return blind(phone, "phone")
