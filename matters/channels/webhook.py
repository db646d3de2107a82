"""The webhook (消息接口): a signed POST with an idempotency key, for a gateway of the city's own."""

import hashlib
import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import orjson
import requests
from django.conf import settings
from django.utils import timezone

from matters.channels.base import Claim, Later, Refused, Unreachable, timeout

TAKEN_BEFORE = 409
TRY_LATER = frozenset({408, 425, 429})


@contextmanager
def opened() -> Iterator[Callable[[Claim], None]]:
    """One connection for a sweep."""
    with requests.Session() as session:
        yield lambda one: _send(session, one)


def _send(session: requests.Session, one: Claim) -> None:
    body = _body(one)
    try:
        answer = session.post(
            settings.NOTICE_WEBHOOK_URL,
            data=body,
            headers=_headers(one, body),
            timeout=timeout(),
            allow_redirects=False,
        )
    except requests.RequestException as error:
        said = "消息接口连不上" if isinstance(error, requests.ConnectionError) else "消息接口没有应答"
        raise Unreachable(said) from error
    status = answer.status_code
    if 200 <= status < 300 or status == TAKEN_BEFORE:
        return
    never = 400 <= status < 500 and status not in TRY_LATER
    raise (Refused if never else Later)(f"消息接口答复 {status}")


def _body(one: Claim) -> bytes:
    return orjson.dumps(
        {
            "id": one.id,
            "to": one.username,
            "name": one.name,
            "subject": one.subject,
            "text": one.body,
            "url": one.link,
            "at": one.created_at,
        }
    )


def _headers(one: Claim, body: bytes) -> dict[str, str]:
    """The key that tells a repeat; with a secret, HMAC-SHA256 of `<timestamp>.<body>`."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": one.key}
    if secret := settings.NOTICE_WEBHOOK_SECRET:
        stamp = str(int(timezone.now().timestamp()))
        signed = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        headers |= {"X-Timestamp": stamp, "X-Signature": f"sha256={signed}"}
    return headers
