"""The API of police incidents and hazards: the same reads and workflow as the pages."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from incidents import queries
from incidents.filters import IncidentFilter
from incidents.models import PoliceIncident
from incidents.repeats.queries import repeat_rule
from incidents.serializers import IncidentRow
from matters.queries import place_of

RENAMED = {"matter_id": "id", "area_id": "area", "target_id": "target"}
HIDDEN = {"kind", "version", "moved_at", "warn_at", "level_of_area", "above", "handler_name"}


def api_row(row: dict[str, Any]) -> dict[str, Any]:
    """A row of `incident_rows` or `hazard_rows` as the API gives it."""
    shown = {RENAMED.get(name, name): value for name, value in row.items() if name not in HIDDEN}
    return {**shown, "place": place_of(queries.place_row(row))}


class IncidentsApi(GenericAPIView[PoliceIncident]):
    """Police incidents in the caller's territory, newest first."""

    rights = {"GET": "incidents.view"}
    serializer_class = IncidentRow
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
