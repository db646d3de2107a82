"""The outside channels: each is opened once a sweep and sends claimed notices; errors say what failed."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from django.conf import settings

from matters.channels import mail, robots, webhook
from matters.channels.base import Claim
from matters.models import Notice

Send = Callable[[Claim], None]
Channel = Notice.Channel
OPENERS: dict[str, Callable[[], AbstractContextManager[Send]]] = {
    Channel.WEBHOOK.value: webhook.opened,
    Channel.MAIL.value: mail.opened,
    **dict.fromkeys(robots.PLUGINS, robots.opened),
}
PERSONAL = (Channel.WEBHOOK.value, Channel.MAIL.value)
"""Channels to a person, among which he chooses; robots speak to a group."""


def set_up() -> list[str]:
    """The outside channels that this installation can use, by setting."""
    known = {Channel.WEBHOOK.value: settings.NOTICE_WEBHOOK_URL, Channel.MAIL.value: settings.EMAIL_HOST}
    return [channel for channel in OPENERS if known.get(channel, True)]


def personal() -> list[str]:
    """Those of them that reach single persons."""
    return [channel for channel in set_up() if channel in PERSONAL]
