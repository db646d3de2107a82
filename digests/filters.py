"""How the API's list of digests is narrowed."""

import django_filters

from digests.models import Digest, DigestKind
from grids.models import Area
from matters.filters import AreaFilter


class DigestFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Day, from and to, kind, audience, level, and an area with all below it."""

    day = django_filters.DateFilter("business_date", label="日期")
    since = django_filters.DateFilter("business_date", "gte", label="起")
    until = django_filters.DateFilter("business_date", "lte", label="止")
    kind = django_filters.ChoiceFilter(choices=DigestKind.choices, label="类型")
    audience = django_filters.ChoiceFilter(choices=Digest.Audience.choices, label="对象")
    level = django_filters.ChoiceFilter("area__level", choices=Area.Level.choices, label="层级")
    area = AreaFilter()

    class Meta:
        model = Digest
        fields: list[str] = []
