"""The API of cases and stations: the same reads, forms and workflow as the pages."""

from collections.abc import Mapping
from typing import Any

from django.forms import MultipleChoiceField
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from grids.models import Area, Unit
from mediation.filters import CaseFilter
from mediation.forms.base import StepForm
from mediation.forms.intake import PartyForm
from mediation.models import Dispute, Party
from mediation.queries import cases
from mediation.queries.case import load
from mediation.queries.stations import station_rows
from mediation.serializers import CaseDetail, CaseInput, CaseRow, StationRow, StepInput
from mediation.steps import STEPS
from mediation.workflow.intake import CaseText, register
from mediation.workflow.parties import PartyText
from shared.crypto import mask
from shared.errors import InvalidInput, NotFound
from shared.parsers import OrjsonParser

RENAMED = {"matter_id": "id", "area_id": "area", "station_id": "station", "mediator_name": "mediator"}
HIDDEN = {"mediator_id", "warn_at", "due_at"}
TEXT = ("dispute_type", "source", "facts", "request", "address", "occurred_at", "amount", "currency", "risk")


def api_row(row: dict[str, Any]) -> dict[str, Any]:
    """A row of `case_rows` as the API gives it."""
    return {RENAMED.get(name, name): value for name, value in row.items() if name not in HIDDEN}


