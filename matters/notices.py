"""Notices: written in the transaction of what they tell, read, retried; matters/outbox.py sends them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from matters import statements, wording
from matters.channels import personal
from matters.models import Notice
from matters.timing import hours

INBOX, WEBHOOK = Notice.Channel.INBOX.value, Notice.Channel.WEBHOOK.value
BOTH = (INBOX, WEBHOOK)
NOW, DAY, SUMMARY = (urgency.value for urgency in Notice.Urgency)


@dataclass(frozen=True)
class Letter:
    """What is told once: `source` names the event, so nobody hears of it twice through one channel.

    `kind` is what people choose channels by, registered in matters/wording.py. The inbox has it at once; the
    other channels wait for `not_before`, and then as `urgency` says: `day` until quiet hours end, `summary`
    for the day's one. `values` fill the placeholders of the kind's template. The groups of `areas` hear it by
    their robots: no personal data in such a letter.
    """

    source: str
    subject: str
    body: str
    url: str
    recipients: Sequence[int]
    kind: str
    urgency: str = DAY
    not_before: datetime | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    areas: Sequence[int] = ()


@transaction.atomic
def post(
    *,
    source: str,
    recipients: QuerySet[User] | Iterable[int],
    subject: str,
    body: str,
    url: str = "",
    kind: str,
    channels: Sequence[str] = (INBOX,),
    urgency: str = DAY,
    not_before: datetime | None = None,
    values: Mapping[str, str] | None = None,
) -> int:
    """Tell all recipients (users or their ids) one thing; how many notices are new. Safe to repeat."""
    ids = recipients.values_list("pk", flat=True) if isinstance(recipients, QuerySet) else recipients
    letter = Letter(source, subject, body, url, list(ids), kind, urgency, not_before, values or {})
    return post_letters(letters=[letter], channels=channels)


@transaction.atomic
def post_letters(*, letters: Iterable[Letter], channels: Sequence[str] = (INBOX,)) -> int:
    """Write many letters in one statement; how many notices are new. A channel not set up is left out.

    `channels` are the usual ones: each recipient's own choice for the letter's kind goes before them, but the
    inbox nobody can refuse. Groups (`Letter.areas`) hear by their own robots. Raises LookupError for a kind
    that no app registered: nobody could choose by it.
    """
    letters = list(letters)
    wording.must_know(letter.kind for letter in letters)
    sent = [letter for letter in letters if letter.recipients or letter.areas]
    outside = personal()
    ways = [INBOX, *outside] if INBOX in channels else outside
    places = [(letter.source, area) for letter in sent for area in letter.areas]
    if not sent or not (ways or places):
        return 0
    pairs = [(letter.source, user) for letter in sent for user in letter.recipients]
    values = {
        **_told(sent, in_hours=bool(outside or places)),
        "to_source": [source for source, _ in pairs],
        "to_user": [user for _, user in pairs],
        "in_source": [source for source, _ in places],
        "in_area": [area for _, area in places],
        "ways": ways,
        "usual": list(channels),
    }
    with connection.cursor() as cursor:
        cursor.execute(statements.WRITE, values)
        told = int(cursor.rowcount)
        if places:
            cursor.execute(statements.WRITE_TO_GROUPS, values)
            told += int(cursor.rowcount)
    return told


def _told(letters: list[Letter], *, in_hours: bool) -> dict[str, Any]:
    """The letters as columns, in an official's words where there are some, with the moment they may leave."""
    now, rule = timezone.now(), hours() if in_hours else None
    worded = [_worded(letter, template) for letter, template in _with_templates(letters)]
    return {
        "now": now,
        "sources": [letter.source for letter in letters],
        "kinds": [letter.kind for letter in letters],
        "urgencies": [letter.urgency for letter in letters],
        "subjects": [subject[:120] for subject, _ in worded],
        "bodies": [body for _, body in worded],
        "urls": [letter.url for letter in letters],
        "next": [
            rule.allowed(letter.urgency, max(letter.not_before or now, now)) if rule else now
            for letter in letters
        ],
    }


def _with_templates(letters: list[Letter]) -> list[tuple[Letter, wording.Words | None]]:
    known = wording.templates(letter.kind for letter in letters)
    return [(letter, known.get(letter.kind)) for letter in letters]


def _worded(letter: Letter, template: wording.Words | None) -> wording.Words:
    if template is None:
        return letter.subject, letter.body
    return wording.worded(template, subject=letter.subject, body=letter.body, values=letter.values)


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
