"""The API of assigning many matters at once, by the same workflow as the page."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from grids.models import Area, Unit
from grids.scope import covers
from matters.bulk import MOST, assign_many
from matters.models import BulkAssignment
from matters.needs import NOTE_LIMIT
from shared.errors import NotFound

RIGHT = "matters.assign"


class Chosen(serializers.Serializer[Any]):
    """One matter, with the version that was seen."""

    id = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False, allow_null=True)


class AssignInput(serializers.Serializer[Any]):
    """Where the matters go. `client_id` makes it safe to repeat. To a `unit` of the street without `area`,
    each stays in its own area."""

    client_id = serializers.UUIDField()
    area = serializers.PrimaryKeyRelatedField(
        queryset=Area.objects.filter(is_active=True), required=False, allow_null=True
    )
    unit = serializers.PrimaryKeyRelatedField(queryset=Unit.objects.all(), required=False, allow_null=True)
    note = serializers.CharField(max_length=NOTE_LIMIT, required=False, allow_blank=True, default="")
    matters = serializers.ListField(child=Chosen(), max_length=MOST)


class AssignedRow(serializers.Serializer[Any]):
    """What became of one matter; `refused` "" = assigned."""

    matter = serializers.IntegerField()
    number = serializers.CharField(allow_blank=True)
    refused = serializers.CharField(allow_blank=True)


class AssignResult(serializers.Serializer[Any]):
    """What became of all."""

    client_id = serializers.UUIDField()
    results = AssignedRow(many=True)


class AssignApi(GenericAPIView[BulkAssignment]):
    """Many matters at once."""

    rights = {"POST": RIGHT}
    serializer_class = AssignInput
    queryset = BulkAssignment.objects.none()

    @extend_schema(
        request=AssignInput,
        responses={201: AssignResult, 200: AssignResult, 400: OpenApiTypes.OBJECT, 409: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request) -> Response:
        """Assign: 201, or 200 with the first result when the same was sent before."""
        checked = AssignInput(data=request.data)
        checked.is_valid(raise_exception=True)
        given = checked.validated_data
        area = given.get("area")
        if area and not covers(request.user, RIGHT, area):
            raise NotFound("没有找到这个村社或网格，或它不在您的辖区。")
        row, new = assign_many(
            chosen={one["id"]: one.get("version") for one in given["matters"]},
            area=area,
            unit=given.get("unit"),
            note=given["note"].strip(),
            actor=request.user,  # type: ignore[arg-type]
            client_id=given["client_id"],
        )
        results = [{name: one[name] for name in ("matter", "number", "refused")} for one in row.result]
        return Response({"client_id": row.client_id, "results": results}, status=201 if new else 200)
