"""What a reader may ask of the figures: days and a station; and the addresses of the rows behind a number."""

from calendar import monthrange
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.urls import reverse

from grids.queries.coverage import Period
from mediation.figures.counts import BY
from mediation.queries.stations import station_choices
from shared.dates import today
from shared.faces import DayInput

LONGEST = 3660
"""Days of a period at most: ten years."""
OLDEST = date(2000, 1, 1)


class FiguresForm(forms.Form):
    """Days, station, and what to break down by; this year up to today where nothing is named."""

    by = forms.ChoiceField(choices=list(BY.items()), required=False, widget=forms.HiddenInput)
    station = forms.ChoiceField(label="工作站", required=False)
    to = forms.DateField(label="到", required=False, widget=DayInput)

    def __init__(self, data: Any, user: Any) -> None:
        super().__init__(data)
        # "from" is a word of Python, so this field cannot be declared above.
        self.fields["from"] = forms.DateField(label="从", required=False, widget=DayInput())
        stations = station_choices(user)
        self.fields["station"].choices = [("", "全部"), *stations]  # type: ignore[attr-defined]
        self.names = dict(stations)
        self.order_fields(["by", "station", "from", "to"])
        if len(stations) < 2:
            self.fields["station"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        """The first day is not after the last, and there are at most ten years between."""
        data = super().clean() or {}
        until = data.get("to") or today()
        if until < OLDEST:
            self.add_error("to", f"{OLDEST.year} 年以前没有数字，请核对年份。")
            until = OLDEST
        since = data.get("from") or until.replace(month=1, day=1)
        if since > until:
            self.add_error("from", "开始日期不能晚于结束日期。")
            since = until
        if since < OLDEST or (until - since).days > LONGEST:
            self.add_error("from", "一次最多看十年，请缩短时间。")
            since = max(OLDEST, until - timedelta(days=365))
        data["period"], data["by"] = Period(since, until), data.get("by") or "type"
        return data

    def narrowed(self, cases: Any) -> Any:
        """Only the station that was named."""
        station = self.cleaned_data.get("station")
        return cases.filter(station=station) if station else cases

    def address(self, page: str = "mediation_stats", **changed: Any) -> str:
        """Of the same question with something changed."""
        data = self.cleaned_data
        period = data["period"]
        asked = {
            "by": data["by"],
            "station": data.get("station", ""),
            "from": period.since,
            "to": period.until,
        }
        asked |= changed
        query = urlencode({name: value for name, value in asked.items() if value not in ("", None)})
        return f"{reverse(page)}?{query}"

    def rows(self, figure: str, key: str | None = None) -> str:
        """Of the list of cases behind a figure of a line (`key`) or of the whole."""
        data = self.cleaned_data
        period, by = data["period"], data["by"]
        query = {"station": data.get("station", "")}
        if key is not None and by == "month":
            first = date.fromisoformat(f"{key}-01")
            last = first.replace(day=monthrange(first.year, first.month)[1])
            period = Period(max(period.since, first), min(period.until, last))
        elif key == "":
            query["unbranded"] = "true"
        elif key is not None:
            query[by] = key
        query |= {"figure": figure, "after": str(period.since), "before": str(period.until)}
        return f"{reverse('case_list')}?{urlencode({n: v for n, v in query.items() if v})}"

    def spans(self) -> list[tuple[str, str]]:
        """This month, this year, the years before."""
        day = today()
        first = day.replace(day=1)
        years = [
            (f"{year}年", date(year, 1, 1), date(year, 12, 31))
            for year in range(day.year - 1, day.year - 4, -1)
        ]
        named = [("本月", first, day), ("本年", day.replace(month=1, day=1), day), *years]
        return [(name, self.address(**days(since, until))) for name, since, until in named]


def days(since: date, until: date) -> dict[str, Any]:
    """As the address names them."""
    return {"from": since, "to": until}


def asked(query: QueryDict, user: Any) -> FiguresForm:
    """The form, checked."""
    form = FiguresForm(query, user)
    form.full_clean()
    return form
