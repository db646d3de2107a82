"""The API of matters: list, detail, and the moves, by the same workflow as the pages."""

from typing import Any

from django.http import FileResponse, Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from grids.photos import clean
from matters import queries
from matters.details import detail_of
from matters.filters import MatterFilter
from matters.loop import KINDS, state_label
from matters.models import Event, Matter
from matters.photos import by_event, photo_for
from matters.serializers import ActionInput, ActionRow, MatterDetail, MatterRow
from matters.workflow import advance, available_actions
from shared.parsers import body_and_photos

LISTED = (
    "id",
    "kind",
    "number",
    "title",
    "state",
    "outcome",
    "occurred_at",
    "moved_at",
    "due_at",
    "closed_at",
    "version",
)


def api_row(row: dict[str, Any]) -> dict[str, Any]:
    """A row of `queries.rows` as the API gives it."""
    return {
        **{name: row[name] for name in LISTED},
        "kind_label": KINDS[row["kind"]].label,
        "state_label": state_label(row["kind"], row["state"]),
        "area": row["area_id"],
        "place": queries.place_of(row),
        "holder": queries.holder_of(row),
    }


def _event(event: Event, photos: list[int]) -> dict[str, Any]:
    return {
        **{
            name: getattr(event, name)
            for name in ("action", "label", "from_state", "to_state", "at", "note", "evidence")
        },
        "actor": event.actor.name if event.actor else None,
        "photos": photos,
    }


def _actions(matter: Matter, user: User) -> list[dict[str, Any]]:
    return [
        {"action": t.action, "label": t.label, "to_state": t.lands(matter.state), "needs": list(t.needs)}
        for t in available_actions(matter, user)
    ]


def api_detail(matter: Matter, user: User) -> dict[str, Any]:
    """A matter with everything that its page shows."""
    photos, told = by_event(matter), queries.reading(matter, user)
    return {
        **api_row(queries.as_row(matter)),
        "answer": told(matter.answer),
        "facts": [
            {"label": label, "value": value} for label, value in detail_of(matter, user).facts if value
        ],
        "events": [_event(event, photos.get(event.pk, [])) for event in queries.timeline(matter, told)],
        "actions": _actions(matter, user),
    }


def seen(user: Any, pk: int) -> Matter:
    """The matter with what its page needs; a 404 outside the territory."""
    found = Matter.objects.within(user, "matters.view").select_related(
        "area__parent", "handler", "unit", "merged_into"
    )
    matter = found.filter(pk=pk).first()
    if matter is None:
        raise Http404
    return matter  # type: ignore[no-any-return]


class MattersApi(GenericAPIView[Matter]):
    """Matters in the caller's territory, newest first; what waits or is overdue by its term."""

    rights = {"GET": "matters.view"}
    serializer_class = MatterRow
    filterset_class = MatterFilter
    queryset = Matter.objects.none()

    @property
    def keyset_order(self) -> tuple[str, ...]:
        """As on the page."""
        return MatterFilter(self.request.GET, queryset=self.queryset, request=self.request).order

    def get_queryset(self) -> Any:
        """Narrowed to the territory."""
        return queries.rows(self.request.user)

    @extend_schema(responses=MatterRow(many=True))
    def get(self, request: Request) -> Response:
        """A page of matters."""
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        return self.get_paginated_response([api_row(row) for row in rows])


class MatterApi(GenericAPIView[Matter]):
    """One matter."""

    rights = {"GET": "matters.view"}
    serializer_class = MatterDetail
    queryset = Matter.objects.none()

    @extend_schema(responses=MatterDetail)
    def get(self, request: Request, pk: int) -> Response:
        """With timeline, facts of its kind and the caller's open moves."""
        return Response(api_detail(seen(request.user, pk), request.user))  # type: ignore[arg-type]


class ActionsApi(GenericAPIView[Matter]):
    """The moves of one matter."""

    rights = {"*": "matters.view"}
    serializer_class = ActionInput
    queryset = Matter.objects.none()
    pagination_class = None
    filter_backends: list[Any] = []

    @extend_schema(responses=ActionRow(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """What the caller may do now."""
        return Response(_actions(seen(request.user, pk), request.user))  # type: ignore[arg-type]

    @extend_schema(
        request=ActionInput,
        responses={
            200: MatterDetail,
            400: OpenApiTypes.OBJECT,
            403: OpenApiTypes.OBJECT,
            404: OpenApiTypes.OBJECT,
            409: OpenApiTypes.OBJECT,
        },
    )
    def post(self, request: Request, pk: int) -> Response:
        """Make a move: 200 with the matter as it is now; 409 names in `allowed` what is open instead.

        Photos come as multipart: parts `photos`, and the other fields as JSON in the part `move`.
        """
        matter = seen(request.user, pk)
        data, files = body_and_photos(request, "move")
        checked = ActionInput(data=data)
        checked.is_valid(raise_exception=True)
        given = checked.validated_data
        advance(
            matter=matter,
            action=given["action"],
            actor=request.user,  # type: ignore[arg-type]
            note=given["note"],
            evidence={**given["evidence"], "photos": clean(files)},
            version=given["version"],
        )
        return Response(api_detail(seen(request.user, pk), request.user))  # type: ignore[arg-type]


class PhotoApi(GenericAPIView[Matter]):
    """A photo of a matter's timeline."""

    rights = {"GET": "matters.view"}
    serializer_class = MatterDetail
    queryset = Matter.objects.none()

    @extend_schema(responses={(200, "image/jpeg"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: int) -> FileResponse:
        """The JPEG itself."""
        return photo_for(request.user, pk)
