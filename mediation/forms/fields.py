"""Fields that several forms of cases share: names as people have them, money, days."""

import re
import unicodedata
from datetime import date
from typing import Any

from django import forms

from mediation.models.party import one_name
from shared.cells import YEARS, Unclear, is_phone, phone
from shared.faces import DayInput, MomentInput

NAME = re.compile(r"[^\W\d_]+(?:[ ·.'’-]+[^\W\d_]+)*\.?")
ORGANISATION = re.compile(r"[\w ·.,，、'’&()（）《》“”\-—/#+]+")


class NameField(forms.CharField):
    """A person's or organisation's name: rare signs (翀龢䶮), middle dots of minority names, Latin letters.

    All writings of the middle dot become one (·), so that the same name is found again.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 60, **kwargs})

    def to_python(self, value: Any) -> str:
        """Composed, one blank between words."""
        return one_name(super().to_python(value) or "")

    def validate(self, value: str) -> None:
        """No sign of a private font: nobody else could read it."""
        super().validate(value)
        if any(unicodedata.category(sign) in {"Co", "Cn"} for sign in value):
            raise forms.ValidationError("姓名里有别的系统读不出的自造字，请用输入法重新输入这个字。")
        if value and not ORGANISATION.fullmatch(value):
            raise forms.ValidationError("姓名里有不能用的符号，请核对。")


def person_name(value: str) -> str:
    """Raises ValidationError where a person's name holds digits or other signs."""
    if value and not NAME.fullmatch(value):
        raise forms.ValidationError("姓名只含文字和间隔号“·”；单位名称请把类型改为“法人或其他组织”。")
    return value


class PhoneField(forms.CharField):
    """A phone number in any writing."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 30, "required": False, "label": "电话", **kwargs})

    def clean(self, value: Any) -> str:
        """Only digits are left; one from abroad keeps its country code."""
        try:
            plain = phone(super().clean(value) or "")
        except Unclear as error:
            raise forms.ValidationError("电话号码不对，请核对后再输一次。") from error
        if plain and not is_phone(plain) and not re.fullmatch(r"\d{8,15}", plain):
            raise forms.ValidationError("电话号码不对，请核对后再输一次。")
        return plain


def money(label: str = "金额", **kwargs: Any) -> forms.DecimalField:
    """Up to twelve digits before the point."""
    return forms.DecimalField(
        label=label,
        max_digits=14,
        decimal_places=2,
        **{"required": False, "widget": forms.TextInput(attrs={"inputmode": "decimal"}), **kwargs},
    )


def day(label: str, **kwargs: Any) -> forms.DateField:
    """A day from the device's picker."""
    return forms.DateField(label=label, widget=DayInput, validators=[of_our_time], **kwargs)


def moment(label: str, **kwargs: Any) -> forms.DateTimeField:
    """A day and hour on the street's clock."""
    return forms.DateTimeField(
        label=label,
        widget=MomentInput,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        validators=[of_our_time],
        **kwargs,
    )


def of_our_time(value: date) -> None:
    """Raises ValidationError for a mistyped year: terms are reckoned from what is written here."""
    if value.year not in YEARS:
        raise forms.ValidationError("年份不对，请核对。")


def lines(label: str, limit: int, rows: int = 4, **kwargs: Any) -> forms.CharField:
    """A text of several lines."""
    return forms.CharField(
        label=label, max_length=limit, widget=forms.Textarea(attrs={"rows": rows}), **kwargs
    )


def pick(
    label: str, choices: list[tuple[str, str]], *, tiles: bool = False, **kwargs: Any
) -> forms.ChoiceField:
    """One of a few words; as tiles, or as a list that opens with nothing chosen unless `initial` says."""
    if tiles:
        return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, **kwargs)
    empty = [] if "initial" in kwargs else [("", "请选择")]
    return forms.ChoiceField(label=label, choices=[*empty, *choices], **kwargs)
