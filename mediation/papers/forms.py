"""Forms of the file's page: a scan that comes in, a scan that is taken out."""

from collections.abc import Sequence
from typing import Any

from django import forms

from mediation.models import Letterhead
from mediation.papers.slots import Slot
from shared.errors import InvalidInput


class Many(forms.ClearableFileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class Files(forms.FileField):
    """Several files in the order in which they were chosen; what they are is looked at by the workflow."""

    widget = Many

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Each by Django's own check (a name, not empty)."""
        given = data if isinstance(data, list | tuple) else [data]
        return [super(Files, self).clean(file, initial) for file in given]


class ScanForm(forms.Form):
    """上传扫描件."""

    place = forms.ChoiceField(label="是哪一份")
    scan = Files(
        label="扫描件",
        help_text="一份 PDF，或按页码顺序选几张 JPG、PNG 照片",
        error_messages={
            "required": "请选择扫描件：PDF，或 JPG、PNG 照片。",
            "empty": "文件是空的，请重新选择。",
        },
        widget=Many(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
    )
    title = forms.CharField(
        label="名称", max_length=60, required=False, help_text="证据、身份证明等材料写明是什么，如“维修发票”"
    )

    def __init__(self, slots: Sequence[Slot], data: Any = None, files: Any = None, **more: Any) -> None:
        super().__init__(data, files, **more)
        field = self.fields["place"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = [(f"{slot.code}:{slot.subject}", slot.title) for slot in slots]

    @property
    def what(self) -> dict[str, Any]:
        """The arguments of `attach`."""
        code, _, subject = self.cleaned_data["place"].partition(":")
        return {
            "code": code,
            "subject": int(subject),
            "files": self.cleaned_data["scan"],
            "title": self.cleaned_data["title"],
        }

    def refuse(self, error: InvalidInput) -> None:
        """Show at its field what the workflow refused."""
        self.add_error(error.field if error.field in self.fields else None, error.message)


class WithdrawForm(forms.Form):
    """撤下扫描件."""

    why = forms.CharField(label="为什么撤下", max_length=200, widget=forms.TextInput())


class LetterheadForm(forms.ModelForm):  # type: ignore[type-arg]
    """文书抬头."""

    class Meta:
        model = Letterhead
        fields = ("word", "committee", "court", "keeping")
        help_texts = {
            "word": "案号“(2026)城东人调字第001号”里的“城东”，改后只影响以后的案号",
            "committee": "印在协议书、封面上，和印章一致",
            "court": "司法确认申请书的“此致”",
            "keeping": "卷宗封面上的，如“长期”“30年”",
        }
