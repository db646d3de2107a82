"""The API of hazards and inspections: the same reads and workflow as the pages."""

from typing import Any

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from grids.models import Area
from grids.photos import clean
from grids.scope import reader
from incidents.before_after import of_photos
from incidents.hazards import queries
from incidents.hazards.checking import Finding, record_inspection
from incidents.hazards.filters import HazardFilter, InspectionFilter
from incidents.hazards.serializers import (
    HazardDetail,
    HazardInput,
    HazardRow,
    InspectionInput,
    InspectionRow,
)
from incidents.hazards.source_forms import SourcesForm
from incidents.hazards.source_views import as_json, asked_by
from incidents.hazards.sources import sources_of
from incidents.models import Hazard, Inspection
from incidents.queries import place_row
from incidents.workflow import raise_hazard
from matters.api import api_detail, seen
from matters.queries import place_of
from shared.errors import InvalidInput, NotFound
from shared.parsers import body_and_photos

RENAMED = {"matter_id": "id", "area_id": "area", "target_id": "target"}
HIDDEN = {"kind", "version", "moved_at", "warn_at", "level_of_area", "above", "handler_name"}
SENT = {
    201: OpenApiTypes.OBJECT,
    200: OpenApiTypes.OBJECT,
    400: OpenApiTypes.OBJECT,
    409: OpenApiTypes.OBJECT,
}


def api_row(row: dict[str, Any]) -> dict[str, Any]:
    """A row of `hazard_rows` as the API gives it."""
    shown = {RENAMED.get(name, name): value for name, value in row.items() if name not in HIDDEN}
    return {**shown, "place": place_of(place_row(row))}


def _placed(request: Request, given: dict[str, Any]) -> dict[str, Any]:
    """The given fields with a source that the caller may name, and a target that lies where it says."""
    target = given["target"]
    if target is not None and target.grid_id != given["area"].pk:
        raise NotFound("这个走访对象不在所报的网格，请核对后重报。", field="target")
    mine = sources_of(request.user)
    source = given["source"] or next(iter(mine))
    if source not in mine:
        raise InvalidInput("您的岗位不能用这个来源上报。", field="source")
    return {**given, "source": source}


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

    @extend_schema(request=HazardInput, responses={**SENT, 201: HazardRow, 200: HazardRow})
    def post(self, request: Request) -> Response:
        """Report a hazard: 201, or 200 when the same was sent before, or 409 when its id stands for other
        content.

        Photos come as multipart: parts `photos`, and the other fields as JSON in the part `hazard`.
        """
        data, files = body_and_photos(request, "hazard")
        checked = HazardInput(data=data, context={"request": request})
        checked.is_valid(raise_exception=True)
        given = _placed(request, checked.validated_data)
        hazard, created = raise_hazard(actor=reader(request), photos=clean(files), **given)
        rows = queries.of_hazards(Hazard.objects.filter(pk=hazard.pk))
        return Response(api_row(rows.get()), status=201 if created else 200)


class HazardApi(GenericAPIView[Hazard]):
    """One hazard."""

    rights = {"GET": "hazards.view"}
    serializer_class = HazardDetail
    queryset = Hazard.objects.none()

    @extend_schema(responses=HazardDetail)
    def get(self, request: Request, pk: int) -> Response:
        """With its matter, photos before and after, and what led to it."""
        rows = Hazard.objects.within(request.user, "hazards.view").filter(pk=pk)
        row = queries.of_hazards(rows).first()
        if row is None:
            raise Http404
        user = reader(request)
        matter = seen(user, pk)
        hazard = rows.select_related("finding__inspection").get()
        hazard.matter = matter
        finding = getattr(hazard, "finding", None)
        pictures = of_photos(matter)
        earlier = queries.earlier_of(hazard, queries.repeat_days())
        scoped = Hazard.objects.within(user, "hazards.view").filter(pk__in=earlier.values("pk"))
        return Response(
            {
                **api_detail(matter, user),
                "hazard": api_row(row),
                "photos": {"before": pictures["before"], "after": pictures["after"]},
                "inspection": finding.inspection_id if finding else None,
                "campaign": finding.inspection.campaign_id if finding else None,
                "failed_inspections": matter.events.filter(action="redo").count(),
                "earlier": list(scoped.order_by("-pk").values_list("pk", flat=True)[:50]),
            }
        )


