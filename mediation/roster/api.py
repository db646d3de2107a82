"""The API of rosters: who is on duty, shifts, proposals; the same reads and workflow as the pages."""

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from grids.scope import reader
from mediation.models import Proposal, Shift
from mediation.roster import queries, standing
from mediation.roster.sending import send
from mediation.roster.serializers import (
    ChangeInput,
    OnDutyRow,
    PublishInput,
    RosterInput,
    RosterRow,
    ShiftRow,
)
from mediation.roster.workflow import ask_proposal, change_shift, publish
from shared.errors import NotFound
from shared.filters import IdFilter


class ShiftFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Station, person, days, only gaps."""

    station = IdFilter(field_name="station")
    person = IdFilter(field_name="person")
    since = django_filters.DateFilter(field_name="day", lookup_expr="gte")
    until = django_filters.DateFilter(field_name="day", lookup_expr="lte")
    gap = django_filters.BooleanFilter(field_name="person", lookup_expr="isnull")


def shift_row(shift: Shift) -> dict[str, Any]:
    """A shift as the API gives it; needs station, pattern, department and person."""
    return {
        "uid": shift.uid,
        "version": shift.version,
        "station": shift.station_id,
        "station_name": shift.station.name,
        "shift": shift.pattern.name,
        "department": shift.department.name if shift.department else "",
        "day": shift.day,
        "starts_at": shift.starts_at,
        "ends_at": shift.ends_at,
        "is_night": shift.is_night,
        "person": shift.person_id,
        "person_name": shift.person.name if shift.person else "",
        "cancelled": shift.cancelled,
        "reason": shift.reason,
    }


class ShiftsApi(GenericAPIView[Shift]):
    """Standing shifts in the caller's territory, the latest first."""

    rights = {"GET": "roster.view"}
    serializer_class = ShiftRow
    filterset_class = ShiftFilter
    queryset = Shift.objects.none()
    keyset_order = ("-starts_at", "-id")

    def get_queryset(self) -> Any:
        """Narrowed to the territory."""
        return queries.shifts(self.request.user)

    @extend_schema(responses=ShiftRow(many=True))
    def get(self, request: Request) -> Response:
        """A page of shifts."""
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        return self.get_paginated_response([shift_row(row) for row in rows])


class ShiftApi(GenericAPIView[Shift]):
    """One shift with its versions; another person for it."""

    rights = {"GET": "roster.view", "POST": "roster.manage"}
    serializer_class = ChangeInput
    queryset = Shift.objects.none()

    @extend_schema(responses=ShiftRow(many=True), operation_id="shift_versions")
    def get(self, request: Request, uid: UUID) -> Response:
        """All versions, newest first."""
        get_object_or_404(Shift.objects.within(request.user, "roster.view"), uid=uid, is_current=True)
        return Response({"results": [shift_row(one) for one in queries.history_of(uid)]})

    @extend_schema(
        request=ChangeInput,
        responses={201: ShiftRow, 400: OpenApiTypes.OBJECT, 409: OpenApiTypes.OBJECT},
        operation_id="shift_change",
    )
    def post(self, request: Request, uid: UUID) -> Response:
        """The next version of the shift; checked by the hard rules."""
        get_object_or_404(Shift.objects.within(request.user, "roster.manage"), uid=uid, is_current=True)
        checked = ChangeInput(data=request.data)
        checked.is_valid(raise_exception=True)
        change_shift(actor=reader(request), uid=uid, **checked.validated_data)
        return Response(shift_row(queries.history_of(uid)[0]), status=201)


class NowApi(GenericAPIView[Shift]):
    """Who is on duty now."""

    rights = {"GET": "roster.view"}
    serializer_class = OnDutyRow
    queryset = Shift.objects.none()
    pagination_class = None

    @extend_schema(responses=OnDutyRow(many=True), operation_id="rosters_now")
    def get(self, request: Request) -> Response:
        """All seats of this moment on the caller's street."""
        root = standing.street_path(request.user)
        seats = standing.on_duty(root, timezone.now()) if root else []
        return Response(
            {
                "results": [
                    {
                        "station": seat.station,
                        "station_name": seat.station_name,
                        "role": seat.role,
                        "shift": seat.shift,
                        "person": seat.person or None,
                        "starts_at": seat.starts_at,
                        "ends_at": seat.ends_at,
                        "uid": seat.uid,
                    }
                    for seat in seats
                ]
            }
        )


def roster_row(proposal: Proposal) -> dict[str, Any]:
    """A proposal as the API gives it."""
    return {
        "id": proposal.pk,
        "stations": sorted(unit.pk for unit in proposal.stations.all()),
        "starts_on": proposal.starts_on,
        "days": proposal.days,
        "state": proposal.state,
        "gaps": proposal.report.get("gaps", 0),
        "version": proposal.version,
        "asked_at": proposal.asked_at,
        "published_at": proposal.published_at,
    }


class RostersApi(GenericAPIView[Proposal]):
    """Published rosters of the caller's territory, and the proposals that he may edit, newest first."""

    rights = {"GET": "roster.view", "POST": "roster.manage"}
    serializer_class = RosterInput
    queryset = Proposal.objects.none()
    keyset_order = ("-id",)

    def get_queryset(self) -> Any:
        """Narrowed to the territory."""
        user = self.request.user
        open_to_him = Q(state=Proposal.State.PUBLISHED) | Q(
            pk__in=Proposal.objects.within(user, "roster.manage").values("pk")
        )
        return Proposal.objects.within(user, "roster.view").filter(open_to_him).prefetch_related("stations")

    @extend_schema(responses=RosterRow(many=True))
    def get(self, request: Request) -> Response:
        """A page of rosters."""
        rows = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response([roster_row(row) for row in rows])

    @extend_schema(
        request=RosterInput,
        responses={201: RosterRow, 200: RosterRow, 400: OpenApiTypes.OBJECT, 409: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request) -> Response:
        """Ask for a proposal: 201, or 200 when the same was sent before; a worker makes it."""
        checked = RosterInput(data=request.data)
        checked.is_valid(raise_exception=True)
        given = dict(checked.validated_data)
        wanted = set(given.pop("stations"))
        stations = list(queries.stations(request.user, "roster.manage").filter(pk__in=wanted))
        if len(stations) != len(wanted):
            raise NotFound("有的工作站没有找到，或不归您排班。", field="stations")
        proposal, created = ask_proposal(actor=reader(request), stations=stations, **given)
        if created:
            send(proposal.pk)
        return Response(roster_row(proposal), status=201 if created else 200)


class RosterPublishApi(GenericAPIView[Proposal]):
    """Publishing."""

    rights = {"POST": "roster.manage"}
    serializer_class = PublishInput
    queryset = Proposal.objects.none()

    @extend_schema(
        request=PublishInput,
        responses={200: RosterRow, 400: OpenApiTypes.OBJECT, 409: OpenApiTypes.OBJECT},
        operation_id="roster_publish",
    )
    def post(self, request: Request, pk: int) -> Response:
        """Publish; 409 with `changes` where another was first."""
        proposal = get_object_or_404(queries.proposals(request.user), pk=pk)
        checked = PublishInput(data=request.data)
        checked.is_valid(raise_exception=True)
        done = publish(actor=reader(request), proposal=proposal, **checked.validated_data)
        return Response(roster_row(done))
