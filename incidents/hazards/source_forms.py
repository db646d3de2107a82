"""Which period and area the comparison of sources is asked for."""

from datetime import date, timedelta
from typing import Any

from django import forms

from grids.forms import AreaFilter
from shared.dates import today
from shared.faces import DayInput

DAYS = 90
"""The period where none is asked for."""
LONGEST = 366


class SourcesForm(AreaFilter):
    """Area, first and last day."""

    before = forms.DateField(label="到", required=False, widget=DayInput)

    def __init__(self, data: Any, *, user: Any) -> None:
        super().__init__(data, user=user, right="hazards.view")
        self.fields["after"] = forms.DateField(label="从", required=False, widget=DayInput)
        self.order_fields(["area", "after", "before"])

    def clean(self) -> dict[str, Any]:
        """At most a year, the first day not after the last."""
        data = super().clean() or {}
        until: date = data.get("before") or today()
        since: date = data.get("after") or max(until, date.min + timedelta(days=DAYS)) - timedelta(
            days=DAYS - 1
        )
        if since > until:
            self.add_error("after", "开始日期不能晚于结束日期。")
            since = until
        if (until - since).days >= LONGEST:
            self.add_error("after", f"一次最多看 {LONGEST} 天，请缩短时间。")
            since = until
        data["since"], data["until"] = since, until
        return data
