"""How lists of police incidents are narrowed: one definition for page, export and API."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay

from incidents.diversions.models import Diversion
from incidents.diversions.queries import GONE
from incidents.models import PoliceIncident
from incidents.repeats.queries import RepeatRule, repeat_rule
from matters.filters import AreaFilter, all_words
from matters.queries import state_choices
from shared.cells import is_phone
from shared.crypto import blind, normal
from shared.dates import SHANGHAI, day_span
from shared.faces import DayInput

CARDS = (("again", "期限内再次"), ("yellow", "黄牌和红牌"), ("red", "只看红牌"))


class PeriodFilter(django_filters.FilterSet):  # type: ignore[misc]
    """A span of days by when it happened, both ends included."""

    after = django_filters.DateFilter(method="since", label="从", widget=DayInput)
    before = django_filters.DateFilter(method="until", label="到", widget=DayInput)

    def since(self, queryset: QuerySet[Any, Any], _: str, value: Any) -> QuerySet[Any, Any]:
        """From the first moment of the day."""
        return queryset.filter(matter__occurred_at__gte=day_span(value)[0])

    def until(self, queryset: QuerySet[Any, Any], _: str, value: Any) -> QuerySet[Any, Any]:
        """To the last moment of the day."""
        return queryset.filter(matter__occurred_at__lt=day_span(value)[1])

    def offer(self, **choices: dict[str, str]) -> forms.Form:
        """The form with the words of a vocabulary to choose from, instead of a text field for the code."""
        form: forms.Form = self.form
        for name, labels in choices.items():
            form.fields[name].widget = forms.Select(choices=[("", "全部"), *labels.items()])
        return form


class IncidentFilter(PeriodFilter):
    """Words, number or a whole phone number; period, type, level, place, how it was placed, repeats."""

    q = django_filters.CharFilter(method="words", label="地址、单号、情况或完整电话")
    type = django_filters.CharFilter(field_name="incident_type", label="类别")
    level = django_filters.CharFilter(field_name="level", label="级别")
    state = django_filters.ChoiceFilter(
        field_name="matter__state", choices=state_choices, label="状态", empty_label="全部"
    )
    repeat = django_filters.ChoiceFilter(
        method="repeated", choices=CARDS, label="重复警情", empty_label="全部"
    )
    placed = django_filters.ChoiceFilter(
        choices=PoliceIncident.Placed.choices, label="落格", empty_label="全部"
    )
    diverted = django_filters.ChoiceFilter(
        method="passed_on", choices=(("yes", "已分流"), ("no", "没有分流")), label="分流", empty_label="全部"
    )
    weekday = django_filters.NumberFilter(
        method="on_weekday", min_value=1, max_value=7, widget=forms.HiddenInput
    )
    hour = django_filters.NumberFilter(method="at_hour", min_value=0, max_value=23, widget=forms.HiddenInput)
    address = django_filters.CharFilter(field_name="address_key", widget=forms.HiddenInput)
    area = AreaFilter(column="matter__area")

    class Meta:
        model = PoliceIncident
        fields: list[str] = []

    def words(self, queryset: QuerySet[Any, Any], _: str, value: str) -> QuerySet[Any, Any]:
        """Every word in address, number or summary; a whole phone number is found by its keyed hash."""
        found = all_words(value, "address", "police_number", told="summary")
        if is_phone(number := normal(value)):
            found |= Q(phone_index=blind(number, "phone"))
        return queryset.filter(found)

    def on_weekday(self, queryset: QuerySet[Any, Any], _: str, value: Any) -> QuerySet[Any, Any]:
        """One day of the week, 1 = Monday: a cell of the hot spots."""
        day = ExtractIsoWeekDay("matter__occurred_at", tzinfo=SHANGHAI)
        found: QuerySet[Any, Any] = queryset.alias(weekday=day).filter(weekday=int(value))
        return found

    def at_hour(self, queryset: QuerySet[Any, Any], _: str, value: Any) -> QuerySet[Any, Any]:
        """One hour of the clock."""
        hour = ExtractHour("matter__occurred_at", tzinfo=SHANGHAI)
        found: QuerySet[Any, Any] = queryset.alias(hour=hour).filter(hour=int(value))
        return found

    def passed_on(self, queryset: QuerySet[Any, Any], _: str, value: str) -> QuerySet[Any, Any]:
        """What 分流率 counts, or the others."""
        kept = Diversion.objects.filter(matter=OuterRef("pk")).exclude(ending__in=GONE)
        return queryset.filter(Exists(kept) if value == "yes" else ~Exists(kept))

    def repeated(self, queryset: QuerySet[Any, Any], _: str, value: str) -> QuerySet[Any, Any]:
        """Only incidents with an earlier one (重复警情率), or that carry a card."""
        rule: RepeatRule = repeat_rule()
        return queryset.filter(repeats__gte={"again": 2, "yellow": rule.yellow, "red": rule.red}[value])
