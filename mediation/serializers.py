"""What programs send to and get from the API of cases."""

from typing import Any

from rest_framework import serializers

from mediation.models import Agent, Dispute, Party
from mediation.models.party import Document
from shared.parsers import MomentField


class CaseRow(serializers.Serializer[Any]):
    """One case as listed; parties only by masked names."""

    id = serializers.IntegerField(help_text="The matter's id.")
    number = serializers.CharField()
    case_no = serializers.CharField(allow_blank=True)
    title = serializers.CharField()
    dispute_type = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    state = serializers.CharField()
    result = serializers.ChoiceField(Dispute.Result.choices, allow_blank=True)
    risk = serializers.ChoiceField(Dispute.Risk.choices)
    station = serializers.IntegerField()
    station_name = serializers.CharField()
    brand_name = serializers.CharField(allow_null=True)
    mediator = serializers.CharField(allow_null=True)
    area = serializers.IntegerField()
    place = serializers.CharField()
    received_at = serializers.DateTimeField()
    accepted_on = serializers.DateField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    concluded_on = serializers.DateField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class AgentRow(serializers.Serializer[Any]):
    """Who acts for a party."""

    role = serializers.ChoiceField(Agent.Role.choices)
    name = serializers.CharField(help_text="Masked.")
    special = serializers.BooleanField()


class PartyRow(serializers.Serializer[Any]):
    """A party, masked."""

    id = serializers.IntegerField()
    side = serializers.ChoiceField(Party.Side.choices)
    kind = serializers.ChoiceField(Party.Kind.choices)
    name = serializers.CharField()
    phone = serializers.CharField(allow_blank=True)
    id_number = serializers.CharField(allow_blank=True)
    is_minor = serializers.BooleanField()
    consent = serializers.ChoiceField(Party.Consent.choices)
    agents = AgentRow(many=True)


class LineRow(serializers.Serializer[Any]):
    """One line of what happened."""

    at = serializers.DateTimeField()
    title = serializers.CharField()
    who = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)


class StepRow(serializers.Serializer[Any]):
    """A step that the caller may take now, with the fields that it takes."""

    action = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    fields = serializers.ListField(child=serializers.CharField())  # type: ignore[assignment]


class CaseDetail(CaseRow):
    """One case with its parties, what happened, and what the caller may do."""

    facts = serializers.CharField()
    request = serializers.CharField(allow_blank=True)
    parties = PartyRow(many=True)
    lines = LineRow(many=True)
    next = serializers.CharField(help_text="The next step in words.")
    actions = serializers.ListField(child=serializers.CharField())


class PartyInput(serializers.Serializer[Any]):
    """A party as sent."""

    side = serializers.ChoiceField(Party.Side.choices)
    name = serializers.CharField(max_length=60)
    kind = serializers.ChoiceField(Party.Kind.choices, default=Party.Kind.PERSON)
    document = serializers.ChoiceField(Document.choices, default=Document.ID_CARD)
    id_number = serializers.CharField(max_length=30, allow_blank=True, default="")
    phone = serializers.CharField(max_length=30, allow_blank=True, default="")
    address = serializers.CharField(max_length=200, allow_blank=True, default="")


class CaseInput(serializers.Serializer[Any]):
    """A case as sent; the same `client_id` with the same content may be sent again and again."""

    client_id = serializers.UUIDField()
    station = serializers.IntegerField(min_value=1)
    area = serializers.IntegerField(min_value=1)
    dispute_type = serializers.SlugField(max_length=40)
    source = serializers.SlugField(max_length=40, default="application")  # type: ignore[assignment]
    facts = serializers.CharField(max_length=4000)
    request = serializers.CharField(max_length=2000, allow_blank=True, default="")
    address = serializers.CharField(max_length=200, allow_blank=True, default="")
    occurred_at = MomentField(required=False, allow_null=True, default=None)
    amount = serializers.DecimalField(14, 2, required=False, allow_null=True, default=None)
    currency = serializers.CharField(max_length=3, default="CNY")
    risk = serializers.ChoiceField(Dispute.Risk.choices, default=Dispute.Risk.NONE)
    parties = PartyInput(many=True, default=list)


class StepInput(serializers.Serializer[Any]):
    """A step: its action, the row that it is about (`of`), the `version` that was read, and its own fields
    beside them. Sent twice, the second is refused (409): the case has another version by then.
    """

    action = serializers.SlugField(max_length=20)
    of = serializers.IntegerField(required=False, min_value=1)
    version = serializers.IntegerField(
        min_value=1,
        max_value=2**31 - 1,
        error_messages=dict.fromkeys(
            ("required", "null"), "请先读取案件，把读到的 version 一起送来：同一步送两次才只办一次。"
        ),
    )


class MediatorRow(serializers.Serializer[Any]):
    """A mediator and his load."""

    name = serializers.CharField()
    kind = serializers.CharField()
    brand = serializers.CharField(allow_blank=True)
    fields = serializers.ListField(child=serializers.CharField())  # type: ignore[assignment]
    open = serializers.IntegerField()


class BrandRow(serializers.Serializer[Any]):
    """A brand studio and its load."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    fields = serializers.ListField(child=serializers.CharField())  # type: ignore[assignment]
    open = serializers.IntegerField()


class StationRow(serializers.Serializer[Any]):
    """A joint station with its brands and mediators."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    area = serializers.IntegerField()
    open = serializers.IntegerField()
    brands = BrandRow(many=True)
    mediators = MediatorRow(many=True)
