"""What programs send to and get from the API of incidents and hazards; nothing personal leaves here."""

from typing import Any

from rest_framework import serializers

from grids.api_scope import KeyWithin
from grids.models import Area
from incidents.models import PoliceIncident
from matters.serializers import MatterDetail
from shared.parsers import MomentField


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
    outcome = serializers.CharField(allow_blank=True)
    unit_name = serializers.CharField(allow_null=True, help_text="The unit that it was given to.")
    occurred_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    paused_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    by_address = serializers.IntegerField()
    by_caller = serializers.IntegerField()
    repeats = serializers.IntegerField()


class IncidentDetail(MatterDetail):
    """One police incident with its matter: timeline, open moves, and what came before it."""

    incident = IncidentRow()
    card = serializers.ChoiceField(["", "yellow", "red"], help_text="Of the repeat rule, as it stands now.")
    earlier = serializers.ListField(
        child=serializers.IntegerField(),
        help_text="Same address or caller within the rule's days, as far as the caller may see them.",
    )


class IncidentInput(serializers.Serializer[Any]):
    """A police incident as sent. A street as `area` has it placed by `village_text` and `address`, as an
    import would; a village or grid is where it belongs.
    """

    client_id = serializers.UUIDField()
    area = KeyWithin(
        queryset=Area.objects.filter(is_active=True),
        right="incidents.import",
        missing="没有找到这个区域，或它不在您的辖区。",
    )
    police_number = serializers.CharField(max_length=40)
    occurred_at = MomentField()
    incident_type = serializers.CharField(max_length=40, help_text="Code or word of the vocabulary.")
    level = serializers.CharField(max_length=40, required=False, help_text="Likewise; ordinary without it.")
    address = serializers.CharField(max_length=200, required=False, allow_blank=True)
    village_text = serializers.CharField(max_length=60, required=False, allow_blank=True)
    summary = serializers.CharField(max_length=5000, required=False, allow_blank=True)
    caller_name = serializers.CharField(max_length=60, required=False, allow_blank=True)
    caller_phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    police_unit = serializers.CharField(max_length=60, required=False, allow_blank=True)
    attended_at = MomentField(required=False, allow_null=True)
    attended_result = serializers.CharField(max_length=60, required=False, allow_blank=True)
    to_mediation = serializers.BooleanField(required=False, default=False)
