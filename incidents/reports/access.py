"""Who may see a report without signing in: whoever has its code and, if a phone was left, its tail."""

import secrets
from hmac import compare_digest

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from incidents.reports import limits
from incidents.reports.forms import tidy_code
from incidents.reports.limits import Sender
from incidents.reports.models import CODE_LENGTH, CitizenReport
from incidents.reports.wechat import wechat_of
from shared.addresses import client_address
from shared.errors import InvalidInput, NotFound

DEVICE = "device"
DEVICE_SECONDS = 400 * 24 * 3600
OPENED_SECONDS = 24 * 3600
UNKNOWN = "没有这个查询码，请核对：十位，由大写字母和数字组成。"


def sender_of(request: HttpRequest) -> Sender:
    """Address, device cookie and WeChat account of a request; what is forged or missing counts as none."""
    device = request.get_signed_cookie(DEVICE, default="", salt=DEVICE, max_age=DEVICE_SECONDS)
    return Sender(client_address(request) or "unknown", device or "", wechat_of(request))


def mark_device(request: HttpRequest, response: HttpResponse) -> None:
    """Give a browser that has none the cookie by which its reports are counted."""
    if not sender_of(request).device:
        _cookie(response, DEVICE, secrets.token_urlsafe(12), DEVICE, DEVICE_SECONDS, "/report/")


def find_report(code: str, sender: Sender) -> CitizenReport:
    """The report of a code. Raises NotFound, and TooOften for an address that tries too many that there are
    not (Parameter `report_look_hour` [D])."""
    limits.check(limits.LOOKS, sender.address)
    tidy = tidy_code(code)
    found = None
    if len(tidy) == CODE_LENGTH:
        rows = CitizenReport.objects.select_related("matter__area__parent", "matter__handler")
        found = rows.filter(code=tidy).first()
    if found is None:
        limits.count(limits.LOOKS, sender.address)
        raise NotFound(UNKNOWN, field="code")
    return found


def check_tail(report: CitizenReport, tail: str) -> None:
    """Let the holder of the phone in. Raises InvalidInput (field `tail`) for other digits, TooOften after
    Parameter `report_tail_tries` [D] wrong ones, whoever tries."""
    limits.check(limits.TRIES, report.code)
    if not compare_digest(report.phone_tail.encode(), tail.strip().encode()):
        limits.count(limits.TRIES, report.code)
        raise InvalidInput("后四位不对，请填上报时留的那个手机号的后四位。", field="tail")


def opened(request: HttpRequest, report: CitizenReport) -> bool:
    """Whether this browser may look: no phone was left, it gave the digits today, or it sent the report."""
    if not report.phone_tail:
        return True
    if report.wechat_index and wechat_of(request) == report.wechat_index:
        return True
    kept = request.get_signed_cookie(_name(report), default="", salt=_name(report), max_age=OPENED_SECONDS)
    return kept == report.code


def remember(response: HttpResponse, report: CitizenReport) -> None:
    """Spare this browser the digits for a day."""
    name = _name(report)
    _cookie(response, name, report.code, name, OPENED_SECONDS, f"/echo/{report.code}/")


def _name(report: CitizenReport) -> str:
    return f"echo-{report.code}"


def _cookie(response: HttpResponse, name: str, value: str, salt: str, seconds: int, path: str) -> None:
    response.set_signed_cookie(
        name,
        value,
        salt=salt,
        max_age=seconds,
        path=path,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
