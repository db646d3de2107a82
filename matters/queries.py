"""Reads of matters and notices that more than one page needs."""

from typing import Any

from matters.models import Notice


def unread_count(user: Any) -> int:
    """How many inbox notices the user has not opened; counted for every page's frame, so it has its own partial index."""
    return Notice.objects.filter(recipient_id=user.pk, channel=Notice.Channel.INBOX, read_at=None).count()
