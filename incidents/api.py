"""The API of police incidents and hazards: the same reads and workflow as the pages."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from incidents import queries
from incidents.filters import HazardFilter, IncidentFilter
from incidents.models import Hazard, PoliceIncident
from incidents.repeats.queries import repeat_rule
from incidents.serializers import HazardInput, HazardRow, IncidentRow
from incidents.workflow import raise_hazard
from matters.queries import place_of
from shared.errors import InvalidInput, NotFound

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


class HazardsApi(GenericAPIView[Hazard]):
    """Hazards in the caller's territory, newest first; reporting one."""

    rights = {"GET": "hazards.view", "POST": "hazards.report"}
    serializer_class = HazardInput
    filterset_class = HazardFilter
    queryset = Hazard.objects.none()
    keyset_order = ("-occurred_at", "-matter_id")

    def get_queryset(self) -> Any:
        """Narrowed to the territory."""
        return queries.hazard_rows(self.request.user)

    @extend_schema(responses=HazardRow(many=True))
    def get(self, request: Request) -> Response:
        """A page of hazards."""
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        return self.get_paginated_response([api_row(row) for row in rows])

    @extend_schema(
        request=HazardInput,
        responses={201: HazardRow, 200: HazardRow, 400: OpenApiTypes.OBJECT, 409: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request) -> Response:
        """Report a hazard: 201, or 200 when the same was sent before, or 409 when its id stands for other
        content.
        """
        checked = HazardInput(data=request.data, context={"request": request})
        checked.is_valid(raise_exception=True)
        given = checked.validated_data
        target = given["target"]
        if target is not None and target.grid_id != given["area"].pk:
            raise NotFound("这个走访对象不在所报的网格，请核对后重报。", field="target")
        if given["source"] not in queries.sources_of(request.user):
            raise InvalidInput("您的岗位不能用这个来源上报。", field="source")
        hazard, created = raise_hazard(actor=request.user, **given)  # type: ignore[arg-type]
        rows = queries.of_hazards(Hazard.objects.filter(pk=hazard.pk))
        return Response(api_row(rows.get()), status=201 if created else 200)
