"""The API of police incidents and hazards: the same reads and workflow as the pages."""

from typing import Any

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from grids.scope import reader
from incidents import queries
from incidents.details import repeats_of
from incidents.filters import IncidentFilter
from incidents.importing.by_hand import register_incident
from incidents.models import PoliceIncident
from incidents.repeats.queries import repeat_rule
from incidents.serializers import IncidentDetail, IncidentInput, IncidentRow
from matters.api import api_detail, seen
from matters.queries import place_of

RENAMED = {"matter_id": "id", "area_id": "area", "target_id": "target"}
HIDDEN = {"kind", "version", "moved_at", "warn_at", "level_of_area", "above", "handler_name"}
SENT = dict.fromkeys((201, 200, 400, 404, 409), OpenApiTypes.OBJECT)


def api_row(row: dict[str, Any]) -> dict[str, Any]:
    """A row of `incident_rows` or `hazard_rows` as the API gives it."""
    shown = {RENAMED.get(name, name): value for name, value in row.items() if name not in HIDDEN}
    return {**shown, "place": place_of(queries.place_row(row))}


class IncidentsApi(GenericAPIView[PoliceIncident]):
    """Police incidents in the caller's territory, newest first; registering one."""

    rights = {"GET": "incidents.view", "POST": "incidents.import"}
    serializer_class = IncidentInput
    filterset_class = IncidentFilter
    queryset = PoliceIncident.objects.none()
    keyset_order = ("-occurred_at", "-matter_id")

    def get_queryset(self) -> Any:
        """Narrowed to the territory."""
        return queries.incident_rows(self.request.user, repeat_rule())

    @extend_schema(responses=IncidentRow(many=True))
    def get(self, request: Request) -> Response:
        """A page of incidents, without anything personal."""
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        return self.get_paginated_response([api_row(row) for row in rows])

    @extend_schema(request=IncidentInput, responses={**SENT, 201: IncidentRow, 200: IncidentRow})
    def post(self, request: Request) -> Response:
        """Register an incident by itself: 201, 200 the same again, 409 same id with other content or a number
        that is registered.
        """
        checked = IncidentInput(data=request.data, context={"request": request})
        checked.is_valid(raise_exception=True)
        given = dict(checked.validated_data)
        incident, created = register_incident(
            actor=reader(request), area=given.pop("area"), client_id=given.pop("client_id"), given=given
        )
        rows = queries.rows_of(PoliceIncident.objects.filter(pk=incident.pk), repeat_rule())
        return Response(api_row(rows.get()), status=201 if created else 200)


class IncidentApi(GenericAPIView[PoliceIncident]):
    """One police incident."""

    rights = {"GET": "incidents.view"}
    serializer_class = IncidentDetail
    queryset = PoliceIncident.objects.none()

    @extend_schema(responses=IncidentDetail)
    def get(self, request: Request, pk: int) -> Response:
        """With its matter and what came before it, without anything personal."""
        user = reader(request)
        row = queries.incident_rows(user, repeat_rule()).filter(pk=pk).first()
        if row is None:
            raise Http404
        matter = seen(user, pk)
        incident = PoliceIncident.objects.get(pk=pk)
        incident.matter = matter
        repeats = repeats_of(incident, user)
        return Response(
            {
                **api_detail(matter, user),
                "incident": api_row(row),
                "card": repeats["card"],
                "earlier": [earlier.pk for earlier in repeats["earlier"]],
            }
        )
