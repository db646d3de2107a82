"""Sending notices to the outside channels: claimed with a lease, sent with a key, marked one by one.

A receiver that takes each key once gets each notice once: who is killed between sending and marking leaves a
lease that runs out, and the notice is sent again under the same key (docs/decisions/0009-exactly-once.md).
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from matters.channels import OPENERS, Send, set_up
from matters.channels.base import Claim, Later, Refused, Unreachable, timeout
from matters.models import Notice
from matters.timing import hours

BATCH = 20
BUDGET = timedelta(seconds=25)
"""One call begins no new batch after so long: the next sweep carries on. Each channel has its share of it."""
BACKOFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
"""Waits between attempts; after the last one a notice has failed and waits for a person (/notices/)."""

CLAIM = """
UPDATE matters_notice notice
SET state = 'sending', attempts = attempts + 1, lease_until = %(until)s
FROM (
    SELECT one.id, person.username, person.name, person.email
    FROM matters_notice one LEFT JOIN accounts_user person ON person.id = one.recipient_id
    WHERE one.channel = %(channel)s AND one.state IN ('waiting', 'sending') AND one.next_at <= %(now)s
      AND (one.lease_until IS NULL OR one.lease_until <= %(now)s)
      AND (one.recipient_id IS NULL OR person.is_active)
    ORDER BY one.next_at, one.id LIMIT %(most)s
    FOR UPDATE OF one SKIP LOCKED
) due
WHERE notice.id = due.id
RETURNING notice.id, notice.attempts, notice.lease_until, notice.next_at, notice.created_at, notice.channel,
          notice.urgency, notice.subject, notice.body, notice.url, COALESCE(due.username, ''),
          COALESCE(due.name, ''), COALESCE(due.email, ''), COALESCE(notice.robot_id, 0)"""
DROP = """
UPDATE matters_notice notice SET state = 'failed', lease_until = NULL, error = gone.why
FROM (
    SELECT one.id, CASE WHEN robot.id IS NOT NULL THEN '群机器人已停用'
                        WHEN NOT person.is_active THEN '收件人账号已停用' ELSE '收件人没有填邮箱' END AS why
    FROM matters_notice one
    LEFT JOIN accounts_user person ON person.id = one.recipient_id
    LEFT JOIN matters_robot robot ON robot.id = one.robot_id
    WHERE one.channel <> 'inbox' AND one.state IN ('waiting', 'sending', 'held')
      AND (one.lease_until IS NULL OR one.lease_until <= %(now)s)
      AND (NOT person.is_active OR NOT robot.is_active OR (one.channel = 'mail' AND person.email = ''))
    FOR UPDATE OF one SKIP LOCKED
) gone
WHERE notice.id = gone.id"""


def deliver_due(limit: int = 10_000) -> int:
    """Send up to `limit` due notices of each channel; how many the receivers took. Safe to run many times at
    once. A channel that is down holds up no other.
    """
    channels, began = set_up(), timezone.now()
    drop_of_the_shut()
    return sum(
        _deliver_all(channel, limit, began + BUDGET * n / len(channels))
        for n, channel in enumerate(channels, 1)
    )


def _deliver_all(channel: str, limit: int, ends: datetime) -> int:
    sent, left = 0, limit
    with OPENERS[channel]() as send:
        while left > 0 and timezone.now() < ends and (claims := claim(min(BATCH, left), channel)):
            left -= len(claims)
            for n, one in enumerate(claims):
                if one.lease_until - timezone.now() < timedelta(seconds=timeout()):
                    release(claims[n:])
                    break
                try:
                    sent += _deliver(send, one)
                except Unreachable:
                    release(claims[n + 1 :])
                    return sent
    return sent


@transaction.atomic
def drop_of_the_shut() -> None:
    """What waits for people or robots that were shut since has failed, in words, and leaves the portal no
    more."""
    with connection.cursor() as cursor:
        cursor.execute(DROP, {"now": timezone.now()})


@transaction.atomic
def claim(most: int, channel: str = Notice.Channel.WEBHOOK.value) -> list[Claim]:
    """Take due notices for the length of a lease; others skip them until it has run out."""
    now = timezone.now()
    until = now + timedelta(seconds=settings.NOTICE_LEASE_SECONDS)
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"now": now, "until": until, "most": most, "channel": channel})
        return sorted((Claim(*row) for row in cursor.fetchall()), key=lambda one: (one.next_at, one.id))


@transaction.atomic
def release(claims: list[Claim]) -> None:
    """Give back what was not tried; it does not count as an attempt."""
    for one in claims:
        _held(one).update(state=Notice.State.WAITING, attempts=one.attempts - 1, lease_until=None)


def _held(one: Claim) -> QuerySet[Notice]:
    """The row while the lease is still ours; nothing once another process took it over."""
    return Notice.objects.filter(pk=one.id, state=Notice.State.SENDING, lease_until=one.lease_until)


def _deliver(send: Send, one: Claim) -> bool:
    """Send one notice and mark it in its own commit. Raises Unreachable after having put it off."""
    try:
        send(one)
    except Refused as error:
        _held(one).update(state=Notice.State.FAILED, lease_until=None, error=str(error)[:200])
        return False
    except Later as error:
        _put_off(one, str(error))
        return False
    except Unreachable as error:
        _put_off(one, str(error))
        raise
    _held(one).update(state=Notice.State.SENT, sent_at=timezone.now(), lease_until=None, error="")
    return True


def _put_off(one: Claim, error: str) -> None:
    """Try again later, after longer waits each time; given up after the last."""
    if one.attempts > len(BACKOFF):
        _held(one).update(state=Notice.State.FAILED, lease_until=None, error=error[:200])
        return
    later = hours().allowed(one.urgency, timezone.now() + BACKOFF[one.attempts - 1])
    _held(one).update(state=Notice.State.WAITING, next_at=later, lease_until=None, error=error[:200])
