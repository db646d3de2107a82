"""The API of the figures: every rate with numerator and denominator, null without anything to divide by."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mediation.figures import counts
from mediation.figures.asked import asked
from mediation.figures.export import as_json
from mediation.figures.meaning import RIGHT, counted
from shared.errors import InvalidInput


class MediationFigures(APIView):
    """调解统计."""

    rights = {"GET": RIGHT}

    @extend_schema(
        parameters=[
            OpenApiParameter("from", OpenApiTypes.DATE, description="First day; 1 January without it."),
            OpenApiParameter("to", OpenApiTypes.DATE, description="Last day, included; today without it."),
            OpenApiParameter("station", int),
            OpenApiParameter("by", str, enum=list(counts.BY)),
        ],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        """The whole as `total`, the breakdown as `results`; as CSV the breakdown."""
        form = asked(request.query_params, request.user)
        if form.errors:
            name, texts = next(iter(form.errors.items()))
            raise InvalidInput(str(texts[0]), field=name)
        cases, data = form.narrowed(counted(request.user)), form.cleaned_data
        period, by = data["period"], data["by"]
        rows: list[dict[str, Any]] = [
            {"key": part.key, "name": part.name, **as_json(part.numbers)}
            for part in counts.parts(cases, period, by)
        ]
        total = as_json(counts.total(cases, period))
        head = {"from": period.since, "to": period.until, "by": by}
        return Response({**head, "total": total, "results": rows})
