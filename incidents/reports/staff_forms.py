"""Forms of the staff about residents' reports."""

from typing import Any

from django import forms

from accounts.models import User
from grids.models import Area


class PosterForm(forms.Form):
    """For which village the poster is."""

    area = forms.ModelChoiceField(label="村社", queryset=Area.objects.none(), empty_label="请选择")

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        field = self.fields["area"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- declared above
        own = Area.objects.within(user, "reports.view")
        above = [pk for path in own.values_list("path", flat=True) for pk in _ids(path)]
        field.queryset = Area.objects.filter(
            pk__in=above, level__in=Area.VILLAGE_LEVELS, is_active=True
        ).order_by("path")


def _ids(path: str) -> list[int]:
    return [int(part) for part in path.strip("/").split("/") if part]
