"""RFC 9457 problem+json for every error that the API gives."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from rest_framework import exceptions
from rest_framework.views import exception_handler as drf_handler

from shared.asked import in_words
from shared.errors import DomainError

TITLES = {
    400: "提交的内容有误",
    401: "请先登录或提供有效的密钥",
    403: "没有这项权限",
    404: "没有找到，或不在您的辖区",
    405: "此地址不支持这种请求方法",
    406: "不支持所要的格式",
    409: "内容有冲突",
    415: "不支持这种内容类型",
    429: "请求过于频繁，请稍后再试",
    503: "所需的服务暂时不可用",
}


def problem(status: int, detail: str, **extra: Any) -> JsonResponse:
    """One problem document, always JSON, whatever format the caller asked rows in."""
    title = TITLES.get(status, "请求未完成")
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **extra}
    return JsonResponse(
        body,
        status=status,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )


def exception_handler(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Domain errors and DRF's own as problem+json; anything else stays a crash that is logged."""
    if isinstance(error, DomainError):
        fields = {error.field: [error.message]} if error.field else {}
        told = problem(
            error.status,
            error.message,
            code=error.code,
            **({"errors": fields} if fields else {}),
            **error.extra,
        )
        if "retry_after" in error.extra:
            told["Retry-After"] = str(error.extra["retry_after"])
        return told
    plain = drf_handler(error, context)
    if plain is None:
        return None
    if isinstance(error, exceptions.ValidationError):
        answer = problem(plain.status_code, "请改正标出的内容后重新提交。", errors=in_words(plain.data))
    elif isinstance(error, Http404):
        answer = problem(404, TITLES[404])
    elif isinstance(error, PermissionDenied):
        answer = problem(403, TITLES[403])
    else:
        answer = problem(plain.status_code, str(getattr(error, "detail", TITLES.get(plain.status_code, ""))))
    for name, value in plain.headers.items():
        if name.lower() in {"www-authenticate", "retry-after", "allow"}:
            answer[name] = value
    return answer
