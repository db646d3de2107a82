"""The API of check lists and campaigns, for reading."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.hazards.campaigns import seen_by
from incidents.hazards.serializers import CampaignRow, CheckListRow
from incidents.models import Campaign, CheckItem, CheckList


class CheckListsApi(GenericAPIView[CheckList]):
    """Check lists in use, with their items."""

    rights = {"GET": "hazards.report"}
    serializer_class = CheckListRow
    filter_backends: list[Any] = []
    keyset_order = ("id",)

    def get_queryset(self) -> Any:
        """The newest version of each."""
        return CheckList.objects.filter(is_current=True).prefetch_related("items")

    @extend_schema(responses=CheckListRow(many=True))
    def get(self, request: Request) -> Response:
        """A page of lists."""
        rows = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response([_list_row(row) for row in rows])


def _list_row(row: Any) -> dict[str, Any]:
    plain = ("id", "code", "version", "name", "place_types")
    return {
        **{name: getattr(row, name) for name in plain},
        "items": [_item(item) for item in row.items.all()],
    }


def _item(item: CheckItem) -> dict[str, Any]:
    names = ("id", "text", "hazard_type", "level", "basis", "veto")
    return {name: getattr(item, name) for name in names}


class CampaignsApi(GenericAPIView[Campaign]):
    """Campaigns that reach into the caller's territory, with the progress of its own places."""

    rights = {"GET": "hazards.view"}
    serializer_class = CampaignRow
    filter_backends: list[Any] = []
    keyset_order = ("-starts_on", "-id")

    def get_queryset(self) -> Any:
        """Those that reach into the territory."""
        return seen_by(self.request.user, "hazards.view")

    @extend_schema(responses=CampaignRow(many=True))
    def get(self, request: Request) -> Response:
        """A page of campaigns: inspected ÷ total."""
        rows = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response([_campaign_row(row) for row in rows])


def _campaign_row(row: Any) -> dict[str, Any]:
    names = ("id", "name", "action", "starts_on", "ends_on", "inspected", "total")
    keys = {"area": row.area_id, "checklist": row.checklist_id}
    return {**{name: getattr(row, name) for name in names}, **keys}
