"""The API of hot spots: the page's three counts."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from incidents.hotspots import queries
from shared.errors import InvalidInput

BY = ("hour", "place", "village")


class HotspotsApi(APIView):
    """Where and when the police were called; the last 30 days where none are named."""

    rights = {"GET": "incidents.view"}

    @extend_schema(
        parameters=[
            OpenApiParameter("by", str, enum=list(BY), description="hour without it."),
            OpenApiParameter("after", OpenApiTypes.DATE),
            OpenApiParameter("before", OpenApiTypes.DATE),
            OpenApiParameter("type", str),
            OpenApiParameter("area", int),
        ],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        """Counts by hour of the week (weekday 1 = Monday), by address (two or more), or by village."""
        by = request.query_params.get("by", "hour")
        if by not in BY:
            raise InvalidInput("by 只能是 hour、place、village。", field="by")
        found = queries.asked(request.user, request.query_params, request)
        if not found.is_valid():
            name, texts = next(iter(found.errors.items()))
            raise InvalidInput(str(texts[0]), field=name)
        rows: list[dict[str, Any]]
        if by == "hour":
            counts = queries.by_hour(found.qs)
            rows = [{"weekday": day, "hour": hour, "count": n} for (day, hour), n in sorted(counts.items())]
        elif by == "place":
            rows = [
                {"address": row["address"], "place": row["place"], "count": row["n"], "last": row["last"]}
                for row in queries.by_place(found.qs)[:500]
            ]
        else:
            rows = [
                {"area": row["area"], "name": row["name"], "count": row["n"]}
                for row in queries.by_village(found.qs)
            ]
        return Response({"results": rows})
