"""The API of van calls: the same reads and workflow as the pages."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from grids.api_scope import KeyWithin
from grids.models import Area
from grids.scope import reader
from matters.models import Matter
from mediation.models import VanCall
from mediation.van import queries
from mediation.van.steps import STEPS
from mediation.van.workflow import ask_van, step

STAMPS = ("asked_at", "assigned_at", "accepted_at", "left_at", "arrived_at", "closed_at")


class VanCallRow(serializers.Serializer[Any]):
    """One call with all its times."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField(VanCall.State.choices)
    area = serializers.IntegerField()
    address = serializers.CharField()
    about = serializers.CharField()
    matter = serializers.IntegerField(allow_null=True)
    case = serializers.IntegerField(allow_null=True)
    van = serializers.CharField(allow_blank=True)
    mediator = serializers.CharField(allow_blank=True)
    outcome = serializers.CharField(allow_blank=True)
    asked_at = serializers.DateTimeField()
    assigned_at = serializers.DateTimeField(allow_null=True)
    accepted_at = serializers.DateTimeField(allow_null=True)
    left_at = serializers.DateTimeField(allow_null=True)
    arrived_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)


class VanCallInput(serializers.Serializer[Any]):
    """Call a van."""

    client_id = serializers.UUIDField()
    area = KeyWithin(
        queryset=Area.objects.filter(is_active=True),
        right="van.send",
        missing="没有找到这个地方，或它不在您的辖区。",
    )
    address = serializers.CharField(max_length=200)
    about = serializers.CharField(max_length=500)
    matter = KeyWithin(
        queryset=Matter.objects.select_related("area"),
        right="van.send",
        missing="没有找到这起警情，或它不在您的辖区。",
        required=False,
        allow_null=True,
        default=None,
    )


class VanStepInput(serializers.Serializer[Any]):
    """One tap."""

    action = serializers.ChoiceField([(one.action, one.label) for one in STEPS])
    note = serializers.CharField(default="", allow_blank=True, max_length=500)


def call_row(call: VanCall) -> dict[str, Any]:
    """A call as the API gives it."""
    return {
        "id": call.pk,
        "state": call.state,
        "area": call.area_id,
        "address": call.address,
        "about": call.about,
        "matter": call.matter_id,
        "case": call.case_id,
        "van": call.van.name if call.van else "",
        "mediator": call.mediator.name if call.mediator else "",
        "outcome": call.outcome,
        **{name: getattr(call, name) for name in STAMPS},
    }


class VanCallsApi(GenericAPIView[VanCall]):
    """Calls in the caller's territory, newest first; calling a van."""

    rights = {"GET": "van.view", "POST": "van.send"}
    serializer_class = VanCallInput
    queryset = VanCall.objects.none()
    keyset_order = ("-asked_at", "-id")

    @extend_schema(responses=VanCallRow(many=True))
    def get(self, request: Request) -> Response:
        """A page of calls."""
        rows = self.paginate_queryset(queries.calls(request.user)) or []
        return self.get_paginated_response([call_row(call) for call in rows])

    @extend_schema(
        request=VanCallInput,
        responses={201: VanCallRow, 200: VanCallRow, 400: OpenApiTypes.OBJECT, 409: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request) -> Response:
        """Call a van: 201, or 200 when the same was sent before."""
        checked = VanCallInput(data=request.data, context={"request": request})
        checked.is_valid(raise_exception=True)
        call, created = ask_van(actor=reader(request), **checked.validated_data)
        return Response(call_row(call), status=201 if created else 200)


class VanStepsApi(GenericAPIView[VanCall]):
    """The taps of a call."""

    rights = {"POST": "van.run"}
    serializer_class = VanStepInput
    queryset = VanCall.objects.none()

    @extend_schema(
        request=VanStepInput,
        responses={200: VanCallRow, 400: OpenApiTypes.OBJECT, 409: OpenApiTypes.OBJECT},
        operation_id="van_call_step",
    )
    def post(self, request: Request, pk: int) -> Response:
        """One step; the same step again changes nothing."""
        call = get_object_or_404(queries.calls(request.user), pk=pk)
        checked = VanStepInput(data=request.data)
        checked.is_valid(raise_exception=True)
        step(actor=reader(request), call=call, **checked.validated_data)
        return Response(call_row(queries.calls(request.user).get(pk=pk)))
