"""Pages for what went wrong: each says what to do next; the one for a crash needs no database."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader

from chengdong.shell import Shell
from grids.scope import public
from shared.errors import DomainError
from shared.problems import TITLES

PAGES = {400, 403, 404, 409, 500}


def page(request: HttpRequest, status: int, message: str = "") -> HttpResponse:
    """The error as its caller reads it: problem+json under /api/, a line of text for htmx, else a page."""
    if request.path.startswith("/api/"):
        body = {"type": "about:blank", "title": TITLES.get(status, "请求未完成"), "status": status}
        body |= {"detail": message or body["title"]}
        return JsonResponse(body, status=status, content_type="application/problem+json")
    if request.headers.get("HX-Request"):
        said = message or TITLES.get(status, "没有完成，请稍后再试")
        return HttpResponse(said, status=status, content_type="text/plain; charset=utf-8")
    template = f"errors/{status if status in PAGES else 400}.html"
    return HttpResponse(loader.render_to_string(template, {"message": message}, request), status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: not to be understood. Drawn without a reader, as the host itself may be wrong."""
    return plain(400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: inside, but without the right."""
    return page(request, 403, str(exception))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: not there, or outside the reader's territory."""
    return page(request, 404)


def crashed(request: HttpRequest) -> HttpResponse:
    """500: our fault; nothing of the reader or the database is asked for."""
    if request.path.startswith("/api/"):
        return page(request, 500, "服务器出了问题，请稍后重试；内容没有保存。")
    return plain(500)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token is stale or missing."""
    if request.path.startswith("/api/") or request.headers.get("HX-Request"):
        return page(request, 403, "页面已过期，请刷新页面后重新提交。")
    return plain(403, "csrf")


def plain(status: int, name: str = "") -> HttpResponse:
    """A page drawn without request, reader or database."""
    context = {"shell": Shell(None), "message": ""}
    return HttpResponse(loader.get_template(f"errors/{name or status}.html").render(context), status=status)


@public("说明没有网络时怎么办，不含任何数据；由设备留存")
def offline(request: HttpRequest) -> HttpResponse:
    """What a device shows when there is no network and the page was not kept."""
    return plain(200, "offline")


class DomainErrors:
    """Middleware: a refusal that no view caught becomes its page (400, 403, 404, 409) with its message."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """None leaves every other exception to Django."""
        if not isinstance(exception, DomainError):
            return None
        return page(request, exception.status, exception.message)
