"""What people type about a campaign."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast
from uuid import uuid4

from django import forms

from accounts.models import User
from grids.models import Area
from grids.queries import words
from incidents.hazards.campaigns import RIGHT, leaders_in
from incidents.models import Campaign, CheckList
from shared.dates import today
from shared.faces import DayInput

MOST_CHOSEN = 500


def _pick(field: forms.Field, choices: Any) -> None:
    cast(forms.ChoiceField, field).choices = choices


class CampaignForm(forms.Form):
    """A new campaign; places by type, or chosen one by one by their numbers."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    name = forms.CharField(label="名称", max_length=60)
    action = forms.ChoiceField(label="属于哪个大行动", widget=forms.RadioSelect)
    area = forms.ModelChoiceField(label="范围", queryset=Area.objects.none(), empty_label=None)
    place_types = forms.MultipleChoiceField(
        label="检查哪些场所",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="不选就是范围里的全部场所",
    )
    chosen = forms.CharField(
        label="只查选定的场所",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="走访对象编号，用空格隔开；填了就不按类别",
    )
    checklist = forms.ModelChoiceField(
        label="检查表", queryset=CheckList.objects.none(), empty_label="请选择"
    )
    starts_on = forms.DateField(label="开始", widget=DayInput, initial=today)
    ends_on = forms.DateField(label="结束", widget=DayInput, initial=lambda: today() + timedelta(days=30))
    leader = forms.ModelChoiceField(label="负责人", queryset=User.objects.none(), empty_label="请选择")
    note = forms.CharField(label="说明", max_length=500, required=False, widget=forms.Textarea)

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data)
        labels = words("campaign_action", "place_type")
        _pick(self.fields["action"], list(labels["campaign_action"].items()))
        _pick(self.fields["place_types"], list(labels["place_type"].items()))
        areas = Area.objects.within(user, RIGHT).filter(is_active=True).exclude(level=Area.Level.GRID)
        fields = cast(Mapping[str, Any], self.fields)
        fields["area"].queryset = areas.order_by("path")
        fields["checklist"].queryset = CheckList.objects.filter(is_current=True).order_by("name")
        top = areas.order_by("path").first()
        fields["leader"].queryset = leaders_in(top) if top else User.objects.none()

    def clean_chosen(self) -> list[int] | None:
        """Numbers of targets; None where nothing was chosen."""
        parts = self.cleaned_data["chosen"].replace(",", " ").replace("，", " ").split()
        if any(not part.isascii() or not part.isdecimal() or len(part) > 15 for part in parts):
            raise forms.ValidationError("编号只能是数字，用空格隔开。")
        if len(parts) > MOST_CHOSEN:
            raise forms.ValidationError(f"一次最多选 {MOST_CHOSEN} 个场所。")
        return [int(part) for part in parts] or None


class CampaignEdit(forms.Form):
    """What may be changed while it runs."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    name = forms.CharField(label="名称", max_length=60)
    ends_on = forms.DateField(label="结束", widget=DayInput)
    leader = forms.ModelChoiceField(label="负责人", queryset=User.objects.none(), empty_label=None)
    note = forms.CharField(label="说明", max_length=500, required=False, widget=forms.Textarea)

    def __init__(self, campaign: Campaign, data: Any = None) -> None:
        names = ("version", "name", "ends_on", "leader", "note")
        super().__init__(data, initial={name: getattr(campaign, name) for name in names})
        cast(Any, self.fields["leader"]).queryset = leaders_in(campaign.area)
