"""The form that reports a hazard from a phone, and what it shares with the form of an inspection."""

from typing import Any
from uuid import UUID

from django import forms

from accounts.models import User
from grids.forms import PhotosField, PhotosInput
from grids.models import Area, Target
from grids.photos import ACCEPT
from grids.queries import words
from incidents.hazards.sources import sources_of
from incidents.models import Hazard
from matters.needs import area_groups


def photo_field(label: str) -> PhotosField:
    """Photos from camera or album; nobody must give some."""
    return PhotosField(
        label=label, required=False, widget=PhotosInput(attrs={"accept": ACCEPT, "multiple": True})
    )


class PlaceForm(forms.Form):
    """Where it is and who says so. `client_id` makes it safe to send twice; no choice, no question."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    area = forms.ChoiceField(label="在哪个网格")
    address = forms.CharField(label="具体地点", max_length=200, required=False)
    source = forms.ChoiceField(label="来源")

    saved: int | None = None
    """What the same client id already stands for, where its content differs."""

    def __init__(
        self,
        user: User,
        home: Area,
        target: Target | None,
        client_id: UUID,
        data: Any = None,
        files: Any = None,
    ) -> None:
        first = {"client_id": client_id, "address": target.address if target else ""}
        super().__init__(data, files, initial=first)
        self.target = target
        mine = sources_of(user)
        self.offer("source", list(mine.items()))
        grid = [("", [(str(target.grid_id), target.grid.name)])] if target else None
        self.offer("area", grid or area_groups(user, "hazards.report", home), grouped=True)

    def offer(self, name: str, choices: list[Any], *, grouped: bool = False) -> None:
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
        return Area.objects.select_related("parent").get(pk=self.cleaned_data["area"])


class HazardForm(PlaceForm):
    """Type, level, text, place, photos."""

    hazard_type = forms.ChoiceField(label="哪类隐患", widget=forms.RadioSelect)
    level = forms.ChoiceField(label="多严重", choices=Hazard.Level.choices, widget=forms.RadioSelect)
    description = forms.CharField(
        label="看到了什么",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="可以用语音输入",
    )
    photos = photo_field("整改前照片")
    field_order = ("client_id", "hazard_type", "level", "description", "photos", "area", "address", "source")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("hazard_type", list(words("hazard_type")["hazard_type"].items()))