class InspectionsApi(GenericAPIView[Inspection]):
    """Inspections in the caller's territory, newest first; recording one."""

    rights = {"GET": "hazards.view", "POST": "hazards.report"}
    serializer_class = InspectionInput
    filterset_class = InspectionFilter
    queryset = Inspection.objects.none()
    keyset_order = ("-at", "-id")

    def get_queryset(self) -> Any:
        """Narrowed to the territory."""
        return Inspection.objects.within(self.request.user, "hazards.view")

    @extend_schema(responses=InspectionRow(many=True))
    def get(self, request: Request) -> Response:
        """A page of inspections."""
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        return self.get_paginated_response([inspection_row(row) for row in rows])

    @extend_schema(request=InspectionInput, responses={**SENT, 201: InspectionRow, 200: InspectionRow})
    def post(self, request: Request) -> Response:
        """Record an inspection: 201, 200 the same again, 409 same id with other content. Each item that is
        not in order becomes a hazard.
        """
        checked = InspectionInput(data=request.data, context={"request": request})
        checked.is_valid(raise_exception=True)
        given = _placed(request, checked.validated_data)
        told = {row["item"]: Finding(row["verdict"], row["note"]) for row in given.pop("findings")}
        if given.pop("all_ok"):
            items = given["checklist"].items.values_list("pk", flat=True)
            told = {**dict.fromkeys(items, Finding("ok")), **told}
        inspection, created = record_inspection(actor=reader(request), findings=told, **given)
        results = inspection.results.exclude(hazard=None).order_by("id")
        hazards = list(results.values_list("hazard_id", flat=True))
        return Response({**inspection_row(inspection), "hazards": hazards}, status=201 if created else 200)


def inspection_row(row: Inspection) -> dict[str, Any]:
    """An inspection as the API gives it."""
    keys = ("checklist", "campaign", "target", "area")
    plain = ("id", "name", "address", "place_type", "source", "at", "fine", "bad", "not_asked")
    return {
        **{name: getattr(row, name) for name in plain},
        **{name: getattr(row, f"{name}_id") for name in keys},
    }


class SourcesApi(APIView):
    """三排查 compared: found, repeated, rectified in time."""

    rights = {"GET": "hazards.view"}

    @extend_schema(
        parameters=[
            OpenApiParameter("area", int),
            OpenApiParameter("after", OpenApiTypes.DATE, description="First day; 90 days back without it."),
            OpenApiParameter(
                "before", OpenApiTypes.DATE, description="Last day, included; today without it."
            ),
            OpenApiParameter("by", str, enum=["village", "month"]),
        ],
        responses=OpenApiTypes.OBJECT,
        operation_id="stats_hazards",
    )
    def get(self, request: Request) -> Response:
        """The sum by source, perhaps broken down."""
        form = SourcesForm(request.query_params, user=request.user)
        form.full_clean()
        wrong = {name: list(texts) for name, texts in form.errors.items() if name != "area"}
        if wrong:
            name, texts = next(iter(wrong.items()))
            raise InvalidInput(str(texts[0]), field=name)
        by = request.query_params.get("by", "")
        if by not in {"", "village", "month"}:
            raise InvalidInput("by 只能是 village、month。", field="by")
        asked = asked_by(request._request, form)
        found = queries.by_month(asked) if by == "month" else queries.by_village(asked)
        answer: dict[str, Any] = {"from": asked.since, "to": asked.until, **_told(found.get("", {}))}
        if by:
            answer |= {"by": by, "rows": _rows(found, by)}
        return Response(answer)


def _told(tallies: dict[str, queries.Tally]) -> dict[str, Any]:
    """The sum, and each source."""
    return {
        "total": as_json(tallies.get("", queries.Tally())),
        "sources": {source: as_json(tally) for source, tally in sorted(tallies.items()) if source},
    }


def _rows(found: queries.Tallies, by: str) -> list[dict[str, Any]]:
    keys = [key for key in sorted(found) if key]
    names: dict[str, str] = {}
    if by == "village":
        rows = Area.objects.filter(pk__in=[int(key) for key in keys]).values_list("pk", "name")
        names = {str(pk): name for pk, name in rows}
    return [{"key": key, "name": names.get(key, key), **_told(found[key])} for key in keys]
