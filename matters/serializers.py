"""What programs send to and get from the API of matters; rows are plain values, these classes describe and
check.
"""

from typing import Any

from rest_framework import serializers

from grids.models import Area, Unit
from matters.models import Matter
from matters.needs import NEEDS, NOTE_LIMIT


class MatterRow(serializers.Serializer[Any]):
    """One matter as listed."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    kind_label = serializers.CharField()
    number = serializers.CharField()
    title = serializers.CharField()
    state = serializers.CharField()
    state_label = serializers.CharField()
    outcome = serializers.ChoiceField(Matter.Outcome.choices, allow_blank=True)
    area = serializers.IntegerField()
    place = serializers.CharField()
    holder = serializers.CharField(help_text="Who has it in hand now, in words.")
    occurred_at = serializers.DateTimeField()
    moved_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class EventRow(serializers.Serializer[Any]):
    """One line of the timeline."""

    action = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    from_state = serializers.CharField(allow_blank=True)
    to_state = serializers.CharField()
    actor = serializers.CharField(allow_null=True)
    at = serializers.DateTimeField()
    note = serializers.CharField(allow_blank=True)
    evidence = serializers.DictField(child=serializers.CharField())
    photos = serializers.ListField(child=serializers.IntegerField(), help_text="At matters/photos/{id}/.")


class ActionRow(serializers.Serializer[Any]):
    """A move that the caller may make now, and what must come with it."""

    action = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    to_state = serializers.CharField()
    needs = serializers.ListField(
        child=serializers.CharField(), help_text="Names of the evidence that must come with it."
    )


class FactRow(serializers.Serializer[Any]):
    """What the kind adds, personal values masked."""

    label = serializers.CharField()  # type: ignore[assignment]
    value = serializers.CharField()


class MatterDetail(MatterRow):
    """One matter with its timeline and what the caller may do."""

    answer = serializers.CharField(allow_blank=True)
    facts = FactRow(many=True)
    events = EventRow(many=True)
    actions = ActionRow(many=True)


class EvidenceInput(serializers.Serializer[Any]):
    """What a move asks for besides the note."""

    outcome = serializers.ChoiceField(Matter.Outcome.choices, required=False)
    answer = serializers.CharField(max_length=NOTE_LIMIT, required=False, allow_blank=True)
    area = serializers.PrimaryKeyRelatedField(queryset=Area.objects.filter(is_active=True), required=False)
    unit = serializers.PrimaryKeyRelatedField(queryset=Unit.objects.select_related("area"), required=False)

    def to_internal_value(self, data: Any) -> Any:
        """Beside these, texts by the names that kinds registered in matters/needs.py."""
        found = super().to_internal_value(data)
        own = {
            name: str(data[name])[:NOTE_LIMIT] for name in NEEDS if name in data and name not in self.fields
        }
        return {**own, **found}


class ActionInput(serializers.Serializer[Any]):
    """A move, with the `version` that was read. Sent twice, or after somebody else moved, it is refused
    (409): the matter has another version by then.
    """

    action = serializers.SlugField(max_length=20)
    note = serializers.CharField(max_length=NOTE_LIMIT, required=False, allow_blank=True, default="")
    evidence = EvidenceInput(required=False, default=dict)
    version = serializers.IntegerField(
        min_value=1,
        max_value=2**31 - 1,
        error_messages=dict.fromkeys(
            ("required", "null"), "请先读取事项，把读到的 version 一起送来：同一步送两次才只办一次。"
        ),
    )
