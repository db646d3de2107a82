"""How a list of matters is narrowed: one definition for the page and the API."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from grids.models import Area
from grids.queries.areas import area_choices
from matters.models import Matter
from matters.queries import kind_choices, overdue, state_choices, waiting_for
from shared.filters import IdFilter

VIEWS = (
    ("waiting", "等我处理"),
    ("mine", "我经手的"),
    ("overdue", "已超期"),
    ("open", "未办结"),
    ("all", "全部"),
)


def all_words(value: str, *columns: str) -> Q:
    """Each word of `value` stands in one of the columns."""
    clause = Q()
    for word in value.split():
        somewhere = Q()
        for column in columns:
            somewhere |= Q(**{f"{column}__icontains": word})
        clause &= somewhere
    return clause


class AreaFilter(IdFilter):
    """Rows of an area and all below it, by its number; `column` leads to the row's area."""

    def __init__(self, *, column: str = "area", **kwargs: Any) -> None:
        super().__init__(label="村社网格", **kwargs)
        self.column = column

    def filter(self, qs: QuerySet[Any, Any], value: Any) -> QuerySet[Any, Any]:
        """Nothing for a number that is no area."""
        if value is None:
            return qs
        path = Area.objects.filter(pk=value).values_list("path", flat=True).first()
        return qs.filter(**{f"{self.column}__path__startswith": path}) if path else qs.none()


def offer_areas(form: forms.Form, user: Any, right: str) -> forms.Form:
    """Let a page's filter form choose among the reader's own areas; without a choice the field goes."""
    choices = area_choices(user, right, str(form.data.get("area", "")))
    if len(choices) < 2:
        form.fields.pop("area")
    else:
        form.fields["area"].widget = forms.Select(choices=[("", "全部"), *choices])
    return form


class MatterFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Words or number, kind, state, place, and what the matter is to the reader."""

    q = django_filters.CharFilter(method="words", label="标题或编号")
    view = django_filters.ChoiceFilter(
        method="seen_as", choices=VIEWS, label="范围", widget=forms.HiddenInput
    )
    kind = django_filters.ChoiceFilter(choices=kind_choices, label="类型", empty_label="全部")
    state = django_filters.ChoiceFilter(choices=state_choices, label="状态", empty_label="全部")
    area = AreaFilter()

    class Meta:
        model = Matter
        fields: list[str] = []

    def words(self, queryset: QuerySet[Any, Any], _: str, value: str) -> QuerySet[Any, Any]:
        """Every word in the title or the number."""
        return queryset.filter(all_words(value, "title", "number"))

    def seen_as(self, queryset: QuerySet[Any, Any], _: str, value: str) -> QuerySet[Any, Any]:
        """What waits for me, what I had in hand, what is late, what is open."""
        user = self.request.user
        clauses = {
            "waiting": lambda: waiting_for(user),
            "mine": lambda: Q(handler=user) | Q(reporter=user),
            "overdue": overdue,
            "open": lambda: Q(closed_at=None),
            "all": Q,
        }
        clause: Q = clauses[value]()  # type: ignore[no-untyped-call]
        return queryset.filter(clause)

    @property
    def order(self) -> tuple[str, ...]:
        """What waits or is late is sorted by its term, so that the longest overdue stands on top; else
        newest first.
        """
        urgent = self.form.is_valid() and self.form.cleaned_data.get("view") in {"waiting", "overdue"}
        return ("term", "id") if urgent else ("-occurred_at", "-id")
