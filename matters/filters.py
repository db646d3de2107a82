"""How a list of matters is narrowed: one definition for the page and the API."""

from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from grids.models import Area
from grids.queries.areas import area_choices
from matters.models import Matter
from matters.queries import kind_choices, overdue, state_choices, waiting_for
from matters.search import MOST_WORDS, find
from shared.dates import day_span
from shared.faces import DayInput
from shared.filters import IdFilter
from shared.texts import sounds

VIEWS = (
    ("waiting", "等我处理"),
    ("mine", "我经手的"),
    ("overdue", "已超期"),
    ("open", "未办结"),
    ("all", "全部"),
)
KEPT = (("yes", "按时办结的"), ("no", "没按时办结的"))


def all_words(value: str, *columns: str, told: str = "") -> Q:
    """Each word of `value` stands in one of the columns, or in `told`, where readers see numbers masked."""
    clause = Q()
    for word in value.split()[:MOST_WORDS]:
        somewhere = Q(pk__in=())
        for column in (*columns, told) if told and not sounds(word) else columns:
            somewhere |= Q(**{f"{column}__icontains": word})
        clause &= somewhere
    return clause


def due_between(since: date | None, until: date | None) -> Q:
    """Matters whose term lies in these days, both included; without those withdrawn before it."""
    clause = Q(due_at__isnull=False)
    if since:
        clause &= Q(due_at__gte=day_span(since)[0])
    if until:
        clause &= Q(due_at__lt=day_span(until)[1])
    return clause & ~Q(outcome=Matter.Outcome.CANCELLED, closed_at__lte=F("due_at"))


def kept_term() -> Q:
    """Ended by its term, other than by being withdrawn: the numerator of 按时办结率."""
    return Q(closed_at__lte=F("due_at")) & ~Q(outcome=Matter.Outcome.CANCELLED)


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

    q = django_filters.CharFilter(method="words", label="编号、字词、地点、拼音首字母或手机尾号")
    view = django_filters.ChoiceFilter(
        method="seen_as", choices=VIEWS, label="范围", widget=forms.HiddenInput
    )
    kind = django_filters.ChoiceFilter(choices=kind_choices, label="类型", empty_label="全部")
    state = django_filters.ChoiceFilter(choices=state_choices, label="状态", empty_label="全部")
    area = AreaFilter()
    due_after = django_filters.DateFilter(method="due_in", label="期限从", widget=DayInput)
    due_before = django_filters.DateFilter(method="due_in", label="期限到", widget=DayInput)
    kept = django_filters.ChoiceFilter(
        method="kept_or_not", choices=KEPT, label="按时办结", empty_label="不限"
    )

    class Meta:
        model = Matter
        fields: list[str] = []

    def words(self, queryset: QuerySet[Any, Any], _: str, value: str) -> QuerySet[Any, Any]:
        """Every word somewhere: matters/search.py."""
        return queryset.filter(find(value, self.request.user))

    def due_in(self, queryset: QuerySet[Any, Any], name: str, value: date) -> QuerySet[Any, Any]:
        """What 按时办结率 counts of these days."""
        return queryset.filter(due_between(*((value, None) if name == "due_after" else (None, value))))

    def kept_or_not(self, queryset: QuerySet[Any, Any], _: str, value: str) -> QuerySet[Any, Any]:
        """Those that ended by their term, or those whose term passed without."""
        missed = Q(due_at__lte=timezone.now()) & (Q(closed_at=None) | Q(closed_at__gt=F("due_at")))
        return queryset.filter(kept_term() if value == "yes" else missed)

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
