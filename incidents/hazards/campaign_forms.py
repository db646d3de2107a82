"""What people type about a campaign."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast
from uuid import uuid4

from django import forms

from accounts.models import User
from grids.models import Area, Target
from grids.queries import words
from grids.queries.targets import search
from incidents.hazards.campaigns import RIGHT, leaders_in
from incidents.models import Campaign, CheckList
from shared.dates import today
from shared.faces import DayInput
from shared.filters import id_of

MOST_CHOSEN = 500
PLACES_OFFERED = 30
"""Of those that the words name; more words narrow them."""


def _pick(field: forms.Field, choices: Any) -> None:
    cast(forms.ChoiceField, field).choices = choices


class CampaignForm(forms.Form):
    """A new campaign; places by type, or found by words and ticked one by one."""

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
    find = forms.CharField(label="找场所", max_length=40, required=False, help_text="名称或地址")
    chosen = forms.TypedMultipleChoiceField(
        label="选定的场所",
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text="勾上的才查，不按类别；继续找，勾过的还在",
        error_messages={"invalid_choice": "有场所不在您的辖区或已不在名册，请重新勾选。"},
    )
    checklist = forms.ModelChoiceField(
        label="检查表", queryset=CheckList.objects.none(), empty_label="请选择"
    )
    starts_on = forms.DateField(label="开始", widget=DayInput, initial=today)
    ends_on = forms.DateField(label="结束", widget=DayInput, initial=lambda: today() + timedelta(days=30))
    leader = forms.ModelChoiceField(label="负责人", queryset=User.objects.none(), empty_label="请选择")
    note = forms.CharField(label="说明", max_length=500, required=False, widget=forms.Textarea)

    def __init__(self, user: User, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        labels = words("campaign_action", "place_type")
        _pick(self.fields["action"], list(labels["campaign_action"].items()))
        _pick(self.fields["place_types"], list(labels["place_type"].items()))
        areas = Area.objects.within(user, RIGHT).filter(is_active=True).exclude(level=Area.Level.GRID)
        fields = cast(Mapping[str, Any], self.fields)
        fields["area"].queryset = areas.order_by("path")
        fields["checklist"].queryset = CheckList.objects.filter(is_current=True).order_by("name")
        top = areas.order_by("path").first()
        fields["leader"].queryset = leaders_in(top) if top else User.objects.none()
        self._offer_places(user)

    def _offer_places(self, user: User) -> None:
        """The places that were ticked, then those that the words name."""
        ticked = [pk for pk in map(id_of, self["chosen"].value() or ()) if pk][: MOST_CHOSEN + 1]
        words_asked = self._words_asked()
        seen: Any = Target.objects.within(user, RIGHT).filter(kind=Target.Kind.PLACE, is_active=True)
        wanted = seen.filter(pk__in=ticked)
        rows = list(wanted.order_by("name", "pk").values_list("pk", "name", "address"))
        if words_asked:
            named = search(seen, words_asked).exclude(pk__in=ticked).order_by("name", "pk")
            rows += named.values_list("pk", "name", "address")[:PLACES_OFFERED]
        self.asked = bool(words_asked)
        _pick(
            self.fields["chosen"],
            [(pk, f"{name}，{address}" if address else name) for pk, name, address in rows],
        )

    def _words_asked(self) -> str:
        """What places are looked for by, before the form is checked; none where that will be refused."""
        try:
            return str(self.fields["find"].clean(self["find"].value()))
        except forms.ValidationError:
            return ""

    def clean_chosen(self) -> list[int] | None:
        """Numbers of targets; None where nothing was chosen."""
        chosen: list[int] = self.cleaned_data["chosen"]
        if len(chosen) > MOST_CHOSEN:
            raise forms.ValidationError(f"一次最多选 {MOST_CHOSEN} 个场所。")
        return chosen or None

    def content(self) -> dict[str, Any]:
        """What `open_campaign` takes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "find"}


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
