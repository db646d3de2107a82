"""Forms of the digests: filters, the hours of a street, a run by hand."""

from typing import Any

from django import forms
from django.utils import timezone

from digests.clock import due_at
from digests.models import DigestKind
from digests.text import KINDS
from grids.models import Area
from matters.models import Obligation
from shared.dates import today
from shared.faces import DayInput, HourInput


class DayForm(forms.Form):
    """Digests of one day."""

    day = forms.DateField(label="日期", required=False, widget=DayInput)


class ItemsForm(forms.Form):
    """Things behind a digest: of one kind, in one state."""

    kind = forms.ChoiceField(
        label="类型", required=False, choices=[("", "全部"), *KINDS.items(), ("carried", "昨天留下")]
    )
    state = forms.ChoiceField(label="现在", required=False, choices=[("", "不限"), *Obligation.State.choices])


class HoursForm(forms.Form):
    """When a street's digests are due."""

    street = forms.ModelChoiceField(Area.objects.none(), label="街道", empty_label=None)
    morning = forms.TimeField(label="早上预响", widget=HourInput, help_text="预响列出前 24 小时的警情。")
    evening = forms.TimeField(label="晚间回响", widget=HourInput, help_text="当天回应的截止时间。")
    active = forms.BooleanField(label="每天自动生成", required=False)

    def __init__(self, *args: Any, streets: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["street"].queryset = streets  # type: ignore[attr-defined]


class RunForm(forms.Form):
    """Make one digest now. An echo is not made before its hour: what is frozen as open could still be
    answered.
    """

    street = forms.ModelChoiceField(Area.objects.none(), label="街道", empty_label=None)
    kind = forms.ChoiceField(label="类型", choices=DigestKind.choices)
    day = forms.DateField(label="日期", widget=DayInput, initial=today)

    def __init__(self, *args: Any, streets: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["street"].queryset = streets  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The evening only once its hour has passed; a command line may do it earlier, knowing what it
        does.
        """
        given = self.cleaned_data
        street, day = given.get("street"), given.get("day")
        if street and day and given.get("kind") == DigestKind.EVENING:
            due = due_at(street, DigestKind.EVENING, day)
            if timezone.now() < due:
                self.add_error(
                    "day", f"{day:%m月%d日}的晚间回响要到 {due:%H:%M} 以后才能生成，现在还来得及回应。"
                )
        return given
