"""The API of visits, targets and areas: the same workflow and reads as the pages."""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from grids import photos
from grids.filters import TargetFilterSet, VisitFilterSet
from grids.models import Area, Target, Visit
from grids.queries import areas as area_reads
from grids.queries import targets as target_reads
from grids.queries import visits as visit_reads
from grids.scope import reader
from grids.serializers import AreaOutput, BatchAnswer, BatchInput, TargetOutput, VisitInput, VisitOutput
from grids.workflow import log_visit
from shared.asked import in_words
from shared.errors import DomainError, InvalidInput
from shared.parsers import body_and_photos

M = TypeVar("M", bound=Model)
PAGING = {"cursor", "limit", "format"}


class FilteredApi(GenericAPIView[M]):
    """A list that builds its filter only where one is asked for: most callers ask for none."""

    def filter_queryset(self, queryset: Any) -> Any:
        """The rows that the query parameters ask for."""
        asked = set(self.request.query_params) - PAGING
        return super().filter_queryset(queryset) if asked else queryset


class VisitsApi(FilteredApi[Visit]):
    """Visits in the caller's territory, newest first; logging one."""

    rights = {"GET": "visits.view", "POST": "visits.log"}
    serializer_class = VisitInput
    filterset_class = VisitFilterSet
    keyset_order = ("-visited_on", "-id")

    def get_queryset(self) -> QuerySet[Visit]:
        """Narrowed to the territory."""
        return Visit.objects.within(self.request.user, self.rights["GET"])  # type: ignore[no-any-return]

    @extend_schema(responses=VisitOutput(many=True))
    def get(self, request: Request) -> Response:
        """A page of visits."""
        found = self.filter_queryset(self.get_queryset()).values(*visit_reads.API_ROW)
        rows = self.paginate_queryset(found) or []
        return self.get_paginated_response([visit_reads.api_row(row) for row in rows])

    @extend_schema(request=VisitInput, responses={201: VisitOutput, 200: VisitOutput})
    def post(self, request: Request) -> Response:
        """Log a visit: 201, or 200 when the same was sent before, or 409 when its id stands for other
        content.

        Photos come as multipart: parts `photos`, and the other fields as JSON in the part `visit`.
        """
        data, pictures = body_and_photos(request, "visit")
        checked = VisitInput(data=data)
        checked.is_valid(raise_exception=True)
        target = Target(pk=checked.validated_data["target"])
        visit, created = log_visit(
            target=target, actor=reader(request), photos=photos.clean(pictures), **checked.content()
        )
        return Response(_shown(visit), status=201 if created else 200)


class VisitBatchApi(GenericAPIView[Visit]):
    """Visits that waited on a phone, in one request; each is taken or refused by itself."""

    rights = {"POST": "visits.log"}
    serializer_class = BatchInput
    queryset = Visit.objects.none()

    @extend_schema(request=BatchInput, responses=BatchAnswer(many=True))
    def post(self, request: Request) -> Response:
        """What became of each, in the order sent."""
        batch = BatchInput(data=request.data)
        batch.is_valid(raise_exception=True)
        return Response({"results": [_one(request, item) for item in batch.validated_data["visits"]]})


def _one(request: Request, item: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = {"client_id": item.get("client_id")}
    checked = VisitInput(data=item)
    if not checked.is_valid():
        told = in_words(checked.errors)
        return {**answer, "status": 400, "detail": "请改正标出的内容后重新提交。", "errors": told}
    try:
        target = Target(pk=checked.validated_data["target"])
        visit, created = log_visit(target=target, actor=reader(request), **checked.content())
    except DomainError as error:
        return {**answer, "status": error.status, "detail": error.message}
    return {**answer, "status": 201 if created else 200, "id": visit.pk}


def _shown(visit: Visit) -> dict[str, Any]:
    """A visit that was just taken, as the list would give it."""
    return {
        "id": visit.pk,
        "client_id": visit.client_id,
        "target": visit.target_id,
        "target_name": visit.target.shown,
        "category": visit.target.category,
        "grid": visit.grid_id,
        "grid_name": visit.grid.name,
        "visitor": visit.visitor.name,
        "visited_at": visit.visited_at,
        "visited_on": visit.visited_on,
        "due_on": visit.due_on,
        "met": visit.met,
        "result": visit.result,
        "is_valid": visit.is_valid,
        "chips": visit.chips,
    }


class TargetsApi(FilteredApi[Target]):
    """Whom to visit, most urgent first; persons masked, numbers left out."""

    rights = {"GET": "targets.view"}
    serializer_class = TargetOutput
    filterset_class = TargetFilterSet
    keyset_order = ("due_on", "id")

    def get_queryset(self) -> QuerySet[Target]:
        """Narrowed to the territory."""
        return Target.objects.within(self.request.user, self.rights["GET"])  # type: ignore[no-any-return]

    @extend_schema(responses=TargetOutput(many=True))
    def get(self, request: Request) -> Response:
        """A page of targets."""
        found = self.filter_queryset(self.get_queryset()).values(*target_reads.API_ROW)
        rows = self.paginate_queryset(found) or []
        return self.get_paginated_response([target_reads.api_row(row) for row in rows])


class AreasApi(GenericAPIView[Area]):
    """Streets, villages, communities and grids, parents before children."""

    rights = {"GET": "areas.view"}
    serializer_class = AreaOutput
    keyset_order = ("path",)

    def get_queryset(self) -> QuerySet[Area]:
        """Narrowed to the territory."""
        return Area.objects.within(self.request.user, self.rights["GET"]).filter(is_active=True)  # type: ignore[no-any-return]

    @extend_schema(responses=AreaOutput(many=True))
    def get(self, request: Request) -> Response:
        """A page of areas."""
        rows = self.paginate_queryset(self.get_queryset().values(*area_reads.API_ROW)) or []
        return self.get_paginated_response([area_reads.api_row(row) for row in rows])


class AreaOutlinesApi(GenericAPIView[Area]):
    """Outlines for maps."""

    rights = {"GET": "areas.view"}
    serializer_class = AreaOutput
    queryset = Area.objects.none()

    @extend_schema(responses=OpenApiTypes.OBJECT, operation_id="areas_geojson")
    def get(self, request: Request) -> Response:
        """A GeoJSON FeatureCollection of one `level` (street, village, community, grid; all where none is
        named).
        """
        level = request.query_params.get("level", "")
        if level and level not in Area.Level.values:
            raise InvalidInput(f"level 只能是 {'、'.join(Area.Level.values)}。", field="level")
        return Response(area_reads.outlines(request.user, self.rights["GET"], level))
