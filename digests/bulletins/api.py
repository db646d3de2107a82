"""The API of bulletins: list, detail with receipts, issuing."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from digests.bulletins import queries
from digests.bulletins.models import Bulletin
from digests.bulletins.workflow import ISSUE, VIEW, issue
from grids.models import Area

NAMES = {"street_id": "street", "street__name": "street_name"}


class BulletinRow(serializers.Serializer[Any]):
    """One bulletin as listed; `sent` and `read` count villages."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(Bulletin.Kind.choices)
    year = serializers.IntegerField()
    number = serializers.IntegerField()
    since = serializers.DateField()
    until = serializers.DateField()
    issued_at = serializers.DateTimeField()
    street = serializers.IntegerField()
    street_name = serializers.CharField()
    sent = serializers.IntegerField()
    read = serializers.IntegerField()


class BulletinDetail(BulletinRow):
    """With its frozen content and who read it."""

    remark = serializers.CharField(allow_blank=True)
    snapshot = serializers.DictField()
    receipts = serializers.ListField(child=serializers.DictField())


class BulletinInput(serializers.Serializer[Any]):
    """A bulletin to issue; a `client_id` makes it safe to repeat."""

    client_id = serializers.UUIDField()
    street = serializers.PrimaryKeyRelatedField(queryset=Area.objects.filter(level=Area.Level.STREET))
    since = serializers.DateField()
    until = serializers.DateField()
    remark = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {NAMES.get(name, name): value for name, value in row.items()}


def _detail(user: Any, pk: int) -> dict[str, Any]:
    row = queries.bulletins(user).filter(pk=pk).first()
    if row is None:
        raise Http404
    found = Bulletin.objects.get(pk=pk)
    receipts = [
        {"village": one["village_id"], "village_name": one["village__name"], "readers": one["readers"]}
        for one in queries.receipts(found)
    ]
    return {**_row(row), "remark": found.remark, "snapshot": found.snapshot, "receipts": receipts}


class BulletinsApi(GenericAPIView[Bulletin]):
    """Bulletins of the caller's streets, newest first; issuing one."""

    rights = {"GET": VIEW, "POST": ISSUE}
    serializer_class = BulletinInput
    queryset = Bulletin.objects.none()
    filter_backends: list[Any] = []
    keyset_order = queries.ORDER

    @extend_schema(responses=BulletinRow(many=True))
    def get(self, request: Request) -> Response:
        """A page of bulletins."""
        found: QuerySet[Bulletin, dict[str, Any]] = queries.bulletins(request.user)
        return self.get_paginated_response([_row(row) for row in self.paginate_queryset(found) or []])

    @extend_schema(
        request=BulletinInput,
        responses={
            201: BulletinDetail,
            200: BulletinDetail,
            400: OpenApiTypes.OBJECT,
            409: OpenApiTypes.OBJECT,
        },
    )
    def post(self, request: Request) -> Response:
        """Issue a bulletin: 201, 200 when the same was sent before, 409 when its id stands for another."""
        checked = BulletinInput(data=request.data)
        checked.is_valid(raise_exception=True)
        made, new = issue(**checked.validated_data, actor=request.user)  # type: ignore[arg-type]
        return Response(_detail(request.user, made.pk), status=201 if new else 200)


class BulletinApi(GenericAPIView[Bulletin]):
    """One bulletin."""

    rights = {"GET": VIEW}
    serializer_class = BulletinDetail
    queryset = Bulletin.objects.none()

    @extend_schema(responses=BulletinDetail)
    def get(self, request: Request, pk: int) -> Response:
        """As it was frozen, and who read it."""
        return Response(_detail(request.user, pk))
