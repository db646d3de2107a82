"""Sending notices to the outside channel: claimed with a lease, sent with a key, marked one by one.

The receiver takes each `Idempotency-Key` once: who is killed between sending and marking leaves a lease that
runs out, and the notice is sent again under the same key (docs/decisions/0009-exactly-once.md).
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
import requests
from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from matters.models import Notice
from matters.timing import hours

BATCH = 20
BUDGET = timedelta(seconds=25)
"""One call begins no new batch after so long: the next sweep carries on."""
BACKOFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
"""Waits between attempts; after the last one a notice has failed and waits for a person (/notices/)."""
TAKEN_BEFORE = 409
TRY_LATER = frozenset({408, 425, 429})

CLAIM = """
UPDATE matters_notice notice
SET state = 'sending', attempts = attempts + 1, lease_until = %(until)s
FROM (
    SELECT one.id, person.username, person.name
    FROM matters_notice one JOIN accounts_user person ON person.id = one.recipient_id AND person.is_active
    WHERE one.channel = 'webhook' AND one.state IN ('waiting', 'sending') AND one.next_at <= %(now)s
      AND (one.lease_until IS NULL OR one.lease_until <= %(now)s)
    ORDER BY one.next_at, one.id LIMIT %(most)s
    FOR UPDATE OF one SKIP LOCKED
) due
WHERE notice.id = due.id
RETURNING notice.id, notice.attempts, notice.lease_until, notice.next_at, notice.created_at,
          due.username, due.name, notice.urgency, notice.subject, notice.body, notice.url"""
DROP = """
UPDATE matters_notice notice SET state = 'failed', lease_until = NULL, error = '收件人账号已停用'
FROM (
    SELECT one.id
    FROM matters_notice one JOIN accounts_user person ON person.id = one.recipient_id AND NOT person.is_active
    WHERE one.channel = 'webhook' AND one.state IN ('waiting', 'sending')
      AND (one.lease_until IS NULL OR one.lease_until <= %(now)s)
    FOR UPDATE OF one SKIP LOCKED
) gone
WHERE notice.id = gone.id"""


@dataclass(frozen=True)
class Claim:
    """A notice that this process alone may send until the lease ends."""

    id: int
    attempts: int
    lease_until: datetime
    next_at: datetime
    created_at: datetime
    username: str
    name: str
    urgency: str
    subject: str
    body: str
    url: str


class Unreachable(Exception):
    """The channel itself does not answer: no use in trying the others now."""


def deliver_due(limit: int = 10_000) -> int:
    """Send up to `limit` due notices; how many the receiver took. Safe to run many times at once."""
    if not settings.NOTICE_WEBHOOK_URL:
        return 0
    drop_of_the_shut()
    sent, left, ends = 0, limit, timezone.now() + BUDGET
    with requests.Session() as session:
        while left > 0 and timezone.now() < ends and (claims := claim(min(BATCH, left))):
            left -= len(claims)
            for n, one in enumerate(claims):
                if one.lease_until - timezone.now() < timedelta(seconds=_timeout()):
                    release(claims[n:])
                    break
                try:
                    sent += _deliver(session, one)
                except Unreachable:
                    release(claims[n + 1 :])
                    return sent
    return sent


def _timeout() -> float:
    """Seconds for one request: within a lease, so that nobody else sends it meanwhile."""
    return min(10.0, settings.NOTICE_LEASE_SECONDS / 2)


@transaction.atomic
def drop_of_the_shut() -> None:
    """What waits for people whose accounts were shut since has failed, in words, and leaves the portal no
    more."""
    with connection.cursor() as cursor:
        cursor.execute(DROP, {"now": timezone.now()})


@transaction.atomic
def claim(most: int) -> list[Claim]:
    """Take due notices for the length of a lease; others skip them until it has run out."""
    now = timezone.now()
    until = now + timedelta(seconds=settings.NOTICE_LEASE_SECONDS)
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"now": now, "until": until, "most": most})
        return sorted((Claim(*row) for row in cursor.fetchall()), key=lambda one: (one.next_at, one.id))


@transaction.atomic
def release(claims: list[Claim]) -> None:
    """Give back what was not tried; it does not count as an attempt."""
    for one in claims:
        _held(one).update(state=Notice.State.WAITING, attempts=one.attempts - 1, lease_until=None)


def _held(one: Claim) -> QuerySet[Notice]:
    """The row while the lease is still ours; nothing once another process took it over."""
    return Notice.objects.filter(pk=one.id, state=Notice.State.SENDING, lease_until=one.lease_until)


def _deliver(session: requests.Session, one: Claim) -> bool:
    """Send one notice and mark it in its own commit. Raises Unreachable after having put it off."""
    body = _body(one)
    try:
        answer = session.post(
            settings.NOTICE_WEBHOOK_URL,
            data=body,
            headers=_headers(one, body),
            timeout=_timeout(),
            allow_redirects=False,
        )
    except requests.RequestException as error:
        _put_off(one, "消息接口连不上" if isinstance(error, requests.ConnectionError) else "消息接口没有应答")
        raise Unreachable from error
    if 200 <= answer.status_code < 300 or answer.status_code == TAKEN_BEFORE:
        _held(one).update(state=Notice.State.SENT, sent_at=timezone.now(), lease_until=None, error="")
        return True
    said = f"消息接口答复 {answer.status_code}"
    if 400 <= answer.status_code < 500 and answer.status_code not in TRY_LATER:
        _held(one).update(state=Notice.State.FAILED, lease_until=None, error=said)
    else:
        _put_off(one, said)
    return False


def _put_off(one: Claim, error: str) -> None:
    """Try again later, after longer waits each time; given up after the last."""
    if one.attempts > len(BACKOFF):
        _held(one).update(state=Notice.State.FAILED, lease_until=None, error=error)
        return
    later = hours().allowed(one.urgency, timezone.now() + BACKOFF[one.attempts - 1])
    _held(one).update(state=Notice.State.WAITING, next_at=later, lease_until=None, error=error)


def _body(one: Claim) -> bytes:
    return orjson.dumps(
        {
            "id": one.id,
            "to": one.username,
            "name": one.name,
            "subject": one.subject,
            "text": one.body,
            "url": f"{settings.PUBLIC_URL}{one.url}" if one.url else "",
            "at": one.created_at,
        }
    )


def _headers(one: Claim, body: bytes) -> dict[str, str]:
    """The key that tells a repeat; with a secret, HMAC-SHA256 of `<timestamp>.<body>`."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": f"notice-{one.id}"}
    if secret := settings.NOTICE_WEBHOOK_SECRET:
        stamp = str(int(timezone.now().timestamp()))
        signed = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        headers |= {"X-Timestamp": stamp, "X-Signature": f"sha256={signed}"}
    return headers
