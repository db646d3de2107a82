"""The API of a case's file: the list of papers, issuing one, and the PDF."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from mediation.models import Dispute, Paper
from mediation.papers import page, workflow
from mediation.papers.slots import Slot, slots_of
from mediation.papers.views import kept_response


class IssueInput(serializers.Serializer[Any]):
    """Which paper to issue: `code`, and `subject` for one of a record, instalment or follow-up."""

    code = serializers.CharField(max_length=20)
    subject = serializers.IntegerField(min_value=0, default=0)


class PaperRow(serializers.Serializer[Any]):
    """One place of the file. `id` to `issued_at` are of the newest version, null where none was issued."""

    code = serializers.CharField()
    subject = serializers.IntegerField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=["done", "part", "todo"])
    needed = serializers.BooleanField()
    why_not = serializers.CharField()
    id = serializers.IntegerField(allow_null=True)
    version = serializers.IntegerField(allow_null=True)
    sha256 = serializers.CharField(allow_null=True)
    pages = serializers.IntegerField(allow_null=True)
    issued_at = serializers.DateTimeField(allow_null=True)
    scans = serializers.IntegerField()


class PapersList(serializers.Serializer[Any]):
    """The file: its places, and in words what it lacks for the archive."""

    case_no = serializers.CharField()
    archived_on = serializers.DateField(allow_null=True)
    missing = serializers.ListField(child=serializers.CharField())
    papers = PaperRow(many=True)


class PdfRenderer(BaseRenderer):
    """Lets a caller ask for application/pdf."""

    media_type = "application/pdf"
    format = "pdf"

    def render(self, data: Any, *_: Any, **__: Any) -> Any:
        """The view answers with the bytes itself."""
        return data


def row(slot: Slot, wanted: set[str]) -> dict[str, Any]:
    """A place as the API gives it."""
    paper = slot.issued
    return {
        **{name: getattr(slot, name) for name in ("code", "subject", "title", "state", "why_not")},
        "needed": f"{slot.code}:{slot.subject}" in wanted,
        **{name: getattr(paper, name, None) for name in ("id", "version", "sha256", "pages")},
        "issued_at": paper.at if paper else None,
        "scans": len(slot.scans),
    }


class PapersApi(GenericAPIView[Dispute]):
    """The papers of one case."""

    rights = {"GET": "mediation.view", "POST": "mediation.handle"}
    serializer_class = IssueInput
    queryset = Dispute.objects.none()
    pagination_class = None
    filter_backends: list[Any] = []

    @extend_schema(responses=PapersList)
    def get(self, request: Request, pk: int) -> Response:
        """Every place of the file in the order in which it is bound."""
        dispute = page.case_for(request.user, pk)
        shown = page.section(dispute, request.user)  # type: ignore[arg-type]
        return Response(
            {
                "case_no": dispute.case_no,
                "archived_on": dispute.archived_on,
                "missing": shown["lacks"],
                "papers": [row(slot, shown["wanted"]) for slot in shown["slots"]],
            }
        )

    @extend_schema(
        request=IssueInput,
        responses={200: PaperRow, 201: PaperRow, 400: OpenApiTypes.OBJECT, 404: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Issue a paper: 201 a new version, 200 where the newest one says the same already."""
        dispute = page.case_for(request.user, pk, page.RIGHT)
        checked = IssueInput(data=request.data)
        checked.is_valid(raise_exception=True)
        paper, created = workflow.issue(
            dispute=dispute,
            actor=request.user,  # type: ignore[arg-type]
            **checked.validated_data,
        )
        places = {(slot.code, slot.subject): slot for slot in slots_of(dispute)}
        shown = page.section(dispute, request.user)  # type: ignore[arg-type]
        place = places[paper.code, paper.subject]
        return Response(row(place, shown["wanted"]), status=201 if created else 200)


class PaperApi(GenericAPIView[Paper]):
    """One issued paper."""

    rights = {"GET": "mediation.handle"}
    queryset = Paper.objects.none()
    renderer_classes = [*GenericAPIView.renderer_classes, PdfRenderer]

    @extend_schema(
        operation_id="cases_papers_download", responses={(200, "application/pdf"): OpenApiTypes.BINARY}
    )
    def get(self, request: Request, pk: int, paper: int) -> HttpResponse:
        """The PDF as it was issued; logged as a look at personal data."""
        dispute = page.case_for(request.user, pk, page.RIGHT)
        return kept_response(request, get_object_or_404(Paper, pk=paper, dispute=dispute))
