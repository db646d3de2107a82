"""What an official types about a check list: its head, and its items one below the other."""

from typing import Any, cast

from django import forms

from grids.queries import words
from incidents.hazards.lists import Line
from incidents.levels import HazardLevel
from incidents.models import CheckItem, CheckList

BLANK = 3
MOST = 60


class ListForm(forms.Form):
    """Name, types of place, basis, and items from other lists."""

    name = forms.CharField(label="名称", max_length=60)
    place_types = forms.MultipleChoiceField(label="适用的场所", widget=forms.CheckboxSelectMultiple)
    basis = forms.CharField(label="依据", max_length=200, required=False)
    more = forms.ModelMultipleChoiceField(
        label="从别的检查表加",
        queryset=CheckItem.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, base: CheckList | None, data: Any = None) -> None:
        first = {"name": base.name, "place_types": base.place_types, "basis": base.basis} if base else {}
        super().__init__(data, initial=first)
        kinds = words("place_type")["place_type"]
        cast(forms.ChoiceField, self.fields["place_types"]).choices = list(kinds.items())
        others = CheckItem.objects.filter(lists__is_current=True).distinct().order_by("hazard_type", "text")
        if base:
            others = others.exclude(pk__in=base.items.values("pk"))
        cast(Any, self.fields["more"]).queryset = others


class LineForm(forms.Form):
    """One item; without a text it is left out."""

    text = forms.CharField(label="检查什么", max_length=120, required=False)
    hazard_type = forms.ChoiceField(label="哪类隐患", required=False)
    level = forms.ChoiceField(label="等级", choices=HazardLevel.choices, required=False)
    basis = forms.CharField(label="依据", max_length=120, required=False)
    veto = forms.BooleanField(label="一票否决", required=False)

    def __init__(self, *args: Any, types: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["hazard_type"]).choices = [("", "请选择"), *types.items()]

    def clean(self) -> dict[str, Any]:
        """A text asks for its type."""
        data = super().clean() or {}
        if data.get("text") and not data.get("hazard_type"):
            self.add_error("hazard_type", "请选择哪类隐患。")
        return data


LineSet = forms.formset_factory(LineForm, extra=BLANK, max_num=MOST, validate_max=True, absolute_max=MOST * 2)


def line_set(base: CheckList | None, data: Any = None) -> Any:
    """The items of a list as forms, with a few blank ones below."""
    names = ("text", "hazard_type", "level", "basis", "veto")
    items = base.items.order_by("entries__position").values(*names) if base else []
    types = words("hazard_type")["hazard_type"]
    return LineSet(data, initial=list(items), prefix="line", form_kwargs={"types": types})


def lines_of(forms_of: Any, more: Any) -> list[Line]:
    """What was typed and what was taken over, as lines."""
    typed = [form.cleaned_data for form in forms_of if form.cleaned_data.get("text")]
    lines = [
        Line(row["text"].strip(), row["hazard_type"], row["level"] or "ordinary", row["basis"], row["veto"])
        for row in typed
    ]
    return lines + [Line(i.text, i.hazard_type, i.level, i.basis, i.veto) for i in more]
