"""What a reader may ask of the list of diversions."""

from datetime import date, timedelta
from typing import Any

from django import forms

from incidents.diversions.queries import VIEWS
from shared.dates import today
from shared.faces import DayInput

DAYS = 30


class DiversionFilter(forms.Form):
    """Which ones, and the days that the two rates are counted over: the last 30 where none are named."""

    view = forms.ChoiceField(choices=VIEWS, required=False, widget=forms.HiddenInput)
    after = forms.DateField(label="从", required=False, widget=DayInput)
    before = forms.DateField(label="到", required=False, widget=DayInput)

    def clean(self) -> dict[str, Any]:
        """The first day is not after the last."""
        data = super().clean() or {}
        until = data.get("before") or today()
        since = data.get("after") or until - timedelta(days=min(DAYS - 1, (until - date.min).days))
        if since > until:
            self.add_error("after", "开始日期不能晚于结束日期。")
            since = until
        return {**data, "since": since, "until": until}
