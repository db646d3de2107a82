"""What programs send to and get from the API of hazards, inspections, check lists and campaigns."""

from typing import Any

from rest_framework import serializers

from grids.api_scope import KeyWithin
from grids.models import Area, Target
from incidents.levels import HazardLevel
from incidents.models import CheckList, InspectionResult
from matters.serializers import MatterDetail


class HazardRow(serializers.Serializer[Any]):
    """One hazard."""

    id = serializers.IntegerField(help_text="The matter's id.")
    number = serializers.CharField()
    title = serializers.CharField()
    hazard_type = serializers.CharField()
    level = serializers.ChoiceField(HazardLevel.choices)
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


class HazardPhotos(serializers.Serializer[Any]):
    """Numbers of the photos, at matters/photos/{id}/."""

    before = serializers.ListField(child=serializers.IntegerField())
    after = serializers.ListField(child=serializers.IntegerField())


class HazardDetail(MatterDetail):
    """One hazard with its matter: timeline, open moves, photos before and after, what led to it."""

    hazard = HazardRow()
    photos = HazardPhotos()
    inspection = serializers.IntegerField(allow_null=True)
    campaign = serializers.IntegerField(allow_null=True)
    failed_inspections = serializers.IntegerField()
    earlier = serializers.ListField(child=serializers.IntegerField(), help_text="Same type, same place.")


class PlaceInput(serializers.Serializer[Any]):
    """Where, by whom; the same `client_id` with the same content may be sent again and again."""

    client_id = serializers.UUIDField()
    area = KeyWithin(
        queryset=Area.objects.filter(is_active=True).select_related("parent"),
        right="hazards.report",
        missing="没有找到这个网格，或它不在您的辖区。",
    )
    address = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    target = KeyWithin(
        queryset=Target.objects.all(),
        right="hazards.report",
        missing="没有找到这个走访对象，或它不在您的辖区。",
        required=False,
        allow_null=True,
        default=None,
    )


class HazardInput(PlaceInput):
    """A hazard as sent. Without `source` the caller's post decides."""

    hazard_type = serializers.SlugField(max_length=40)
    level = serializers.ChoiceField(HazardLevel.choices, default=HazardLevel.ORDINARY)
    source = serializers.SlugField(max_length=40, required=False, default="")  # type: ignore[assignment]
    description = serializers.CharField(max_length=1000)


class FindingInput(serializers.Serializer[Any]):
    """How one item was found."""

    item = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    verdict = serializers.ChoiceField(InspectionResult.Verdict.choices)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class InspectionInput(PlaceInput):
    """An inspection as sent. `all_ok` takes items that `findings` leaves out as in order."""

    checklist = serializers.PrimaryKeyRelatedField(
        queryset=CheckList.objects.all(), pk_field=serializers.IntegerField(max_value=2**63 - 1)
    )
    findings = FindingInput(many=True, required=False, default=list)
    all_ok = serializers.BooleanField(required=False, default=False)
    source = serializers.SlugField(max_length=40, required=False, default="")  # type: ignore[assignment]
    name = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")
    place_type = serializers.SlugField(max_length=40, required=False, allow_blank=True, default="")
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class InspectionRow(serializers.Serializer[Any]):
    """One inspection; `hazards` are the matters that it raised."""

    id = serializers.IntegerField()
    checklist = serializers.IntegerField()
    campaign = serializers.IntegerField(allow_null=True)
    target = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()
    address = serializers.CharField()
    place_type = serializers.CharField()
    area = serializers.IntegerField()
    source = serializers.CharField()  # type: ignore[assignment]
    at = serializers.DateTimeField()
    fine = serializers.IntegerField()
    bad = serializers.IntegerField()
    not_asked = serializers.IntegerField()


class ItemRow(serializers.Serializer[Any]):
    """One thing to look at."""

    id = serializers.IntegerField()
    text = serializers.CharField()
    hazard_type = serializers.CharField()
    level = serializers.CharField()
    basis = serializers.CharField(allow_blank=True)
    veto = serializers.BooleanField()


class CheckListRow(serializers.Serializer[Any]):
    """A check list in use."""

    id = serializers.IntegerField()
    code = serializers.CharField()
    version = serializers.IntegerField()
    name = serializers.CharField()
    place_types = serializers.ListField(child=serializers.CharField())
    items = ItemRow(many=True)


class CampaignRow(serializers.Serializer[Any]):
    """A campaign with its progress."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    action = serializers.CharField()
    area = serializers.IntegerField()
    checklist = serializers.IntegerField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    inspected = serializers.IntegerField()
    total = serializers.IntegerField()
