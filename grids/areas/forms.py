"""What an administrator types about a village, a grid and its house numbers."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator

from grids.imports.area_cells import HIGHEST
from grids.models import Area
from shared import cells

NAME_LENGTH = 60
MOST_PEOPLE = 2_000_000


class VillageFilter(forms.Form):
    """找村社."""

    q = forms.CharField(label="村社名称或曾用名", required=False, max_length=NAME_LENGTH)


class AreaForm(forms.Form):
    """曾用名、人口、代码."""

    aliases = forms.CharField(
        label="曾用名",
        required=False,
        max_length=1000,
        help_text="合并、改名以前的叫法，几个之间用顿号隔开；导入的表格按它认村社",
    )
    population = forms.IntegerField(label="常住人口", min_value=0, max_value=MOST_PEOPLE)
    code = forms.CharField(
        label="区划代码",
        required=False,
        validators=[RegexValidator(r"^[0-9]{12}\Z", "区划代码是 12 位数字，请核对；不知道就空着。")],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text="12 位数字，不知道就空着",
    )

    def __init__(self, data: Any = None, *, area: Area) -> None:
        given = {"aliases": "、".join(area.aliases), "population": area.population, "code": area.code}
        super().__init__(data, initial=given)
        if area.level == Area.Level.GRID:
            del self.fields["aliases"]

    def clean_aliases(self) -> list[str]:
        """Each name once."""
        names = cells.words(self.cleaned_data["aliases"])
        if any(len(name) > NAME_LENGTH for name in names):
            raise forms.ValidationError(f"每个曾用名最多 {NAME_LENGTH} 个字，几个之间用顿号隔开。")
        return names


class GridForm(forms.Form):
    """新网格."""

    name = forms.CharField(label="网格名称", max_length=28, help_text="如“第三网格”，前面自动加上村社名")
    population = forms.IntegerField(label="常住人口", min_value=0, max_value=MOST_PEOPLE, required=False)


class AreaChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A grid, or the village itself."""

    def label_from_instance(self, obj: Any) -> str:
        """`河边村（不分网格）`."""
        return str(obj.name) if obj.level == Area.Level.GRID else f"{obj.name}（不分网格）"


class RangeForm(forms.Form):
    """地址段：道路、起止门牌、归哪个网格."""

    area = AreaChoice(Area.objects.none(), label="归哪个网格", empty_label="请选择")
    road = forms.CharField(label="道路或片区", max_length=NAME_LENGTH, help_text="如“九龙湖路”“一区”")
    low = forms.IntegerField(label="起始门牌", min_value=0, max_value=HIGHEST, required=False)
    high = forms.IntegerField(
        label="截止门牌",
        min_value=0,
        max_value=HIGHEST,
        required=False,
        help_text="两格都空着就是整条路",
    )

    def __init__(self, *args: Any, village: Area, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["area"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
        field.queryset = Area.objects.under(village).filter(is_active=True).order_by("path")

    def clean(self) -> dict[str, Any]:
        """Both numbers or none."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        low, high = given.get("low"), given.get("high")
        if "low" in given and "high" in given:
            if low is None and high is None:
                given |= {"low": 0, "high": HIGHEST}
            elif low is None or high is None:
                empty = "low" if low is None else "high"
                self.add_error(empty, "起止门牌要写就都写；只有一个门牌，两格写同一个号。")
        return given
