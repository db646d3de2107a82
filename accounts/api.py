"""Programs sign in for a key and give it back."""

from typing import Any

from django.contrib.auth import authenticate
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from accounts import second_factor, workflow
from accounts.keys import KeyAuthentication
from accounts.models import ApiKey, User
from shared.errors import InvalidInput
from shared.problems import problem

SESSION_KEY_DAYS = 1


class CredentialsSerializer(serializers.Serializer[Any]):
    """用户名、密码；绑定了手机口令的账号还要 otp."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=128, trim_whitespace=False)
    otp = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")


class KeySerializer(serializers.Serializer[Any]):
    """密钥只在这里出现一次."""

    token = serializers.CharField()
    expiry = serializers.DateTimeField()


class LoginView(APIView):
    """用户名密码换密钥（有效 1 天）."""

    public = "登录本身；失败五次锁定，每分钟限次"
    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "login"

    @extend_schema(request=CredentialsSerializer, responses=KeySerializer)
    def post(self, request: Request) -> HttpResponse:
        """The same lockout as the page's; 401 in the same words for a wrong name and a wrong password."""
        given = CredentialsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        user = authenticate(
            request._request,
            username=given.validated_data["username"],
            password=given.validated_data["password"],
        )
        if not isinstance(user, User):
            return problem(401, "用户名或密码不对。连续错 5 次将锁定 30 分钟。")
        refusal = _missing_code(user, given.validated_data["otp"])
        if refusal:
            return refusal
        key, text = workflow.issue_key(user=user, name=workflow.LOGIN_KEY, days=SESSION_KEY_DAYS)
        return Response({"token": text, "expiry": key.expiry})


def _missing_code(user: User, code: str) -> HttpResponse | None:
    """A problem where a code is owed and not given, or wrong; None where all is well."""
    if user.must_change_password:
        return problem(403, "这是首次密码，请先在网页登录并修改密码。", code="first_password")
    if not second_factor.has_device(user):
        if second_factor.demanded(user):
            return problem(403, "您的岗位须用动态口令，请先在网页登录并绑定手机。", code="enrol_first")
        return None
    if not code:
        return problem(401, "请同时提交动态口令（otp）。", code="otp_required")
    try:
        second_factor.verify(user=user, code=code)
    except InvalidInput as error:
        return problem(401, error.message, code="otp_wrong", errors={"otp": [error.message]})
    return None


class LogoutView(APIView):
    """撤回本次请求所用的密钥."""

    own = "只撤回自己手里的这把密钥"
    authentication_classes = [
        way for way in APIView.authentication_classes if issubclass(way, KeyAuthentication)
    ]
    permission_classes = [IsAuthenticated]

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """The key that made the request ends with it."""
        assert isinstance(request.auth, ApiKey)  # noqa: S101 -- KeyAuthentication gives nothing else
        workflow.withdraw_key(user=request.auth.user, token_key=request.auth.token_key)
        return Response(status=204)