def _seen(user: Any, pk: int) -> Dispute:
    found: Dispute | None = (
        Dispute.objects.within(user, "mediation.view")
        .select_related("matter__area__parent", "station__area", "mediator", "brand")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound("没有找到这件案件，或它不归您的工作站。")
    return found


def _party(party: Party) -> dict[str, Any]:
    return {
        **{name: getattr(party, name) for name in ("id", "side", "kind", "is_minor", "consent")},
        "name": party.shown,
        "phone": mask(party.phone),
        "id_number": mask(party.id_number),
        "agents": [{"role": a.role, "name": a.shown, "special": a.special} for a in party.agents.all()],
    }


def api_detail(dispute: Dispute, user: User) -> dict[str, Any]:
    """A case with everything that its page shows."""
    page = load(dispute, user)
    row = cases.plain(Dispute.objects.filter(pk=dispute.pk)).get()
    return {
        **api_row(row),
        "facts": page.told(dispute.facts),
        "request": page.told(dispute.request),
        "parties": [_party(party) for party in page.parties if party.left_on is None],
        "lines": [vars(line) for line in page.lines],
        "next": page.next.title,
        "actions": sorted(page.open),
    }


def _checked_party(given: dict[str, Any], number: int) -> PartyText:
    """By the page's own form."""
    form = PartyForm(given)
    if not form.is_valid():
        field, errors = next(iter(form.errors.items()))
        raise InvalidInput(str(errors[0]), field=f"party-{number}-{field}")
    return form.text()


def as_typed(form: type[StepForm], sent: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON object's values as a page gives them to the form: texts, lists of texts for many choices.

    Raises InvalidInput, naming the field, for a list or an object where the form takes one text.
    """
    found: dict[str, Any] = {}
    for name, value in sent.items():
        many = isinstance(form.base_fields.get(name), MultipleChoiceField) and isinstance(value, list)
        parts = value if many else [value]
        if any(isinstance(part, dict | list) for part in parts):
            raise InvalidInput("这一项请填文字或数字。", field=name)
        texts = ["" if part is None else str(part) for part in parts]
        found[name] = texts if many else texts[0]
    return found


class CasesApi(GenericAPIView[Dispute]):
    """Cases that the caller may see, newest first; registering one."""

    rights = {"GET": "mediation.view", "POST": "mediation.register"}
    serializer_class = CaseInput
    filterset_class = CaseFilter
    queryset = Dispute.objects.none()
    keyset_order = cases.ORDER

    def get_queryset(self) -> Any:
        """Narrowed to station, invitation or territory."""
        return cases.case_rows(self.request.user)

    @extend_schema(responses=CaseRow(many=True))
    def get(self, request: Request) -> Response:
        """A page of cases, without anything personal."""
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        return self.get_paginated_response([api_row(row) for row in rows])

    @extend_schema(
        request=CaseInput,
        responses={201: CaseRow, 200: CaseRow, 400: OpenApiTypes.OBJECT, 409: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request) -> Response:
        """Register a case: 201, or 200 when the same was sent before, or 409 when its id stands for other
        content.
        """
        checked = CaseInput(data=request.data)
        checked.is_valid(raise_exception=True)
        given = checked.validated_data
        station = Unit.objects.filter(pk=given["station"]).select_related("area").first()
        area = Area.objects.filter(pk=given["area"], is_active=True).first()
        if station is None or area is None:
            raise NotFound("没有找到这个工作站或村社，或它们不在您的辖区。")
        dispute, created = register(
            actor=request.user,  # type: ignore[arg-type]
            station=station,
            area=area,
            text=CaseText(**{name: given[name] for name in TEXT}),
            parties=[_checked_party(party, n) for n, party in enumerate(given["parties"])],
            client_id=given["client_id"],
        )
        row = cases.plain(Dispute.objects.filter(pk=dispute.pk)).get()
        return Response(api_row(row), status=201 if created else 200)


class CaseApi(GenericAPIView[Dispute]):
    """One case."""

    rights = {"GET": "mediation.view"}
    serializer_class = CaseDetail
    queryset = Dispute.objects.none()

    @extend_schema(responses=CaseDetail)
    def get(self, request: Request, pk: int) -> Response:
        """With parties (masked), what happened, and the caller's open steps."""
        return Response(api_detail(_seen(request.user, pk), request.user))  # type: ignore[arg-type]


class StepsApi(GenericAPIView[Dispute]):
    """The steps of one case."""

    rights = {"*": "mediation.handle"}
    parser_classes = [OrjsonParser]
    serializer_class = StepInput
    queryset = Dispute.objects.none()
    pagination_class = None
    filter_backends: list[Any] = []

    @extend_schema(
        request=StepInput,
        responses={
            200: CaseDetail,
            400: OpenApiTypes.OBJECT,
            403: OpenApiTypes.OBJECT,
            404: OpenApiTypes.OBJECT,
            409: OpenApiTypes.OBJECT,
        },
    )
    def post(self, request: Request, pk: int) -> Response:
        """Take a step: 200 with the case as it is now. Its fields are those of the step's page."""
        dispute, user = _seen(request.user, pk), request.user
        checked = StepInput(data=request.data)
        checked.is_valid(raise_exception=True)
        action = checked.validated_data["action"]
        if action not in STEPS:
            raise InvalidInput("没有这一步。", field="action", allowed=sorted(STEPS))
        wanted = STEPS[action]
        form = wanted(dispute, user, as_typed(wanted, request.data))  # type: ignore[arg-type]
        if not form.is_valid():
            field, errors = next(iter(form.errors.items()))
            raise InvalidInput(str(errors[0]), field=field)
        form.run()
        return Response(api_detail(_seen(user, pk), user))  # type: ignore[arg-type]


class StationsApi(GenericAPIView[Unit]):
    """Joint stations of the caller's street."""

    rights = {"GET": "mediation.view"}
    serializer_class = StationRow
    queryset = Unit.objects.none()
    pagination_class = None
    filter_backends: list[Any] = []

    @extend_schema(responses=StationRow(many=True))
    def get(self, request: Request) -> Response:
        """With brands, mediators and how many open cases lie with each."""
        return Response([_station(row) for row in station_rows(request.user)])


def _station(row: dict[str, Any]) -> dict[str, Any]:
    station = row["station"]
    return {
        "id": station.pk,
        "name": station.name,
        "area": station.area_id,
        "open": row["open"],
        "brands": [{"id": b.pk, "name": b.name, "fields": b.fields, "open": b.load} for b in row["brands"]],
        "mediators": [
            {
                "name": m.user.name,
                "kind": m.kind,
                "brand": m.brand.name if m.brand else "",
                "fields": m.fields,
                "open": m.load,
            }
            for m in row["mediators"]
        ],
    }
