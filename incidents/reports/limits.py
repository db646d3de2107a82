"""How often one sender may do what needs no sign-in: counted in the database, refused until a named hour."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from grids.queries import parameters
from incidents.reports.models import UseCount
from shared import plain
from shared.crypto import blind
from shared.dates import local, today
from shared.errors import TooOften

KEPT = timedelta(days=2)
COUNT = """
INSERT INTO incidents_usecount (key, starts_at, count) VALUES (%s, %s, 1)
ON CONFLICT (key, starts_at) DO UPDATE SET count = incidents_usecount.count + 1 RETURNING count
"""
HOUR, DAY, HALF_HOUR = timedelta(hours=1), timedelta(days=1), timedelta(minutes=30)


@dataclass(frozen=True)
class Sender:
    """Who sends without signing in, as far as the request tells: network address, device, WeChat account."""

    address: str
    device: str = ""
    wechat: str = ""


@dataclass(frozen=True)
class Limit:
    """So many times (Parameter `code` [D]) in one `span`; `told` says what was too much."""

    what: str
    code: str
    span: timedelta
    told: str


BY_ADDRESS = Limit("address", "report_address_hour", HOUR, "这个网络一小时内上报太多")
BY_DEVICE = Limit("device", "report_device_day", DAY, "这台手机今天上报太多")
TRIES = Limit("tail", "report_tail_tries", HALF_HOUR, "尾号错得太多")
SIGN_INS = Limit("wechat", "report_look_hour", HOUR, "这个网络登录太多")
LOOKS = Limit("looks", "report_look_hour", HOUR, "这个网络查询太多")


def check(limit: Limit, who: str) -> None:
    """Raises TooOften where the span is used up; counts nothing."""
    start = _start(limit.span)
    found = (
        UseCount.objects.filter(key=_key(limit, who), starts_at=start).values_list("count", flat=True).first()
    )
    if who and (found or 0) >= parameters(limit.code)[limit.code]:
        raise _refusal(limit, start)


def count(limit: Limit, who: str) -> None:
    """Count one; in the caller's transaction, so what is undone is not counted. Raises TooOften beyond the
    limit."""
    if not who:
        return
    start = _start(limit.span)
    ((used,),) = plain.rows(COUNT, _key(limit, who), start)
    if used > parameters(limit.code)[limit.code]:
        raise _refusal(limit, start)


def forget() -> int:
    """Delete counters of days gone by; how many."""
    return UseCount.objects.filter(starts_at__lt=timezone.now() - KEPT).delete()[0]


def _key(limit: Limit, who: str) -> str:
    return blind(who, f"use:{limit.what}")


def _start(span: timedelta) -> datetime:
    """The beginning of the present span; a day begins at midnight in Shanghai."""
    now = timezone.now()
    if span == DAY:
        return local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    seconds = int(span.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)


def _refusal(limit: Limit, start: datetime) -> TooOften:
    again = local(start + limit.span)
    day = "今天 " if again.date() == today() else "明天 "
    wait = max(int((again - timezone.now()).total_seconds()), 1)
    told = f"{limit.told}，请{day}{again:%H:%M} 以后再试。急事请打 110，或到村社、街道当面说。"
    return TooOften(told, retry_after=wait)
