"""How the list of cases is narrowed: one definition for page and API."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from mediation.figures.meaning import FIGURES, RECEIVED, behind
from mediation.kinds import STATES
from mediation.models import Dispute
from mediation.queries.cases import asked_of, found_by
from shared.dates import today
from shared.faces import DayInput
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
    figure = django_filters.ChoiceFilter(
        method="counted_as",
        choices=[(figure.code, figure.label) for figure in FIGURES.values()],
        label="统计口径",
        empty_label="全部",
    )
    after = django_filters.DateFilter(method="from_day", label="从", widget=DayInput)
    before = django_filters.DateFilter(method="to_day", label="到", widget=DayInput)
    unbranded = django_filters.BooleanFilter(
        field_name="brand", lookup_expr="isnull", label="未交品牌", widget=forms.HiddenInput
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

    def counted_as(self, queryset: QuerySet[Any, Any], _: str, value: str) -> QuerySet[Any, Any]:
        """The rows behind a number of /mediation/stats/, its days included."""
        days = self.form.cleaned_data
        rows = behind(self.request.user, value, days.get("after"), days.get("before"))
        return queryset.filter(pk__in=rows.values("pk"))

    def from_day(self, queryset: QuerySet[Any, Any], _: str, value: Any) -> QuerySet[Any, Any]:
        """Received since; a figure has a day of its own."""
        return queryset if self._figure else queryset.filter(**{f"{RECEIVED}__gte": value})

    def to_day(self, queryset: QuerySet[Any, Any], _: str, value: Any) -> QuerySet[Any, Any]:
        """Received until."""
        return queryset if self._figure else queryset.filter(**{f"{RECEIVED}__lte": value})

    @property
    def _figure(self) -> str:
        return str(self.form.cleaned_data.get("figure") or "")

    def counted(self) -> str:
        """`775 件 调解成功`, where the list stands behind a number; else ""."""
        if not self.form.is_valid() or not self._figure:
            return ""
        return f"{self.qs.count()} 件{FIGURES[self._figure].label}"

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
        """The form with the words to choose from; a field with a single one goes, if it was not asked for."""
        form: forms.Form = self.form
        for name, words in choices.items():
            if len(words) < 2 and not form.data.get(name):
                form.fields.pop(name)
            else:
                form.fields[name].widget = forms.Select(choices=[("", "全部"), *words])
        if not form.data.get("figure"):
            for name in ("figure", "unbranded"):
                form.fields.pop(name)
        return form
