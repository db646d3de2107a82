"""What programs send to and get from the API of incidents and hazards; nothing personal leaves here."""

from typing import Any

from rest_framework import serializers

from grids.api_scope import KeyWithin
from grids.models import Area, Target
from incidents.models import Hazard, PoliceIncident


class IncidentRow(serializers.Serializer[Any]):
    """One police incident. `repeats` = the how-many-th of its address or caller within the rule's days."""

    id = serializers.IntegerField(help_text="The matter's id.")
    police_number = serializers.CharField()
    title = serializers.CharField()
    incident_type = serializers.CharField()
    level = serializers.CharField()
    address = serializers.CharField()
    placed = serializers.ChoiceField(PoliceIncident.Placed.choices)
    police_unit = serializers.CharField(allow_blank=True)
    attended_at = serializers.DateTimeField(allow_null=True)
    attended_result = serializers.CharField(allow_blank=True)
    to_mediation = serializers.BooleanField()
    area = serializers.IntegerField()
    place = serializers.CharField()
    state = serializers.CharField()
    occurred_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    by_address = serializers.IntegerField()
    by_caller = serializers.IntegerField()
    repeats = serializers.IntegerField()


class HazardRow(serializers.Serializer[Any]):
    """One hazard."""

    id = serializers.IntegerField(help_text="The matter's id.")
    number = serializers.CharField()
    title = serializers.CharField()
    hazard_type = serializers.CharField()
    level = serializers.ChoiceField(Hazard.Level.choices)
    source = serializers.CharField()  # type: ignore[assignment]
    description = serializers.CharField()
    address = serializers.CharField(allow_blank=True)
    target = serializers.IntegerField(allow_null=True)
    area = serializers.IntegerField()
    place = serializers.CharField()
    state = serializers.CharField()
    outcome = serializers.CharField(allow_blank=True)
    occurred_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)


class HazardInput(serializers.Serializer[Any]):
    """A hazard as sent; the same `client_id` with the same content may be sent again and again."""

    client_id = serializers.UUIDField()
    area = KeyWithin(
        queryset=Area.objects.filter(is_active=True),
        right="hazards.report",
        missing="没有找到这个网格，或它不在您的辖区。",
    )
    hazard_type = serializers.SlugField(max_length=40)
    level = serializers.ChoiceField(Hazard.Level.choices, default=Hazard.Level.ORDINARY)
    source = serializers.SlugField(max_length=40)  # type: ignore[assignment]
    description = serializers.CharField(max_length=1000)
    address = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    target = KeyWithin(
        queryset=Target.objects.all(),
        right="hazards.report",
        missing="没有找到这个走访对象，或它不在您的辖区。",
        required=False,
        allow_null=True,
        default=None,
    )
