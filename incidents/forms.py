"""The form that reports a hazard from a phone."""

from typing import Any
from uuid import UUID

from django import forms

from accounts.models import User
from grids.models import Area, Target
from grids.queries import words
from incidents.models import Hazard
from incidents.queries import sources_of
from matters.needs import area_groups


class HazardForm(forms.Form):
    """Type, level, text, place. `client_id` makes it safe to send twice; without a choice it asks nothing."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    hazard_type = forms.ChoiceField(label="哪类隐患", widget=forms.RadioSelect)
    level = forms.ChoiceField(label="多严重", choices=Hazard.Level.choices, widget=forms.RadioSelect)
    description = forms.CharField(
        label="看到了什么",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="可以用语音输入",
    )
    area = forms.ChoiceField(label="在哪个网格")
    address = forms.CharField(label="具体地点", max_length=200, required=False)
    source = forms.ChoiceField(label="来源")

    def __init__(
        self, user: User, home: Area, target: Target | None, client_id: UUID, data: Any = None
    ) -> None:
        super().__init__(data, initial={"client_id": client_id, "address": target.address if target else ""})
        self.target = target
        labels = words("hazard_type", "hazard_source")
        self._offer("hazard_type", list(labels["hazard_type"].items()))
        mine = sources_of(user)
        self._offer(
            "source", [(code, label) for code, label in labels["hazard_source"].items() if code in mine]
        )
        grid = [("", [(str(target.grid_id), target.grid.name)])] if target else None
        self._offer("area", grid or area_groups(user, "hazards.report", home), grouped=True)

    def _offer(self, name: str, choices: list[Any], *, grouped: bool = False) -> None:
        """Give a field its choices; where only one is left it is taken without asking."""
        field = self.fields[name]
        flat = [choice for _, group in choices for choice in group] if grouped else choices
        if len(flat) == 1:
            field.initial, field.widget = flat[0][0], forms.HiddenInput()
            choices = flat
        elif not isinstance(field.widget, forms.RadioSelect):
            choices = [("", "请选择"), *choices]
        field.choices = choices  # type: ignore[attr-defined]

    def clean_area(self) -> Area:
        """The area itself; the choices already kept it inside the user's territory."""
        return Area.objects.get(pk=self.cleaned_data["area"])
