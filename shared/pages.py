"""Keyset pages: constant cost at any depth and no COUNT, for pages and API; to another page by htmx."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import orjson
from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from shared.errors import InvalidInput

SIZE = 50
LARGEST = 200


def _pack(values: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(list(values))).decode().rstrip("=")


def _unpack(cursor: str, width: int) -> list[Any]:
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error) as error:
        raise InvalidInput("翻页标记无效，请回到第一页重新打开。", field="cursor") from error
    if not isinstance(values, list) or len(values) != width:
        raise InvalidInput("翻页标记与当前排序不符，请回到第一页重新打开。", field="cursor")
    return values


@dataclass
class Page:
    """One page of rows and the addresses of its neighbours (None where there is none)."""

    rows: list[Any]
    next: str | None = None
    previous: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)


def _beyond(columns: Sequence[str], descending: Sequence[bool], values: Sequence[Any], back: bool) -> Q:
    """Rows strictly after (or before) the marked one in lexicographic order of the columns. That the first
    column is not before the mark follows, and is said so that an index is entered at the mark.
    """
    ways = ["lt" if down != back else "gt" for down in descending]
    clause, equal = Q(), Q()
    for column, way, value in zip(columns, ways, values, strict=True):
        clause |= equal & Q(**{f"{column}__{way}": value})
        equal &= Q(**{column: value})
    return Q(**{f"{columns[0]}__{ways[0]}e": values[0]}) & clause


def keyset(
    queryset: QuerySet[Any, Any],
    *,
    order: Sequence[str],
    cursor: str = "",
    size: int = SIZE,
    link: Callable[[str], str] = lambda mark: mark,
) -> Page:
    """A page ordered by non-null columns of which the last is unique.

    `cursor` is "" for the first page, else what an earlier page handed out; `link` turns a mark into an
    address.
    Raises InvalidInput for a mark that was not made here.
    """
    columns = [name.lstrip("-") for name in order]
    descending = [name.startswith("-") for name in order]
    back = cursor.startswith("~")
    ordered = queryset.order_by(
        *(F(c).asc() if down == back else F(c).desc() for c, down in zip(columns, descending, strict=True))
    )
    try:
        if cursor:
            marked = _unpack(cursor.removeprefix("~"), len(columns))
            ordered = ordered.filter(_beyond(columns, descending, marked, back))
        rows = list(ordered[: size + 1])
    except (ValueError, TypeError, ValidationError, DataError) as error:
        raise InvalidInput("翻页标记无效，请回到第一页重新打开。", field="cursor") from error
    more, rows = len(rows) > size, rows[:size]
    if back:
        rows.reverse()

    def mark(row: Any) -> str:
        if isinstance(row, dict):
            return _pack([row[c] for c in columns])
        return _pack([_value(row, c) for c in columns])

    page = Page(rows=rows)
    if rows and (more if not back else True):
        page.next = link(mark(rows[-1]))
    if rows and (more if back else bool(cursor)):
        page.previous = link("~" + mark(rows[0]))
    return page


def _value(row: Any, column: str) -> Any:
    for part in column.split("__"):
        row = getattr(row, part)
    return row


def page_of(
    request: HttpRequest, queryset: QuerySet[Any, Any], *, order: Sequence[str], size: int = SIZE
) -> Page:
    """The page that the request's `cursor` names, with links that keep the other query parameters."""

    def link(mark: str) -> str:
        kept = {k: v for k, v in request.GET.lists() if k != "cursor"}
        return "?" + urlencode({**kept, "cursor": mark}, doseq=True)

    return keyset(queryset, order=order, cursor=request.GET.get("cursor", ""), size=size, link=link)


def by_htmx(request: HttpRequest) -> bool:
    """Whether htmx sent it. It shows only answers that say 200: a refused form is one then, else a 400."""
    return "HX-Request" in request.headers


def to_page(request: HttpRequest, address: str) -> HttpResponse:
    """To another page, also for a form that htmx sent."""
    if by_htmx(request):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


class KeysetPagination(BasePagination):
    """`{"results": […], "next": url|null, "previous": url|null}`; `?limit=` up to 200. The view names
    `keyset_order`.
    """

    page: Page

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """The rows of the asked page."""
        try:
            size = min(max(int(request.query_params.get("limit", SIZE)), 1), LARGEST)
        except ValueError as error:
            raise InvalidInput("limit 必须是 1 到 200 的整数。", field="limit") from error

        def link(mark: str) -> str:
            kept = {k: v for k, v in request.query_params.lists() if k != "cursor"}
            return request.build_absolute_uri("?" + urlencode({**kept, "cursor": mark}, doseq=True))

        self.page = keyset(
            queryset,
            order=getattr(view, "keyset_order", ("-id",)),
            cursor=request.query_params.get("cursor", ""),
            size=size,
            link=link,
        )
        return self.page.rows

    def get_paginated_response(self, data: Any) -> Response:
        """Rows and the addresses of the neighbours."""
        return Response({"results": data, "next": self.page.next, "previous": self.page.previous})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The same, for OpenAPI."""
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["results"],
            "properties": {"results": schema, "next": link, "previous": link},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """`cursor` and `limit`."""
        return [
            {"name": "cursor", "in": "query", "schema": {"type": "string"}},
            {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": LARGEST}},
        ]
