"""How hazards and inspections are narrowed: one definition for pages, exports and API."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from incidents.filters import PeriodFilter
from incidents.hazards import queries
from incidents.models import Hazard, Inspection
from matters.filters import AreaFilter, all_words
from matters.models import Matter
from matters.queries import overdue, state_choices
from shared.faces import DayInput
from shared.filters import IdFilter

RECTIFIED = (("due", "到期的"), ("in_time", "按期整改的"), ("missed", "到期没整改好的"))
REPEATED = (("yes", "重复的"), ("again", "同一地点又出现"), ("failed", "复查不合格"))


class HazardFilter(PeriodFilter):
    """Words or number; source, type, level, state, place, campaign; overdue; by term, rectified, repeated."""

    q = django_filters.CharFilter(method="words", label="地点、情况或编号")
    source = django_filters.CharFilter(field_name="source", label="来源")
    type = django_filters.CharFilter(field_name="hazard_type", label="类型")
    level = django_filters.ChoiceFilter(choices=Hazard.Level.choices, label="等级", empty_label="全部")
    state = django_filters.ChoiceFilter(
        field_name="matter__state", choices=state_choices, label="状态", empty_label="全部"
    )
    overdue = django_filters.ChoiceFilter(
        method="late", choices=(("1", "已超期"), ("open", "还没整改好")), label="进度", empty_label="全部"
    )
    campaign = IdFilter(field_name="finding__inspection__campaign", label="专项行动")
    area = AreaFilter(column="matter__area")
    rectified = django_filters.ChoiceFilter(
        method="fallen_due", choices=RECTIFIED, label="整改", empty_label="全部"
    )
    due_after = django_filters.DateFilter(method="ignored", label="期限从", widget=DayInput)
    due_before = django_filters.DateFilter(method="ignored", label="期限到", widget=DayInput)
    repeat = django_filters.ChoiceFilter(
        method="seen_before", choices=REPEATED, label="重复", empty_label="全部"
    )

    class Meta:
        model = Hazard
        fields: list[str] = []

    def words(self, queryset: QuerySet[Any, Any], _: str, value: str) -> QuerySet[Any, Any]:
        """Every word in the text, the place or the number."""
        named = "address", "matter__number", "matter__title"
        return queryset.filter(all_words(value, *named, told="description"))

    def late(self, queryset: QuerySet[Any, Any], _: str, value: str) -> QuerySet[Any, Any]:
        """Open ones, all or those past their term."""
        if value == "open":
            return queryset.filter(matter__closed_at=None)
        return queryset.filter(matter__in=Matter.objects.filter(overdue()))

    def ignored(self, queryset: QuerySet[Any, Any], _: str, __: Any) -> QuerySet[Any, Any]:
        """The days of `rectified` are applied once, below."""
        return queryset

    def filter_queryset(self, queryset: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
        """Days of the term narrow also where `rectified` asks nothing."""
        found = super().filter_queryset(queryset)
        given = self.form.cleaned_data
        since, until = given.get("due_after"), given.get("due_before")
        if given.get("rectified") or not (since or until):
            return found  # type: ignore[no-any-return]
        return found.filter(queries.due_between(since, until))  # type: ignore[no-any-return]

    def fallen_due(self, queryset: QuerySet[Any, Any], _: str, value: str) -> QuerySet[Any, Any]:
        """Of what fell due: all, what was rectified in time, what was not."""
        given = self.form.cleaned_data
        due = queryset.filter(queries.due_between(given.get("due_after"), given.get("due_before")))
        if value == "in_time":
            return due.filter(queries.in_time())
        return due.exclude(queries.in_time()) if value == "missed" else due

    def seen_before(self, queryset: QuerySet[Any, Any], _: str, value: str) -> QuerySet[Any, Any]:
        """Found again, failed a re-inspection, or either."""
        if value == "failed":
            return queryset.filter(queries.failed())
        days = queries.repeat_days()
        return queryset.filter(queries.again(days) if value == "again" else queries.repeated(days))

    def shown(self, campaigns: list[tuple[int, str]], **choices: dict[str, str]) -> forms.Form:
        """The page's form: words of the vocabularies, and the campaigns of the reader."""
        form = self.offer(**choices)
        form.fields["campaign"].widget = forms.Select(choices=[("", "全部"), *campaigns])
        return form


class InspectionFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Words, place, who, campaign, what was found."""

    q = django_filters.CharFilter(method="words", label="场所或地址")
    type = django_filters.CharFilter(field_name="place_type", label="场所类别")
    source = django_filters.CharFilter(field_name="source", label="来源")
    bad = django_filters.ChoiceFilter(
        method="found", choices=(("1", "有不符合"), ("0", "全部符合")), label="结果", empty_label="全部"
    )
    campaign = IdFilter(field_name="campaign", label="专项行动")
    target = IdFilter(field_name="target", label="走访对象")
    area = AreaFilter()

    class Meta:
        model = Inspection
        fields: list[str] = []

    def words(self, queryset: QuerySet[Any, Any], _: str, value: str) -> QuerySet[Any, Any]:
        """Every word in name or address."""
        return queryset.filter(all_words(value, "name", "address"))

    def found(self, queryset: QuerySet[Any, Any], _: str, value: str) -> QuerySet[Any, Any]:
        """With or without anything out of order."""
        clause = Q(bad__gt=0) if value == "1" else Q(bad=0)
        return queryset.filter(clause)

    def shown(self, campaigns: list[tuple[int, str]], **choices: dict[str, str]) -> forms.Form:
        """The page's form."""
        form: forms.Form = self.form
        for name, labels in choices.items():
            form.fields[name].widget = forms.Select(choices=[("", "全部"), *labels.items()])
        form.fields["campaign"].widget = forms.Select(choices=[("", "全部"), *campaigns])
        form.fields["target"].widget = forms.HiddenInput()
        return form
