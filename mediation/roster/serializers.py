"""What programs send to and get from the API of rosters."""

from typing import Any

from rest_framework import serializers

from accounts.models import User
from mediation.models import Proposal


class OnDutyRow(serializers.Serializer[Any]):
    """Somebody who is on duty now; `person` null = a gap."""

    station = serializers.IntegerField()
    station_name = serializers.CharField()
    role = serializers.CharField(help_text="部门名称或“调解员”。")
    shift = serializers.CharField()
    person = serializers.CharField(allow_null=True)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    uid = serializers.UUIDField()


class ShiftRow(serializers.Serializer[Any]):
    """The current version of a published shift; `person` null = a gap."""

    uid = serializers.UUIDField()
    version = serializers.IntegerField()
    station = serializers.IntegerField()
    station_name = serializers.CharField()
    shift = serializers.CharField()
    department = serializers.CharField(allow_blank=True)
    day = serializers.DateField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    is_night = serializers.BooleanField()
    person = serializers.IntegerField(allow_null=True)
    person_name = serializers.CharField(allow_blank=True)
    cancelled = serializers.BooleanField()
    reason = serializers.CharField(allow_blank=True)


class ChangeInput(serializers.Serializer[Any]):
    """Another person for a shift; null = leave it open."""

    version = serializers.IntegerField(help_text="看到的版本，已被别人改过时返回 409。")
    person = serializers.PrimaryKeyRelatedField(
        queryset=User.objects.filter(is_active=True), allow_null=True, pk_field=serializers.IntegerField()
    )
    reason = serializers.CharField(max_length=200)


class RosterRow(serializers.Serializer[Any]):
    """One roster: a proposal, or what became of it."""

    id = serializers.IntegerField()
    stations = serializers.ListField(child=serializers.IntegerField())
    starts_on = serializers.DateField()
    days = serializers.IntegerField()
    state = serializers.ChoiceField(Proposal.State.choices)
    gaps = serializers.IntegerField()
    version = serializers.IntegerField()
    asked_at = serializers.DateTimeField()
    published_at = serializers.DateTimeField(allow_null=True)


class RosterInput(serializers.Serializer[Any]):
    """Ask for a roster."""

    client_id = serializers.UUIDField()
    stations = serializers.ListField(child=serializers.IntegerField(min_value=1), min_length=1, max_length=50)
    starts_on = serializers.DateField()
    days = serializers.IntegerField(default=28)


class PublishInput(serializers.Serializer[Any]):
    """Publish a proposal as it was seen."""

    version = serializers.IntegerField()
    gap_reason = serializers.CharField(default="", allow_blank=True, max_length=120)
