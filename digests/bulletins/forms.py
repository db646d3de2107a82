"""Forms of bulletins: issuing one, and the figures of all villages of a week on one page."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from django import forms

from digests.bulletins.figures import FIELDS, Figures, monday
from grids.models import Area
from shared.dates import today
from shared.faces import DayInput

LARGEST = 1_000_000


class IssueForm(forms.Form):
    """A bulletin over a period; `client_id` makes a second press harmless."""

    street = forms.ModelChoiceField(Area.objects.none(), label="街道", empty_label=None)
    since = forms.DateField(label="从", widget=DayInput)
    until = forms.DateField(label="到", widget=DayInput)
    remark = forms.CharField(
        label="按语", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    client_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, streets: Any, **kwargs: Any) -> None:
        first = {
            "since": today() - timedelta(days=7),
            "until": today() - timedelta(days=1),
            "client_id": uuid4(),
            "street": streets.first(),
        }
        super().__init__(*args, **{"initial": first, **kwargs})
        self.fields["street"].queryset = streets  # type: ignore[attr-defined]

    def client(self) -> UUID:
        """The id of this bulletin."""
        found: UUID = self.cleaned_data["client_id"]
        return found


class WeekForm(forms.Form):
    """Any day of the week whose figures are shown; last week where none is asked."""

    week = forms.DateField(label="周", required=False, widget=DayInput)

    def monday(self) -> date:
        """The first day of the asked week."""
        asked = self.cleaned_data.get("week") if self.is_valid() else None
        return monday(min(asked, today()) if asked else today() - timedelta(days=7))


class FiguresForm(forms.Form):
    """A row of four numbers for each village; a village left empty states nothing."""

    week = forms.DateField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, rows: list[dict[str, Any]], week: date, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"week": week}, **kwargs})
        self.rows = rows
        for row in rows:
            village = row["village"]
            for name in FIELDS:
                self.fields[f"{village.pk}-{name}"] = forms.IntegerField(
                    label=f"{village.name} {LABELS[name]}",
                    required=False,
                    min_value=0,
                    max_value=LARGEST,
                    initial=row.get(name),
                )
            self.fields[f"{village.pk}-version"] = forms.IntegerField(
                widget=forms.HiddenInput, required=False, min_value=0, initial=row.get("version", 0)
            )

    def figures(self) -> list[Figures]:
        """What was stated: villages with both 应登记 and 已登记."""
        given = self.cleaned_data
        return [
            Figures(
                village=village,
                living=given[f"{village.pk}-living"],
                registered=given[f"{village.pk}-registered"],
                moved_in=given.get(f"{village.pk}-moved_in") or 0,
                moved_out=given.get(f"{village.pk}-moved_out") or 0,
                version=given.get(f"{village.pk}-version") or 0,
            )
            for village in (row["village"] for row in self.rows)
            if given.get(f"{village.pk}-living") is not None
            and given.get(f"{village.pk}-registered") is not None
        ]

    def clean(self) -> dict[str, Any]:
        """One of the two alone is half a statement."""
        given = self.cleaned_data
        for row in self.rows:
            pk = row["village"].pk
            both = [given.get(f"{pk}-living"), given.get(f"{pk}-registered")]
            if both.count(None) == 1:
                self.add_error(
                    f"{pk}-{'living' if both[0] is None else 'registered'}", "应登记和已登记要一起填。"
                )
        return given


LABELS = {"living": "应登记", "registered": "已登记", "moved_in": "新来", "moved_out": "离开"}
