"""What a reader may ask of the statistics."""

from datetime import date
from typing import Any

from django import forms

from grids.forms import AreaFilter, category_choices
from grids.queries.coverage import Period
from shared.faces import DayInput
from stats.queries import RIGHT, monday

LONGEST = 366


class CoverageFilter(AreaFilter):
    """Which area, days and category; the present week where no day is named."""

    category = forms.ChoiceField(label="类别", required=False)
    to = forms.DateField(label="到", required=False, widget=DayInput)

    def __init__(self, data: Any, *, user: Any, words: Any, day: date) -> None:
        super().__init__(data, user=user, right=RIGHT)
        self.day = day
        # "from" is a word of Python, so this field cannot be declared above.
        self.fields["from"] = forms.DateField(label="从", required=False, widget=DayInput())
        self.fields["category"].choices = category_choices(words)  # type: ignore[attr-defined]
        self.order_fields(["area", "from", "to", "category"])

    def clean(self) -> dict[str, Any]:
        """The first day is not after the last, and there is at most a year between."""
        data = super().clean() or {}
        until = data.get("to") or self.day
        since = data.get("from") or min(monday(until), until)
        if since > until:
            self.add_error("from", "开始日期不能晚于结束日期。")
            since = until
        if (until - since).days > LONGEST:
            self.add_error("from", f"一次最多看 {LONGEST} 天，请缩短时间。")
            since = until
        data["period"] = Period(since, until)
        return data
