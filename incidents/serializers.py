"""What programs send to and get from the API of incidents and hazards; nothing personal leaves here."""

from typing import Any

from rest_framework import serializers

from incidents.models import PoliceIncident


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
