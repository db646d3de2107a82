"""How the list of cases is narrowed: one definition for page and API."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from mediation.kinds import STATES
from mediation.models import Dispute
from mediation.queries.cases import asked_of, found_by
from shared.dates import today
from shared.filters import IdFilter

VIEWS = (
    ("mine", "我主办的"),
    ("asked", "等我答复"),
    ("late", "已超期"),
    ("open", "未办结"),
    ("all", "全部"),
)


class CaseFilter(django_filters.FilterSet):  # type: ignore[misc]
    """A word; station, brand, type, source, month, state, and what the case is to the reader."""

    q = django_filters.CharFilter(method="words", label="姓名、拼音首字母、电话后四位或案号")
    view = django_filters.ChoiceFilter(
        method="seen_as", choices=VIEWS, label="范围", widget=forms.HiddenInput
    )
    station = IdFilter(field_name="station", label="工作站")
    brand = IdFilter(field_name="brand", label="品牌")
    type = django_filters.CharFilter(field_name="dispute_type", label="类型")
    source = django_filters.CharFilter(field_name="source", label="来源")
    state = django_filters.ChoiceFilter(
        field_name="matter__state", choices=list(STATES.items()), label="状态", empty_label="全部"
    )
    month = django_filters.DateFilter(
        method="in_month",
        label="登记月份",
        input_formats=["%Y-%m"],
        widget=forms.DateInput(format="%Y-%m", attrs={"type": "month"}),
    )

    class Meta:
        model = Dispute
        fields: list[str] = []

    def words(self, queryset: QuerySet[Any, Any], _: str, value: str) -> QuerySet[Any, Any]:
        """By name, initials, phone, number or place."""
        return queryset.filter(found_by(value))

    def in_month(self, queryset: QuerySet[Any, Any], _: str, value: Any) -> QuerySet[Any, Any]:
        """Received in the month."""
        return queryset.filter(received_on__year=value.year, received_on__month=value.month)

    def seen_as(self, queryset: QuerySet[Any, Any], _: str, value: str) -> QuerySet[Any, Any]:
        """Mine, asked of me, late, open."""
        user = self.request.user
        clauses = {
            "mine": Q(mediator=user.pk, matter__closed_at=None),
            "asked": Q(pk__in=asked_of(user).filter(answer="").values("dispute")),
            "late": Q(matter__closed_at=None, concluded_on=None, due_on__lt=today()),
            "open": Q(matter__closed_at=None),
            "all": Q(),
        }
        return queryset.filter(clauses[value])

    def offer(self, **choices: list[tuple[str, str]]) -> forms.Form:
        """The form with the words to choose from; a field with a single one goes."""
        form: forms.Form = self.form
        for name, words in choices.items():
            if len(words) < 2:
                form.fields.pop(name)
            else:
                form.fields[name].widget = forms.Select(choices=[("", "全部"), *words])
        return form
