"""What the API of digests gives; rows are plain values, these classes describe them."""

from typing import Any

from rest_framework import serializers

from digests.models import Digest, DigestKind


class DigestRow(serializers.Serializer[Any]):
    """One digest as listed; expected = done + excused + open."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(DigestKind.choices)
    audience = serializers.ChoiceField(Digest.Audience.choices)
    business_date = serializers.DateField()
    area = serializers.IntegerField()
    area_name = serializers.CharField()
    level = serializers.CharField()
    expected = serializers.IntegerField()
    done = serializers.IntegerField()
    excused = serializers.IntegerField()
    open = serializers.IntegerField()


class DigestDetail(DigestRow):
    """With what was frozen, and the text that went into messages."""

    ran_at = serializers.DateTimeField()
    snapshot = serializers.DictField()
    text = serializers.CharField()
