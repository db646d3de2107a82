"""What a mini-program and other programs send and get about residents' reports."""

from math import isfinite
from typing import Any

from rest_framework import serializers

from grids.models import Area
from grids.workflow import Position
from incidents.reports.forms import open_areas
from incidents.reports.models import CitizenReport, Rating


class ReportInput(serializers.Serializer[Any]):
    """A report as sent; the same `client_id` with the same content may be sent again and again."""

    client_id = serializers.UUIDField()
    report_type = serializers.SlugField(max_length=40)
    description = serializers.CharField(max_length=2000)
    area = serializers.PrimaryKeyRelatedField(
        queryset=Area.objects.none(),
        pk_field=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        required=False,
        allow_null=True,
        default=None,
        help_text="A village or community; without one the address decides.",
    )
    address = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    phone = serializers.CharField(max_length=30, required=False, allow_blank=True, default="")
    latitude = serializers.FloatField(
        min_value=-90, max_value=90, required=False, allow_null=True, default=None
    )
    longitude = serializers.FloatField(
        min_value=-180, max_value=180, required=False, allow_null=True, default=None
    )
    accuracy = serializers.FloatField(
        min_value=0, max_value=1_000_000, required=False, allow_null=True, default=None
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = open_areas()  # type: ignore[attr-defined]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Positions are numbers: "nan" is none."""
        for name in ("latitude", "longitude", "accuracy"):
            if attrs[name] is not None and not isfinite(attrs[name]):
                raise serializers.ValidationError({name: ["请输入有效数字。"]})
        return attrs

    def content(self) -> dict[str, Any]:
        """The arguments for `submit_report` besides sender and photos."""
        data = dict(self.validated_data)
        latitude, longitude, accuracy = (data.pop(n) for n in ("latitude", "longitude", "accuracy"))
        placed = latitude is not None and longitude is not None
        return {**data, "position": Position(latitude, longitude, accuracy) if placed else None}


class SentReport(serializers.Serializer[Any]):
    """What the sender gets: the code is shown only to him."""

    code = serializers.CharField()
    number = serializers.CharField()


class PublicStep(serializers.Serializer[Any]):
    """One public step."""

    at = serializers.DateTimeField()
    title = serializers.CharField()
    text = serializers.CharField(allow_blank=True)


class GivenRating(serializers.Serializer[Any]):
    """A rating."""

    score = serializers.ChoiceField(Rating.Score.choices)
    words = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class PublicReport(serializers.Serializer[Any]):
    """A report as its sender sees it."""

    code = serializers.CharField()
    number = serializers.CharField()
    report_type = serializers.CharField()
    type_label = serializers.CharField()
    description = serializers.CharField()
    address = serializers.CharField(allow_blank=True)
    place = serializers.CharField()
    state = serializers.CharField()
    means = serializers.CharField(help_text="What the state means, in plain words.")
    asked = serializers.CharField(
        allow_blank=True, help_text="What the sender is asked to add; the clock waits for it."
    )
    due_at = serializers.DateTimeField(allow_null=True, help_text="Deadline of the present stage.")
    reported_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    continued_as = serializers.CharField(allow_blank=True, help_text="Number and state of what it became.")
    outcome = serializers.CharField(allow_blank=True)
    answer = serializers.CharField(allow_blank=True)
    timeline = PublicStep(many=True)
    rating = GivenRating(allow_null=True)
    rateable = serializers.BooleanField()
    reopen_until = serializers.DateTimeField(allow_null=True)


class WordsInput(serializers.Serializer[Any]):
    """More on a report, or why it should be taken up again."""

    words = serializers.CharField(max_length=1000)


class WechatInput(serializers.Serializer[Any]):
    """What `wx.login()` gave."""

    code = serializers.CharField(max_length=200)


class ResidentToken(serializers.Serializer[Any]):
    """Sent back as `Authorization: Resident <token>`."""

    token = serializers.CharField()
    days = serializers.IntegerField()


class ReportRow(serializers.Serializer[Any]):
    """One report as the staff's list gives it."""

    id = serializers.IntegerField(help_text="The matter's id.")
    number = serializers.CharField()
    title = serializers.CharField()
    report_type = serializers.CharField()
    description = serializers.CharField()
    address = serializers.CharField(allow_blank=True)
    placed = serializers.ChoiceField(CitizenReport.Placed.choices)
    score = serializers.CharField(allow_blank=True, help_text="The valid rating; empty for none.")
    area = serializers.IntegerField()
    place = serializers.CharField()
    state = serializers.CharField()
    outcome = serializers.CharField(allow_blank=True)
    occurred_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
