"""How the list of residents' reports is narrowed: one definition for page and API."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from incidents.filters import PeriodFilter
from incidents.reports.models import CitizenReport, Rating
from incidents.reports.phones import phone_index
from matters.filters import AreaFilter, all_words
from matters.queries import state_choices
from shared.cells import is_phone
from shared.crypto import normal

RATED = (("good", "满意、基本满意"), ("so_so", "一般"), ("not", "不满意"), ("none", "还没评价"))


class ReportFilter(PeriodFilter):
    """Words, number, phone (whole or its tail); period, type, state, place, rating."""

    q = django_filters.CharFilter(method="words", label="内容、地点、编号、完整电话或后四位")
    type = django_filters.CharFilter(field_name="report_type", label="类型")
    state = django_filters.ChoiceFilter(
        field_name="matter__state", choices=state_choices, label="状态", empty_label="全部"
    )
    rated = django_filters.ChoiceFilter(method="content", choices=RATED, label="评价", empty_label="全部")
    placed = django_filters.ChoiceFilter(
        choices=CitizenReport.Placed.choices, label="落格", empty_label="全部"
    )
    area = AreaFilter(column="matter__area")

    class Meta:
        model = CitizenReport
        fields: list[str] = []

    def words(self, queryset: QuerySet[Any, Any], _: str, value: str) -> QuerySet[Any, Any]:
        """Every word in text, place or number; a whole phone by its keyed hash, four digits as its tail."""
        found = all_words(value, "address", "matter__number", "matter__title", told="description")
        number = normal(value)
        if is_phone(number):
            found |= Q(phone_index=phone_index(number))
        elif len(number) == 4 and number.isdecimal():
            found |= Q(phone_tail=number)
        return queryset.filter(found)

    def content(self, queryset: QuerySet[Any, Any], _: str, value: str) -> QuerySet[Any, Any]:
        """By the rating of the answer that stands."""
        wanted = {"good": Rating.GOOD, "so_so": ["so_so"], "not": ["not"], "none": [""]}[value]
        return queryset.filter(score__in=wanted)
