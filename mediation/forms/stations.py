"""Forms of what a station works with: studios, mediators, rooms, vans."""

from typing import Any, ClassVar

from django import forms
from django.db.models import Model

from accounts.models import User
from grids.models import Post, Unit
from grids.queries import labels
from mediation.forms.fields import pick
from mediation.models import Brand, Mediator, Room, Van


class RowForm(forms.Form):
    """One row of a station: a new one, or (`row`) another content of one."""

    model: ClassVar[Any]
    label: ClassVar[str]
    is_active = forms.BooleanField(label="在用", required=False, initial=True)

    def __init__(self, station: Unit, data: Any = None, row: Model | None = None) -> None:
        super().__init__(data)
        self.station, self.row = station, row
        self.prepare()
        if row is not None:
            self.initial.update({name: getattr(row, name) for name in self.fields})
        self.order_fields([*(name for name in self.fields if name != "is_active"), "is_active"])

    def prepare(self) -> None:
        """Fill choices from the station."""

    def values(self) -> dict[str, Any]:
        """What the row is to hold."""
        return dict(self.cleaned_data)


class SkilledForm(RowForm):
    """Somebody or something that is good at some sorts of dispute."""

    def prepare(self) -> None:
        """The sorts."""
        self.fields["fields"] = forms.MultipleChoiceField(
            label="擅长的纠纷",
            choices=list(labels("dispute_type").items()),
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
        brands = Brand.objects.filter(station__area__path__startswith=street, is_active=True)
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
