"""What people type about van calls."""

from typing import Any, cast
from uuid import uuid4

from django import forms

from grids.models import Area
from shared.faces import DayInput


class CallForm(forms.Form):
    """Call a van; where it comes from an incident everything stands there already."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    area = forms.ModelChoiceField(label="村社", queryset=Area.objects.none(), empty_label="请选择")
    address = forms.CharField(label="地点", max_length=200)
    about = forms.CharField(label="什么纠纷", max_length=500, widget=forms.Textarea)

    def __init__(self, *args: Any, user: Any, home: Area | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        areas = Area.objects.within(user, "van.send").filter(is_active=True)
        wanted = areas.filter(level__in=Area.VILLAGE_LEVELS)
        if home is not None:
            wanted = wanted | areas.filter(pk=home.pk)
            self.fields["area"].initial = home
        cast(Any, self.fields["area"]).queryset = wanted.order_by("path")


class StepForm(forms.Form):
    """One tap, with a word where the step asks for it."""

    action = forms.CharField(max_length=20)
    note = forms.CharField(max_length=500, required=False)
    crew = forms.CharField(max_length=60, required=False)


class PeriodForm(forms.Form):
    """Which calls."""

    since = forms.DateField(label="从", required=False, widget=DayInput)
    until = forms.DateField(label="到", required=False, widget=DayInput)
