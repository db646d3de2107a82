"""Notices: written in the transaction of what they tell, read, retried; matters/outbox.py sends them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from matters.models import Notice
from matters.timing import hours

INBOX, WEBHOOK = Notice.Channel.INBOX.value, Notice.Channel.WEBHOOK.value
BOTH = (INBOX, WEBHOOK)
NOW, DAY, SUMMARY = (urgency.value for urgency in Notice.Urgency)


@dataclass(frozen=True)
class Letter:
    """What is told once: `source` names the event, so nobody hears of it twice through one channel.

    `kind` is what people choose channels by. The inbox has it at once; the other channels wait for
    `not_before`, and then as `urgency` says: `day` until quiet hours end, `summary` for the day's one.
    """

    source: str
    subject: str
    body: str
    url: str
    recipients: Sequence[int]
    kind: str = "other"
    urgency: str = DAY
    not_before: datetime | None = None


WRITE = """
INSERT INTO matters_notice
    (source, recipient_id, channel, kind, urgency, subject, body, url, state, attempts, next_at, error,
     created_at, sent_at)
SELECT letter.source, person.id, channel, letter.kind, letter.urgency,
       letter.subject, letter.body, letter.url,
       CASE channel WHEN 'inbox' THEN 'sent' ELSE 'waiting' END, 0, letter.next_at, '', %(now)s,
       CASE channel WHEN 'inbox' THEN %(now)s END
FROM unnest(%(sources)s, %(kinds)s, %(urgencies)s, %(subjects)s, %(bodies)s, %(urls)s,
            %(next)s::timestamptz[])
     AS letter(source, kind, urgency, subject, body, url, next_at)
JOIN unnest(%(to_source)s, %(to_user)s) AS addressee(source, user_id) USING (source)
JOIN accounts_user person ON person.id = addressee.user_id AND person.is_active
CROSS JOIN unnest(%(channels)s) AS channel
ORDER BY letter.source, person.id
ON CONFLICT (source, recipient_id, channel) DO NOTHING
"""


@transaction.atomic
def post(
    *,
    source: str,
    recipients: QuerySet[User] | Iterable[int],
    subject: str,
    body: str,
    url: str = "",
    channels: Sequence[str] = (INBOX,),
    kind: str = "other",
    urgency: str = DAY,
    not_before: datetime | None = None,
) -> int:
    """Tell all recipients (users or their ids) one thing; how many notices are new. Safe to repeat."""
    ids = recipients.values_list("pk", flat=True) if isinstance(recipients, QuerySet) else recipients
    letter = Letter(source, subject, body, url, list(ids), kind, urgency, not_before)
    return post_letters(letters=[letter], channels=channels)


@transaction.atomic
def post_letters(*, letters: Iterable[Letter], channels: Sequence[str] = (INBOX,)) -> int:
    """Write many letters in one statement; how many notices are new. One not set up is left out."""
    sent = [letter for letter in letters if letter.recipients]
    used = [c for c in channels if c != WEBHOOK or settings.NOTICE_WEBHOOK_URL]
    if not sent or not used:
        return 0
    pairs = [(letter.source, user) for letter in sent for user in letter.recipients]
    now, waiting = timezone.now(), [channel for channel in used if channel != INBOX]
    open_hours = hours() if waiting else None
    values: dict[str, Any] = {
        "now": now,
        "kinds": [letter.kind for letter in sent],
        "urgencies": [letter.urgency for letter in sent],
        "next": [
            open_hours.allowed(letter.urgency, max(letter.not_before or now, now)) if open_hours else now
            for letter in sent
        ],
        "sources": [letter.source for letter in sent],
        "subjects": [letter.subject[:120] for letter in sent],
        "bodies": [letter.body for letter in sent],
        "urls": [letter.url for letter in sent],
        "to_source": [source for source, _ in pairs],
        "to_user": [user for _, user in pairs],
        "channels": used,
    }
    with connection.cursor() as cursor:
        cursor.execute(WRITE, values)
        return int(cursor.rowcount)


def inbox(user: Any) -> QuerySet[Notice]:
    """The user's own notices."""
    return Notice.objects.filter(recipient_id=user.pk, channel=INBOX)


@transaction.atomic
def mark_read(*, notices: QuerySet[Notice], reader: User) -> int:
    """Mark the reader's own unread notices among these; how many were unread."""
    return notices.filter(recipient=reader, channel=INBOX, read_at=None).update(read_at=timezone.now())


@transaction.atomic
def retry(*, notices: QuerySet[Notice]) -> int:
    """Send failed notices again from the first attempt; how many there were. Others stay as they are."""
    failed = notices.filter(state=Notice.State.FAILED)
    return failed.update(
        state=Notice.State.WAITING, attempts=0, next_at=timezone.now(), error="", lease_until=None
    )
