"""What an administrator types about a person and a post."""

from typing import Any

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.validators import RegexValidator

from accounts.models import User
from grids.models import Area, Role, Unit
from grids.people.queries import areas_to_give
from grids.people.workflow import roles_to_give
from shared.dates import today
from shared.faces import DayInput

DEPTH = "　"


class AreaChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Areas, indented by their place in the tree."""

    def label_from_instance(self, obj: Any) -> str:
        """`　河边村` below `城东街道`."""
        return f"{DEPTH * (obj.path.count('/') - 2)}{obj.name}"


class RoleChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Roles by label."""

    def label_from_instance(self, obj: Any) -> str:
        """`网格员`."""
        return str(obj.label)


class PostForm(forms.Form):
    """任职：区域、角色、单位、起止."""

    role = RoleChoice(Role.objects.none(), label="角色", empty_label="请选择")
    area = AreaChoice(Area.objects.none(), label="区域", empty_label="请选择")
    unit = forms.ModelChoiceField(
        Unit.objects.none(),
        label="单位",
        required=False,
        empty_label="无",
        help_text="派出所、工作站、部门、队伍的人要选",
    )
    starts_on = forms.DateField(label="从", widget=DayInput(), initial=today)

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        areas = areas_to_give(actor)
        choices: dict[str, Any] = {
            "area": areas,
            "unit": Unit.objects.filter(area__in=areas).order_by("name"),
            "role": Role.objects.filter(pk__in=[role.pk for role in roles_to_give(actor)]).order_by("id"),
        }
        for name, queryset in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
            field.queryset = queryset


class TermPostForm(PostForm):
    """任职，可写明结束日期."""

    ends_on = forms.DateField(label="到", widget=DayInput(), required=False, help_text="不写就一直有效")


class PersonForm(PostForm):
    """新人员和他的第一个任职."""

    field_order = ["name", "username", "phone", "role", "area", "unit", "starts_on"]
    name = forms.CharField(label="姓名", max_length=60)
    username = forms.CharField(
        label="登录名",
        max_length=60,
        validators=[UnicodeUsernameValidator()],
        help_text="字母或数字，本人好记的，如姓名拼音",
        widget=forms.TextInput(
            attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}
        ),
    )
    phone = forms.CharField(
        label="手机号",
        required=False,
        max_length=20,
        validators=[RegexValidator(r"^\+?[0-9][0-9 -]{5,18}$", "手机号只能是数字，请核对。")],
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )


class PeopleFilter(forms.Form):
    """找人."""

    q = forms.CharField(label="姓名、登录名、拼音首字母或完整手机号", required=False, max_length=60)
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "在岗"), ("ended", "已停用或无任职")]
    )
