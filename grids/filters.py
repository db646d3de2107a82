"""Query parameters of the API's lists; what they mean is said once, in the queries that pages use too."""

from collections.abc import Callable
from typing import Any

import django_filters
from django.db.models import QuerySet

from grids.models import Target, Visit
from grids.queries import targets, visits
from shared.dates import today
from shared.filters import IdFilter


class _Narrowed(django_filters.FilterSet):  # type: ignore[misc]
    """Hands all checked parameters to one function."""

    narrow: Callable[..., QuerySet[Any, Any]]

    def filter_queryset(self, queryset: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
        """The rows that the parameters ask for."""
        return type(self).narrow(queryset, self.form.cleaned_data)


class VisitFilterSet(_Narrowed):
    """`q` (who was visited), `area` (id, with all below it), `since`, `until`, `category`, `result`,
    `target` (id).
    """

    narrow = staticmethod(visits.narrowed)

    q = django_filters.CharFilter()
    area = IdFilter()
    since = django_filters.DateFilter()
    until = django_filters.DateFilter()
    category = django_filters.CharFilter()
    result = django_filters.ChoiceFilter(choices=[*Visit.Result.choices, ("nobody", "没见到人")])
    target = IdFilter()


class TargetFilterSet(_Narrowed):
    """`q`, `group` (care, control, place), `area`, `category`, `colour`, `state` (over, due, suspended,
    removed).
    """

    q = django_filters.CharFilter()
    group = django_filters.CharFilter()
    area = IdFilter()
    category = django_filters.CharFilter()
    colour = django_filters.ChoiceFilter(choices=Target.Colour.choices)
    state = django_filters.ChoiceFilter(
        choices=[(name, name) for name in ("over", "due", "suspended", "removed")]
    )

    @staticmethod
    def narrow(queryset: Any, given: Any) -> QuerySet[Any, Any]:
        """The page's rule, as of today."""
        return targets.narrowed(queryset, given, today())
