"""What the cells of a register mean: identity documents and phone numbers."""

import re

from django.core.exceptions import ValidationError

from shared import cells
from shared.cells import Cell, Unclear
from shared.identity import check_identity

DOCUMENTS = (
    "外国人永久居留身份证", "港澳居民来往内地通行证", "台湾居民来往大陆通行证", "港澳台居民居住证",
    "护照", "回乡证", "通行证", "台胞证", "永居证", "军官证", "居住证",
)  # fmt: skip


def identity(cell: Cell) -> str:
    """An identity number checked by digit and date (GB 11643), or another document as `护照:E12345678`.
    Raises Unclear."""
    plain = cells.digits(cell).upper()
    for document in DOCUMENTS:
        if plain.startswith(document):
            number = plain.removeprefix(document).lstrip(":")
            if not re.fullmatch(r"[A-Z0-9()]{5,20}", number):
                raise Unclear(f"{document}的号码只含字母和数字（5 到 20 位），请对照证件再填")
            return f"{document}:{number}"
    if not re.fullmatch(r"\d{17}[\dX]", plain):
        given = f"现在是 {len(plain)} 位" if plain.isalnum() else "现在含有其他符号"
        raise Unclear(f"身份证号是 18 位，{given}。其他证件请在号码前写明证件名，例如“护照E12345678”")
    try:
        return check_identity(plain)
    except ValidationError as error:
        raise Unclear(error.messages[0]) from None


def one_phone(cell: Cell) -> str:
    """A phone number that can be dialled. Raises Unclear for anything else."""
    plain = cells.phone(cell)
    if not cells.is_phone(plain):
        raise Unclear("电话不对：请填一个 11 位手机号，或带区号的固定电话")
    return plain
