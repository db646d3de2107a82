"""What people type about rosters, checked field by field; nothing is written here."""

from datetime import timedelta
from typing import Any, cast
from uuid import uuid4

from django import forms
from django.db.models import QuerySet

from accounts.models import User
from grids.models import Unit
from grids.queries import labels
from mediation.models import Presence, ShiftPattern
from mediation.roster.workflow.setup import PatternText
from shared.dates import today
from shared.faces import DayInput, HourInput

LENGTHS = (("28", "四周"), ("14", "两周"), ("7", "一周"))


class Stations(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Several stations by name."""

    def label_from_instance(self, obj: Any) -> str:
        """The name."""
        return str(obj.name)


def next_monday() -> Any:
    """The first day that a new roster usually begins on."""
    return today() + timedelta(days=7 - today().weekday())


class ProposalForm(forms.Form):
    """Ask for a roster."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    stations = Stations(label="哪些工作站", queryset=Unit.objects.none(), widget=forms.CheckboxSelectMultiple)
    starts_on = forms.DateField(label="从哪天起", widget=DayInput, initial=next_monday)
    days = forms.TypedChoiceField(
        label="排多久", widget=forms.RadioSelect, choices=LENGTHS, coerce=int, initial="28"
    )

    def __init__(self, *args: Any, stations: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(Any, self.fields["stations"]).queryset = stations
        self.fields["stations"].initial = list(stations)


class PersonForm(forms.Form):
    """Who sits there; nobody = a gap."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    person = forms.ModelChoiceField(
        label="换成谁", queryset=User.objects.none(), required=False, empty_label="空着（缺口）"
    )
    reason = forms.CharField(label="理由", max_length=200, help_text="会留在记录里，相关的人会看到")

    def __init__(self, *args: Any, people: QuerySet[User], with_reason: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(Any, self.fields["person"]).queryset = people
        if not with_reason:
            del self.fields["reason"]


class PublishForm(forms.Form):
    """Publish what was seen."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    seen = forms.IntegerField(widget=forms.HiddenInput)
    gap_reason = forms.CharField(
        label="带缺口发布的理由", required=False, max_length=120, help_text="没有缺口就不用填"
    )


class LeaveForm(forms.Form):
    """Ask for days off."""

    starts_on = forms.DateField(label="从", widget=DayInput)
    ends_on = forms.DateField(label="到（含当天）", widget=DayInput)
    kind = forms.ChoiceField(label="类别", widget=forms.RadioSelect)
    note = forms.CharField(label="说明", required=False, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(Any, self.fields["kind"]).choices = list(labels("leave_kind").items())


class DecisionForm(forms.Form):
    """Approve or refuse, with a word."""

    approve = forms.ChoiceField(
        label="是否批准", widget=forms.RadioSelect, choices=(("yes", "批准"), ("no", "不批准"))
    )
    answer = forms.CharField(label="意见", required=False, max_length=200)


class SwapForm(forms.Form):
    """Offer a shift: for one of another's, or only asking him to stand in."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    wanted = forms.ChoiceField(label="换哪个班，或请谁顶班")
    reason = forms.CharField(label="理由", max_length=150)

    def __init__(self, *args: Any, choices: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(Any, self.fields["wanted"]).choices = [("", "请选择"), *choices]


WEEKDAYS = [(str(n), f"周{sign}") for n, sign in enumerate("一二三四五六日")]


class PatternForm(forms.Form):
    """A shift of a station."""

    kind = forms.ChoiceField(
        label="给谁排", widget=forms.RadioSelect, choices=ShiftPattern.Kind.choices, initial="mediator"
    )
    name = forms.CharField(label="名称", max_length=20, help_text="例如：白班")
    starts = forms.TimeField(label="几点开始", widget=HourInput)
    hours = forms.IntegerField(label="时长（小时）", min_value=1, max_value=24, initial=8)
    need = forms.IntegerField(
        label="同时几人", min_value=1, max_value=20, initial=1, help_text="部门驻站不用管：每个在站的部门一人"
    )
    weekdays = forms.TypedMultipleChoiceField(
        label="哪几天",
        widget=forms.CheckboxSelectMultiple,
        choices=WEEKDAYS,
        coerce=int,
        required=False,
        help_text="都不选就是每天",
    )
    position = forms.IntegerField(label="在表里排第几", min_value=0, max_value=99, initial=0, required=False)

    @staticmethod
    def of(pattern: ShiftPattern) -> dict[str, Any]:
        """As it stands."""
        names = ("kind", "name", "starts", "hours", "need", "weekdays", "position")
        return {name: getattr(pattern, name) for name in names}

    def text(self) -> PatternText:
        """As the workflow takes it."""
        given = self.cleaned_data
        return PatternText(
            **{**given, "weekdays": tuple(given["weekdays"]), "position": given["position"] or 0}
        )


class PresenceForm(forms.Form):
    """How a department is at a station."""

    department = forms.ModelChoiceField(label="部门", queryset=Unit.objects.none(), empty_label="请选择")
    mode = forms.ChoiceField(label="方式", widget=forms.RadioSelect, choices=Presence.Mode.choices)
    position = forms.IntegerField(
        label="轮值次序", min_value=0, max_value=99, initial=0, help_text="小的先轮到；常驻不用管"
    )
    since = forms.DateField(label="从哪天起", widget=DayInput, initial=today)

    def __init__(self, *args: Any, departments: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(Any, self.fields["department"]).queryset = departments


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Somebody, with his office beside him."""

    def label_from_instance(self, obj: Any) -> str:
        """`黄玉兰（行政执法）`."""
        return f"{obj.name}（{obj.office}）" if getattr(obj, "office", None) else str(obj.name)


class MemberForm(forms.Form):
    """Put somebody on the station's list."""

    person = PersonField(label="人员", queryset=User.objects.none(), empty_label="请选择")
    department = forms.ModelChoiceField(
        label="部门", queryset=Unit.objects.none(), required=False, empty_label="调解员（不代表部门）"
    )
    nights = forms.BooleanField(label="可排夜班", required=False, initial=True)

    def __init__(
        self, *args: Any, people: QuerySet[User], departments: QuerySet[Unit], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        cast(Any, self.fields["person"]).queryset = people
        cast(Any, self.fields["department"]).queryset = departments
