"""What residents type: the report itself, the tail of their phone, what they think of the answer."""

from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import Q

from grids.forms import PhotosField
from grids.models import Area
from grids.photos import ACCEPT
from grids.queries import labels, parameters
from grids.workflow import Position
from incidents.reports.models import CODE_LENGTH, Rating
from incidents.reports.workflow import LONGEST


class ReportForm(forms.Form):
    """One report. `website` is a trap: people do not see it, programs fill it in."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    report_type = forms.ChoiceField(label="哪类问题", widget=forms.RadioSelect)
    description = forms.CharField(
        label="什么情况",
        max_length=LONGEST,
        widget=forms.Textarea,
        help_text="可用键盘上的话筒说",
        error_messages={"required": "请写一句是什么情况。"},
    )
    area = forms.ModelChoiceField(
        label="哪个村社",
        queryset=Area.objects.none(),
        required=False,
        empty_label="不清楚，按下面的地址找",
        error_messages={"invalid_choice": "这个村社现在不能选，请重新选，或只写地址。"},
    )
    address = forms.CharField(
        label="具体在哪里",
        max_length=200,
        required=False,
        help_text="选了村社可以不写",
        error_messages={"required": "请写一下在哪里。"},
    )
    photos = PhotosField(label="照片", required=False)
    phone = forms.CharField(
        label="手机号", max_length=30, required=False, help_text="只给办理的人联系您，网页上不显示"
    )
    latitude = forms.FloatField(widget=forms.HiddenInput, required=False, min_value=-90, max_value=90)
    longitude = forms.FloatField(widget=forms.HiddenInput, required=False, min_value=-180, max_value=180)
    accuracy = forms.FloatField(widget=forms.HiddenInput, required=False, min_value=0, max_value=1_000_000)
    website = forms.CharField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["report_type"].choices = list(labels("report_type").items())  # type: ignore[attr-defined]
        field = self.fields["area"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- declared above
        field.queryset = open_areas()
        limits = parameters("photo_max_mb", "photo_max_count")
        most, mb = limits["photo_max_count"], limits["photo_max_mb"]
        self.fields["photos"].help_text = f"最多 {most} 张，每张 {mb} MB 以内"
        self.fields["photos"].widget.attrs |= {"accept": ACCEPT, "data-most": most, "data-mb": mb}

    def clean(self) -> dict[str, Any]:
        """The trap must be empty."""
        data = super().clean() or {}
        if data.get("website"):
            raise forms.ValidationError("没有提交：请手工填写，不要用自动填表的程序。")
        return data

    def content(self) -> dict[str, Any]:
        """The arguments for `submit_report` besides sender and photos."""
        data = self.cleaned_data
        kept = ("client_id", "report_type", "description", "area", "address", "phone")
        return {**{name: data[name] for name in kept}, "position": self._position()}

    def _position(self) -> Position | None:
        data = self.cleaned_data
        if data["latitude"] is None or data["longitude"] is None:
            return None
        return Position(data["latitude"], data["longitude"], data["accuracy"])


def open_areas() -> Any:
    """The villages and communities that a resident may name, by street."""
    return Area.objects.filter(Q(level__in=Area.VILLAGE_LEVELS), is_active=True).order_by("path")


class CodeForm(forms.Form):
    """The code of a report, as people copy it."""

    code = forms.CharField(label="查询码", max_length=30, error_messages={"required": "请填查询码。"})

    def clean_code(self) -> str:
        """Capital letters and digits, without blanks and strokes."""
        return tidy_code(self.cleaned_data["code"])


def tidy_code(text: str) -> str:
    """`abcde-fghjk` → `ABCDEFGHJK`."""
    return "".join(sign for sign in text.upper() if sign.isascii() and sign.isalnum())[: CODE_LENGTH + 1]


class TailForm(forms.Form):
    """The last four digits of the phone that was left."""

    tail = forms.RegexField(
        label="手机号后四位",
        regex=r"^\s*\d{4}\s*$",
        strip=True,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": "4", "autocomplete": "off"}),
        error_messages={"required": "请填上报时留的手机号后四位。", "invalid": "请填四位数字。"},
    )


class RateForm(forms.Form):
    """满意度."""

    score = forms.ChoiceField(
        label="对这次答复满意吗", widget=forms.RadioSelect, choices=Rating.Score.choices
    )
    words = forms.CharField(label="想说的话", max_length=500, required=False, widget=forms.Textarea)


class WordsForm(forms.Form):
    """More on the report, or why it should be taken up again."""

    words = forms.CharField(
        label="补充说明",
        max_length=1000,
        widget=forms.Textarea,
        error_messages={"required": "请写一句话。"},
    )
    photos = PhotosField(label="照片", required=False, help_text="可多选")
