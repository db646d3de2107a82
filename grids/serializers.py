"""What programs and phones send about visits, checked field by field."""

from math import isfinite
from typing import Any

from rest_framework import serializers

from grids.forms import URGENCIES
from grids.models import Visit
from grids.workflow import Position
from shared.parsers import MomentField


class HazardPart(serializers.Serializer[Any]):
    """A hazard found on the visit."""

    hazard_type = serializers.SlugField(max_length=40)
    level = serializers.ChoiceField(["ordinary", "serious", "major"], default="ordinary")
    description = serializers.CharField(max_length=1000)
    address = serializers.CharField(max_length=200, allow_blank=True, default="")


class DisputePart(serializers.Serializer[Any]):
    """A dispute heard of on the visit: who with whom, about what, where, how urgent."""

    dispute_type = serializers.SlugField(max_length=40)
    urgency = serializers.ChoiceField(URGENCIES, default=URGENCIES[0][0])
    facts = serializers.CharField(max_length=1000)
    one = serializers.CharField(max_length=60, allow_blank=True, default="")
    other = serializers.CharField(max_length=60, allow_blank=True, default="")
    address = serializers.CharField(max_length=200, allow_blank=True, default="")


class VisitInput(serializers.Serializer[Any]):
    """One visit as sent; the same `client_id` with the same content may be sent again and again."""

    client_id = serializers.UUIDField()
    target = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    visited_at = MomentField(required=False, allow_null=True, default=None)
    met = serializers.ChoiceField(Visit.Met.choices)
    result = serializers.ChoiceField(Visit.Result.choices, allow_blank=True, default="")
    chips = serializers.ListField(child=serializers.CharField(max_length=40), max_length=20, default=list)
    note = serializers.CharField(max_length=1000, allow_blank=True, default="")
    latitude = serializers.FloatField(
        min_value=-90, max_value=90, required=False, allow_null=True, default=None
    )
    longitude = serializers.FloatField(
        min_value=-180, max_value=180, required=False, allow_null=True, default=None
    )
    accuracy = serializers.FloatField(
        min_value=0, max_value=1_000_000, required=False, allow_null=True, default=None
    )
    hazard = HazardPart(required=False, allow_null=True, default=None)
    dispute = DisputePart(required=False, allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Positions are numbers: "nan" is none."""
        for name in ("latitude", "longitude", "accuracy"):
            if attrs[name] is not None and not isfinite(attrs[name]):
                raise serializers.ValidationError({name: ["请输入有效数字。"]})
        return attrs

    def content(self) -> dict[str, Any]:
        """The arguments for `log_visit` besides target, actor and photos."""
        return arguments(self.validated_data)


class VisitOutput(serializers.Serializer[Any]):
    """One visit as listed; written for the schema, rows are plain values."""

    id = serializers.IntegerField()
    client_id = serializers.UUIDField()
    target = serializers.IntegerField()
    target_name = serializers.CharField(help_text="Persons are masked.")
    category = serializers.CharField()
    grid = serializers.IntegerField()
    grid_name = serializers.CharField()
    visitor = serializers.CharField()
    visited_at = serializers.DateTimeField()
    visited_on = serializers.DateField()
    due_on = serializers.DateField(help_text="The day that was owed when this visit answered it.")
    met = serializers.ChoiceField(Visit.Met.choices)
    result = serializers.ChoiceField(Visit.Result.choices, allow_blank=True)
    is_valid = serializers.BooleanField()  # type: ignore[assignment]
    chips = serializers.ListField(child=serializers.CharField())


class BatchInput(serializers.Serializer[Any]):
    """Up to 50 visits that waited on a phone."""

    visits = serializers.ListField(child=serializers.DictField(), min_length=1, max_length=50)


class BatchAnswer(serializers.Serializer[Any]):
    """What became of one visit of a batch: `status` as a single POST would have answered."""

    client_id = serializers.CharField(allow_null=True)
    status = serializers.IntegerField()
    id = serializers.IntegerField(required=False)
    detail = serializers.CharField(required=False)
    errors = serializers.DictField(required=False)  # type: ignore[assignment]


class TargetOutput(serializers.Serializer[Any]):
    """One target as listed; persons masked, numbers left out."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    category = serializers.CharField()
    name = serializers.CharField()
    colour = serializers.CharField()
    address = serializers.CharField()
    grid = serializers.IntegerField()
    grid_name = serializers.CharField()
    due_on = serializers.DateField()
    last_visit_on = serializers.DateField(allow_null=True)
    suspended_on = serializers.DateField(allow_null=True)


class AreaOutput(serializers.Serializer[Any]):
    """One street, village, community or grid."""

    id = serializers.IntegerField()
    parent = serializers.IntegerField(allow_null=True)  # type: ignore[assignment]
    level = serializers.CharField()
    name = serializers.CharField()
    code = serializers.CharField()
    aliases = serializers.ListField(child=serializers.CharField())
    population = serializers.IntegerField()


def arguments(data: dict[str, Any]) -> dict[str, Any]:
    """Checked fields as the arguments for `log_visit` besides target, actor and photos."""
    kept = {name: data[name] for name in ("client_id", "visited_at", "met", "result", "chips", "note")}
    position = None
    if data["latitude"] is not None and data["longitude"] is not None:
        position = Position(data["latitude"], data["longitude"], data["accuracy"])
    found = {name: dict(data[name]) if data[name] else None for name in ("hazard", "dispute")}
    return {**kept, "position": position, **found}
