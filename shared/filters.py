"""Numbers of rows as people and programs send them: refused before anything reckons with them."""

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

LARGEST = 2**63 - 1
"""The last number that a key of the database can have."""


class IdField(forms.IntegerField):
    """A row's number. Whole digits only: a decimal such as 1e999999 would be written out in full first."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**{"min_value": 1, "max_value": LARGEST, **kwargs})  # type: ignore[arg-type]


@extend_schema_field(OpenApiTypes.INT64)
class IdFilter(django_filters.Filter):  # type: ignore[misc]
    """A query parameter that names a row by its number; 400 for anything that can be none."""

    field_class = IdField


def id_of(text: str) -> int | None:
    """The number of a row that a text names; None where it can be none."""
    try:
        return IdField(required=False).clean(text)  # type: ignore[no-any-return]
    except ValidationError:
        return None
