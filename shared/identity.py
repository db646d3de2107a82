"""Numbers of identity documents: Chinese ones by date and check digit (GB 11643), others by length only."""

import re

from django.core.exceptions import ValidationError
from stdnum.cn import ric
from stdnum.exceptions import ValidationError as Wrong

from shared.crypto import normal


def check_identity(text: str) -> str:
    """The number without spaces, in half-width capitals; empty stays empty. Raises ValidationError with
    what is wrong.
    """
    number = normal(text)
    if not number:
        return ""
    if re.fullmatch(r"\d{17}[\dX]", number):
        if not _holds(number):
            raise ValidationError("身份证号码不对（日期或末位校验不符），请对照证件再输一次。")
        return number
    if number.isdecimal() and len(number) in {15, 16, 17}:
        raise ValidationError(f"身份证号码是 18 位，现在是 {len(number)} 位，请补全。")
    if not re.fullmatch(r"[A-Z0-9]{5,30}", number):
        raise ValidationError("证件号码只含字母和数字，请对照证件再输一次。")
    return number


def _holds(number: str) -> bool:
    """Whether date and check digit agree. Not whether the six digits of the place were in use in the year of
    birth, as `ric.validate` asks: who was registered late has the later code.
    """
    try:
        ric.get_birth_date(number)
    except Wrong:
        return False
    return bool(number[-1] == ric.calc_check_digit(number))
