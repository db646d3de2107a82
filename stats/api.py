"""The API of statistics: every rate with numerator and denominator, null without anything to divide by."""

from typing import Any

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from grids.models import Area
from grids.queries import coverage, words
from grids.queries.targets import API_ROW, api_row
from shared.dates import today
from shared.errors import InvalidInput
from shared.filters import id_of
from stats import queries, rates
from stats.forms import CoverageFilter
from stats.queries import RIGHT

PERIOD = [
    OpenApiParameter("area", int, description="Area id; the caller's own territory without it."),
    OpenApiParameter("from", OpenApiTypes.DATE, description="First day; this week's Monday without it."),
    OpenApiParameter("to", OpenApiTypes.DATE, description="Last day, included; today without it."),
]


def _asked(request: Request) -> tuple[coverage.Period, coverage.Within]:
    """The period and territory that the parameters name. Raises InvalidInput, Http404 for an area outside."""
    form = CoverageFilter(
        request.query_params, user=request.user, words=words("key_person", "place_type"), day=today()
    )
    form.full_clean()
    wrong = {name: list(texts) for name, texts in form.errors.items() if name != "area"}
    if wrong:
        name, texts = next(iter(wrong.items()))
        raise InvalidInput(str(texts[0]), field=name)
    given = request.query_params.get("area", "")
    area = None
    if given:
        area = Area.objects.within(request.user, RIGHT).filter(pk=id_of(given)).first()
        if area is None:
            raise Http404
    data = form.cleaned_data
    return data["period"], coverage.within(request.user, RIGHT, area, data.get("category", ""))


def _head(period: coverage.Period) -> dict[str, Any]:
    return {"from": period.since, "to": period.until}


class CoverageApi(APIView):
    """走访率 (coverage) and 走访及时率 (timeliness)."""

    rights = {"GET": RIGHT}

    @extend_schema(
        parameters=[
            *PERIOD,
            OpenApiParameter("category", str),
            OpenApiParameter("by", str, enum=["street", "village", "grid", "category"]),
            OpenApiParameter(
                "gaps", bool, description="1: name the targets behind the gap, at most 500, masked."
            ),
        ],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        """Both rates of the whole, perhaps broken down, perhaps with the named gaps."""
        period, where = _asked(request)
        by = request.query_params.get("by", "")
        if by and by not in coverage.KEYS:
            raise InvalidInput("by 只能是 street、village、grid、category。", field="by")
        answer = {
            **_head(period),
            **{name: coverage.ratio(name, where, period).as_json() for name in coverage.MEASURES},
        }
        if by:
            answer |= {"by": by, "rows": _rows(where, period, by)}
        if request.query_params.get("gaps") == "1":
            missed = coverage.gaps("coverage", where, period).order_by("due_on", "id").values(*API_ROW)[:500]
            answer["gaps"] = [api_row(row) for row in missed]
        return Response(answer)


def _rows(where: coverage.Within, period: coverage.Period, by: str) -> list[dict[str, Any]]:
    found = {name: coverage.ratios(name, where, [period], by) for name in coverage.MEASURES}
    keys = sorted({*found["coverage"], *found["timeliness"]})
    names = {} if by in {"category", "all"} else queries.area_names(keys)
    none = [coverage.Ratio()]
    return [
        {
            "key": key,
            "name": names.get(key, key),
            **{name: found[name].get(key, none)[0].as_json() for name in found},
        }
        for key in keys
    ]


class ResponseApi(APIView):
    """响应率: obligations answered by their cut-off ÷ raised."""

    rights = {"GET": RIGHT}

    @extend_schema(
        parameters=[*PERIOD, OpenApiParameter("by", str, enum=["village"])], responses=OpenApiTypes.OBJECT
    )
    def get(self, request: Request) -> Response:
        """The rate of the whole, perhaps by village; `excused` of the answers were explanations."""
        period, where = _asked(request)
        by = request.query_params.get("by", "")
        if by not in {"", "village"}:
            raise InvalidInput("by 只能是 village。", field="by")
        total = queries.answers(where, [period]).get("0", [queries.Answers()])[0]
        answer: dict[str, Any] = {
            **_head(period),
            "response": total.ratio.as_json(),
            "excused": total.excused,
        }
        if by:
            found = queries.answers(where, [period], by_village=True)
            names = queries.area_names(list(found))
            answer |= {
                "by": by,
                "rows": [
                    {
                        "key": key,
                        "name": names[key],
                        "response": counts[0].ratio.as_json(),
                        "excused": counts[0].excused,
                    }
                    for key, counts in sorted(found.items())
                ],
            }
        return Response(answer)


BY_VILLAGE = extend_schema(
    parameters=[*PERIOD, OpenApiParameter("by", str, enum=["village"])], responses=OpenApiTypes.OBJECT
)


def _rate(request: Request, name: str, measure: Any) -> Response:
    """One rate of the whole, perhaps by village."""
    period, where = _asked(request)
    by = request.query_params.get("by", "")
    if by not in {"", "village"}:
        raise InvalidInput("by 只能是 village。", field="by")
    none = [coverage.Ratio()]
    answer: dict[str, Any] = {
        **_head(period),
        name: measure(where, [period]).get("0", none)[0].as_json(),
    }
    if by:
        found = measure(where, [period], by_village=True)
        names = queries.area_names(list(found))
        answer |= {
            "by": by,
            "rows": [
                {"key": key, "name": names[key], name: ratios[0].as_json()}
                for key, ratios in sorted(found.items())
            ],
        }
    return Response(answer)


class KeptApi(APIView):
    """按时办结率: matters that ended by their term ÷ matters whose term lay in the period."""

    rights = {"GET": RIGHT}

    @BY_VILLAGE
    def get(self, request: Request) -> Response:
        """The rate of the whole, perhaps by village."""
        return _rate(request, "kept", rates.kept)


class RepeatsApi(APIView):
    """重复警情率: police incidents with an earlier one of their address or party ÷ all."""

    rights = {"GET": RIGHT}

    @BY_VILLAGE
    def get(self, request: Request) -> Response:
        """The rate of the whole, perhaps by village."""
        return _rate(request, "repeated", rates.repeated)
