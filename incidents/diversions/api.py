"""The API of diversions: the list, and the steps of the receiving side, by the same moves as the pages."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.diversions import queries
from incidents.diversions.models import Diversion
from incidents.diversions.workflow import TAKE
from matters.queries import as_row, place_of
from matters.workflow import advance
from shared.errors import InvalidInput


class DiversionRow(serializers.Serializer[Any]):
    """One diversion: who is to take it, its limits, its times, and which step is due now."""

    id = serializers.IntegerField()
    matter = serializers.IntegerField(source="matter_id")
    incident_type = serializers.CharField(source="matter.police_incident.incident_type")
    address = serializers.CharField(source="matter.police_incident.address")
    place = serializers.SerializerMethodField()
    receiver = serializers.CharField()
    unit = serializers.IntegerField(source="unit_id", allow_null=True)
    diverted_at = serializers.DateTimeField()
    sign_by = serializers.DateTimeField()
    signed_at = serializers.DateTimeField(allow_null=True)
    contact_by = serializers.DateTimeField()
    contacted_at = serializers.DateTimeField(allow_null=True)
    arrive_by = serializers.DateTimeField()
    arrived_at = serializers.DateTimeField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    close_by = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    ending = serializers.CharField(allow_blank=True)
    due = serializers.SerializerMethodField(help_text="The step that is due: sign, contact, arrive, close.")

    def get_place(self, diversion: Diversion) -> str:
        """Village and grid."""
        return place_of(as_row(diversion.matter))

    def get_due(self, diversion: Diversion) -> str:
        """Its code; empty once all is done."""
        step = diversion.pending()
        return step.code if step else ""


class DiversionStepInput(serializers.Serializer[Any]):
    """A step of the receiving side; `reply` and `hand_back` come with a note."""

    step = serializers.ChoiceField(["sign", "contact", "arrive", "reply", "hand_back"])
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


class DiversionsApi(GenericAPIView[Diversion]):
    """Diversions of the caller's territory (both command rooms) or unit, newest first."""

    rights = {"GET": "matters.view"}
    serializer_class = DiversionRow
    queryset = Diversion.objects.none()
    keyset_order = queries.ORDER

    def get_queryset(self) -> Any:
        """What the caller may see, narrowed as asked."""
        view = self.request.query_params.get("view", "all")
        if view not in dict(queries.VIEWS):
            raise InvalidInput("view 只能是 running、late、ended、all。", field="view")
        return queries.with_rows(queries.narrowed(queries.seen_by(self.request.user), view))

    @extend_schema(
        parameters=[OpenApiParameter("view", str, enum=["running", "late", "ended", "all"])],
        responses=DiversionRow(many=True),
    )
    def get(self, request: Request) -> Response:
        """A page of diversions, without anything personal."""
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        return self.get_paginated_response(DiversionRow(rows, many=True).data)


class StepsApi(GenericAPIView[Diversion]):
    """The receiving side's steps of one diversion."""

    rights = {"POST": TAKE}
    serializer_class = DiversionStepInput
    queryset = Diversion.objects.none()

    @extend_schema(
        request=DiversionStepInput,
        responses={200: DiversionRow, 404: OpenApiTypes.OBJECT, 409: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Make the step: 200 with the diversion as it is now; 409 names in `allowed` what is open instead."""
        seen = queries.with_rows(queries.seen_by(request.user))
        matter = get_object_or_404(seen, pk=pk).matter
        checked = DiversionStepInput(data=request.data)
        checked.is_valid(raise_exception=True)
        given = checked.validated_data
        advance(
            matter=matter,
            action=given["step"],
            actor=request.user,  # type: ignore[arg-type]
            note=given["note"],
        )
        return Response(DiversionRow(seen.get(pk=pk)).data)
