"""The API of digests: list and detail, read only."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from digests.filters import DigestFilter
from digests.models import Digest
from digests.queries import ORDER, ROW
from digests.serializers import DigestDetail, DigestRow
from digests.text import body
from matters.obligations import RIGHT

LISTED = (*ROW, "area__name", "area__level")


def _row(row: dict[str, Any]) -> dict[str, Any]:
    names = {"area_id": "area", "area__name": "area_name", "area__level": "level"}
    return {names.get(name, name): row[name] for name in LISTED}


class DigestsApi(GenericAPIView[Digest]):
    """Digests of the caller's territory, newest day first."""

    rights = {"GET": RIGHT}
    serializer_class = DigestRow
    filterset_class = DigestFilter
    keyset_order = ORDER

    def get_queryset(self) -> QuerySet[Digest]:
        """Narrowed to the territory."""
        return Digest.objects.within(self.request.user, RIGHT)  # type: ignore[no-any-return]

    @extend_schema(responses=DigestRow(many=True))
    def get(self, request: Request) -> Response:
        """A page of digests, without their snapshots."""
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset()).values(*LISTED)) or []
        return self.get_paginated_response([_row(row) for row in rows])


class DigestApi(GenericAPIView[Digest]):
    """One digest."""

    rights = {"GET": RIGHT}
    serializer_class = DigestDetail
    queryset = Digest.objects.none()

    @extend_schema(responses=DigestDetail)
    def get(self, request: Request, pk: int) -> Response:
        """As it was frozen."""
        found: QuerySet[Digest] = Digest.objects.within(request.user, RIGHT)
        row = found.filter(pk=pk).values(*LISTED, "snapshot", "run__ran_at").first()
        if row is None:
            raise Http404
        more = {"ran_at": row["run__ran_at"], "snapshot": row["snapshot"], "text": body(row)}
        return Response({**_row(row), **more})
