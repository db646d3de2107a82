"""Forms of what a station works with: studios, mediators, rooms, vans."""

from copy import copy
from typing import Any, ClassVar

from django import forms
from django.db.models import Q

from accounts.models import User
from grids.models import Post, Unit
from grids.queries import labels, words
from mediation.forms.fields import pick
from mediation.models import Brand, Mediator, Room, Van
from mediation.workflow.stations import Row, mark
from shared.errors import Conflict, InvalidInput


class RowForm(forms.Form):
    """One row of a station: a new one, or (`row`) another content of one."""

    model: ClassVar[Any]
    label: ClassVar[str]
    is_active = forms.BooleanField(label="在用", required=False, initial=True)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, station: Unit, data: Any = None, row: Row | None = None) -> None:
        super().__init__(data)
        self.station, self.row = station, row
        self.prepare()
        if row is None:
            del self.fields["seen"]
        else:
            self.initial.update({name: getattr(row, name) for name in self.fields if name != "seen"})
            self.initial["seen"] = mark(row)
        self.order_fields([*(name for name in self.fields if name != "is_active"), "is_active"])

    def prepare(self) -> None:
        """Fill choices from the station."""

    def values(self) -> dict[str, Any]:
        """What the row is to hold."""
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}

    def again(self, error: InvalidInput | Conflict) -> None:
        """The refused form with what was typed; where somebody else was first, beside what stands there now,
        for whoever has read that.
        """
        self.add_error(error.field if error.field in self.fields else None, error.message)
        if self.row is None or "mark" not in error.extra:
            return
        sent: Any = copy(self.data)
        sent["seen"] = error.extra["mark"]
        self.data = sent
        self.row.refresh_from_db()
        now = type(self)(self.station, row=self.row)
        for bound in now.visible_fields():
            if now.initial.get(bound.name) != self.cleaned_data.get(bound.name):
                self.add_error(bound.name, f"现在是：{_shown(bound)}。要用您写的，请再保存一次。")


def _shown(bound: forms.BoundField) -> str:
    """A value in the words of its field."""
    value = bound.initial
    if isinstance(value, bool):
        return "是" if value else "否"
    held = [str(one) for one in (value if isinstance(value, list) else [getattr(value, "pk", value)])]
    offered = {str(code): str(label) for code, label in getattr(bound.field, "choices", ())}
    return "、".join(offered.get(one, one) for one in held if one not in {"", "None"}) or "没有填"


class SkilledForm(RowForm):
    """Somebody or something that is good at some sorts of dispute."""

    def prepare(self) -> None:
        """The sorts; one that is not offered any more stays with who had it."""
        known, offered = words("dispute_type")["dispute_type"], dict(labels("dispute_type"))
        for code in getattr(self.row, "fields", []):
            offered.setdefault(code, known.get(code, code))
        self.fields["fields"] = forms.MultipleChoiceField(
            label="擅长的纠纷",
            choices=list(offered.items()),
            widget=forms.CheckboxSelectMultiple,
            required=False,
            help_text="都不选就是各类都接；建议人选按它排",
        )


class BrandForm(SkilledForm):
    """品牌调解室."""

    model, label = Brand, "品牌调解室"
    name = forms.CharField(label="名称", max_length=40, help_text="例如：老梁调解室")
    about = forms.CharField(label="简介", max_length=200, required=False)


class MediatorForm(SkilledForm):
    """调解员, lawyers and volunteers among them; who he is stays."""

    model, label = Mediator, "调解员"
    user = forms.ModelChoiceField(label="人员", queryset=User.objects.none(), empty_label="请选择")
    kind = pick("类别", list(Mediator.Kind.choices), tiles=True, initial=Mediator.Kind.FULL_TIME)
    brand = forms.ModelChoiceField(
        label="品牌调解室", queryset=Brand.objects.none(), required=False, empty_label="不属于品牌调解室"
    )

    def prepare(self) -> None:
        """Who holds a post at the station and is not written down yet; the studios of the street."""
        super().prepare()
        street = f"/{self.station.area.parent_ids[0]}/"
        his = Q(pk=getattr(self.row, "brand_id", None))
        brands = Brand.objects.filter(Q(is_active=True) | his, station__area__path__startswith=street)
        self.fields["brand"].queryset = brands.order_by("id")  # type: ignore[attr-defined]
        if self.row is not None:
            del self.fields["user"]
            return
        posts = Post.objects.on().filter(unit=self.station, role__rights__contains=["mediation.handle"])
        people = User.objects.filter(pk__in=posts.values("user"), mediator_profile=None, is_active=True)
        self.fields["user"].queryset = people.order_by("name", "pk")  # type: ignore[attr-defined]
        self.fields["user"].help_text = "在本站任职、能办理案件的人；先在“人员”里给他任职"


class RoomForm(RowForm):
    """调解室房间."""

    model, label = Room, "房间"
    name = forms.CharField(label="名称", max_length=40, help_text="例如：一号调解室")


class VanForm(RowForm):
    """调解车."""

    model, label = Van, "调解车"
    name = forms.CharField(label="名称", max_length=40, help_text="例如：调解1号车")
    plate = forms.CharField(label="车牌", max_length=12)


SORTS: dict[str, type[RowForm]] = {
    "brands": BrandForm,
    "mediators": MediatorForm,
    "rooms": RoomForm,
    "vans": VanForm,
}
"""By the part of the address that names them."""
