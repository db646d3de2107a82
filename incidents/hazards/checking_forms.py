"""The form of an inspection: one question for each item of the list."""

from typing import Any

from django import forms

from accounts.models import User
from grids import photos
from grids.models import Area
from grids.queries import words
from incidents.hazards.checking import Finding
from incidents.hazards.forms import PlaceForm, photo_field
from incidents.models import Campaign, CheckItem, CheckList, InspectionResult

Verdict = InspectionResult.Verdict


class InspectionForm(PlaceForm):
    """`item_<id>` how it is, `note_<id>` and `photos_<id>` what there is to see. `all_ok` takes what was not
    answered as in order.
    """

    name = forms.CharField(label="场所名称", max_length=80, required=False, help_text="按门头招牌写")
    place_type = forms.ChoiceField(label="场所类别", required=False)
    note = forms.CharField(
        label="说明", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    all_ok = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        user: User,
        home: Area,
        *args: Any,
        checklist: CheckList,
        place_type: str = "",
        campaign: Campaign | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(user, home, *args, **kwargs)
        self.checklist, self.campaign, self.chosen_type = checklist, campaign, place_type
        self.items = list(checklist.items.order_by("entries__position"))
        self._settle_place()
        for item in self.items:
            self.fields[f"item_{item.pk}"] = forms.ChoiceField(
                label=item.text,
                choices=Verdict.choices,
                widget=forms.RadioSelect,
                required=not self._all_ok,
                help_text="一票否决" if item.veto else "",
                error_messages={"required": "还没有查这一项。"},
            )
            self.fields[f"note_{item.pk}"] = forms.CharField(
                label="看到了什么", max_length=500, required=False
            )
            self.fields[f"photos_{item.pk}"] = photo_field("照片")

    @property
    def _all_ok(self) -> bool:
        return self.is_bound and bool(self.data.get("all_ok"))

    def _settle_place(self) -> None:
        """A place on the register brings name and type; another one needs an address."""
        if self.target:
            del self.fields["name"], self.fields["place_type"]
            return
        kinds = words("place_type")["place_type"]
        field: Any = self.fields["place_type"]
        field.choices = [("", "请选择"), *kinds.items()]
        field.initial = self.chosen_type
        self.fields["address"].required = True
        self.fields["address"].error_messages["required"] = "请写明地址，整改的人才找得到。"

    def rows(self) -> list[tuple[CheckItem, Any, Any, Any]]:
        """Each item with its three fields, for the page."""
        return [
            (item, self[f"item_{item.pk}"], self[f"note_{item.pk}"], self[f"photos_{item.pk}"])
            for item in self.items
        ]

    def content(self) -> dict[str, Any]:
        """The arguments of `record_inspection` besides the actor. Raises InvalidInput for a bad photo."""
        data = self.cleaned_data
        return {
            "checklist": self.checklist,
            "campaign": self.campaign,
            "target": self.target,
            "findings": {item.pk: self._finding(item.pk) for item in self.items},
            **{name: data.get(name, "") for name in ("name", "address", "place_type", "note")},
            **{name: data[name] for name in ("area", "source", "client_id")},
        }

    def _finding(self, pk: int) -> Finding:
        data = self.cleaned_data
        verdict = data[f"item_{pk}"] or Verdict.OK
        if verdict != Verdict.BAD:
            return Finding(verdict)
        field = f"photos_{pk}"
        return Finding(verdict, data[f"note_{pk}"], photos.clean(data[field], field))


class PlaceSearch(forms.Form):
    """Which place to inspect."""

    q = forms.CharField(label="场所名称、地址或首字母", required=False, max_length=80)
