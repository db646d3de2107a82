"""The API of residents' reports: for a mini-program without an account, and the staff's list."""

from typing import Any

from django.http import HttpRequest
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from grids import photos
from grids.api_scope import HasRight
from incidents.api import api_row
from incidents.reports import access, following, limits, queries, wechat
from incidents.reports.filters import ReportFilter
from incidents.reports.models import CitizenReport
from incidents.reports.public import as_json, followed
from incidents.reports.serializers import (
    GivenRating,
    PublicReport,
    ReportInput,
    ReportRow,
    ResidentToken,
    SentReport,
    WechatInput,
    WordsInput,
)
from incidents.reports.workflow import submit_report
from shared.errors import NotAllowed
from shared.parsers import body_and_photos
from shared.texts import without_numbers

TAIL = OpenApiParameter(
    "X-Phone-Tail", str, OpenApiParameter.HEADER, description="Last four digits of the phone that was left."
)
MOST = 50


class AnybodyPosts(HasRight):
    """Reporting needs no account; everything else asks for its right."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """POST by anybody."""
        return request.method == "POST" or super().has_permission(request, view)


class ReportsApi(GenericAPIView[CitizenReport]):
    """Residents' reports in the caller's territory, newest first; reporting, by anybody."""

    public = "群众不登录就能上报（限次）；列表仍要 reports.view"
    permission_classes = [AnybodyPosts]
    rights = {"GET": "reports.view"}
    serializer_class = ReportInput
    filterset_class = ReportFilter
    queryset = CitizenReport.objects.none()
    keyset_order = ("-occurred_at", "-matter_id")

    def get_queryset(self) -> Any:
        """Narrowed to the territory."""
        return queries.report_rows(self.request.user)

    @extend_schema(responses=ReportRow(many=True))
    def get(self, request: Request) -> Response:
        """A page of reports, without anything personal."""
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        return self.get_paginated_response(
            [api_row({**row, "description": without_numbers(row["description"])}) for row in rows]
        )

    @extend_schema(
        request=ReportInput,
        responses={
            201: SentReport,
            200: SentReport,
            400: OpenApiTypes.OBJECT,
            409: OpenApiTypes.OBJECT,
            429: OpenApiTypes.OBJECT,
        },
    )
    def post(self, request: Request) -> Response:
        """Report: 201, or 200 when the same was sent before, 409 when its id stands for other content, 429
        with Retry-After. Photos come as multipart: parts `photos`, the rest as JSON in the part `report`.
        """
        data, files = body_and_photos(request, "report")
        checked = ReportInput(data=data)
        checked.is_valid(raise_exception=True)
        sender, content = access.sender_of(request._request), checked.content()
        if not CitizenReport.objects.filter(client_id=content["client_id"]).exists():
            limits.check(limits.BY_ADDRESS, sender.address)
        sent, created = submit_report(sender=sender, photos=photos.clean(files), **content)
        body = {"code": sent.code, "number": sent.matter.number}
        return Response(body, status=201 if created else 200)


class PublicApi(APIView):
    """What needs the code of a report instead of an account."""

    public = "凭查询码和手机尾号，不登录；错的次数有限"
    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]

    def opened(self, request: Request, code: str) -> CitizenReport:
        """The report, once the caller has shown what it asks for. Raises NotFound, NotAllowed, TooOften."""
        asked: HttpRequest = request._request
        report = access.find_report(code, access.sender_of(asked))
        if not access.opened(asked, report):
            tail = request.headers.get("X-Phone-Tail", "")
            if not tail:
                raise NotAllowed("这件事上报时留了手机号，请用 X-Phone-Tail 给出后四位。", field="tail")
            access.check_tail(report, tail)
        return report


class FollowApi(PublicApi):
    """One report as its sender sees it."""

    @extend_schema(parameters=[TAIL], responses=PublicReport)
    def get(self, request: Request, code: str) -> Response:
        """How it stands, every public step, the answer."""
        return Response(as_json(followed(self.opened(request, code))))


class RatingApi(PublicApi):
    """满意度."""

    @extend_schema(parameters=[TAIL], request=GivenRating, responses={200: PublicReport})
    def post(self, request: Request, code: str) -> Response:
        """Rate the answer, once; 409 for another rating."""
        report = self.opened(request, code)
        given = GivenRating(data=request.data)
        given.is_valid(raise_exception=True)
        following.rate(report=report, **given.validated_data)
        return Response(as_json(followed(report)))


class WordsApi(PublicApi):
    """More on a report that is open."""

    @extend_schema(parameters=[TAIL], request=WordsInput, responses={200: PublicReport})
    def post(self, request: Request, code: str) -> Response:
        """Add words, and photos as multipart (parts `photos`, the words as JSON in the part `report`)."""
        report = self.opened(request, code)
        data, files = body_and_photos(request, "report")
        given = WordsInput(data=data)
        given.is_valid(raise_exception=True)
        limits.check(limits.BY_DEVICE, following.counted_as(report))
        following.add_words(report=report, words=given.validated_data["words"], photos=photos.clean(files))
        return Response(as_json(followed(report)))


class ReopenApi(PublicApi):
    """申请重办."""

    @extend_schema(parameters=[TAIL], request=WordsInput, responses={200: PublicReport})
    def post(self, request: Request, code: str) -> Response:
        """Ask for it to be taken up again, with the reason; 409 once the days for it are over."""
        report = self.opened(request, code)
        given = WordsInput(data=request.data)
        given.is_valid(raise_exception=True)
        following.reopen(report=report, reason=given.validated_data["words"])
        return Response(as_json(followed(report)))


class WechatApi(APIView):
    """Signing in with a mini-program's code."""

    public = "微信小程序登录：用 wx.login() 的凭证换本平台的签名令牌"
    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]

    @extend_schema(request=WechatInput, responses=ResidentToken)
    def post(self, request: Request) -> Response:
        """A token for `Authorization: Resident <token>`."""
        given = WechatInput(data=request.data)
        given.is_valid(raise_exception=True)
        limits.count(limits.SIGN_INS, access.sender_of(request._request).address)
        index = wechat.sign_in(code=given.validated_data["code"])
        return Response({"token": wechat.token_of(index), "days": wechat.TOKEN_SECONDS // 86400})


class MineApi(APIView):
    """The reports of whoever signed in with WeChat."""

    public = "只给出签名令牌所指的微信账号自己的上报"
    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]

    @extend_schema(responses=PublicReport(many=True))
    def get(self, request: Request) -> Response:
        """The newest fifty; none, and `signed_in` false, without a token or with one that is too old."""
        index = wechat.wechat_of(request._request)
        found = queries.of_wechat(index)[:MOST] if index else []
        return Response({"signed_in": bool(index), "results": [as_json(followed(one)) for one in found]})
