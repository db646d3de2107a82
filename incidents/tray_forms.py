"""Forms of the tray: where an incident belongs, or why it does not belong here."""

from collections.abc import Iterable
from typing import Any

from django import forms

from grids.models import Area
from grids.scope import within


class PlaceForm(forms.Form):
    """落格."""

    area = forms.ModelChoiceField(
        label="归哪个村社或网格",
        queryset=Area.objects.none(),
        empty_label="请选择",
        error_messages={"required": "请选择村社或网格。", "invalid_choice": "请选择本街道的村社或网格。"},
    )
    learn = forms.BooleanField(label="以后同样的地址都归这里", required=False)
    note = forms.CharField(label="说明", required=False, max_length=200, help_text="例如：已与村里核实")

    def __init__(self, data: Any = None, *, user: Any, street: Area) -> None:
        super().__init__(data)
        field = self.fields["area"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- declared above
        field.queryset = Area.objects.filter(
            within(user, "incidents.place", ""), path__startswith=street.path, is_active=True
        ).exclude(level=Area.Level.STREET)
        field.choices = [("", "请选择"), *_grouped(field.queryset.order_by("path"))]


def _grouped(areas: Iterable[Area]) -> list[tuple[str, list[tuple[int, str]]]]:
    """Each village with its grids, in the order of the tree."""
    groups: dict[int, tuple[str, list[tuple[int, str]]]] = {}
    for area in areas:
        if area.level in Area.VILLAGE_LEVELS:
            groups[area.pk] = (area.name, [(area.pk, f"{area.name}（不分网格）")])
    for area in areas:
        if area.level == Area.Level.GRID and area.parent_id in groups:
            groups[area.parent_id][1].append((area.pk, area.name))
    return list(groups.values())


class OutsideForm(forms.Form):
    """辖区外."""

    reason = forms.CharField(
        label="为什么不归本街道",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="例如：在太平街道，已转太平街道指挥室",
        error_messages={"required": "请写明为什么不归本街道，例如属于哪个街道。"},
    )
