"""What a channel is given, and the three ways in which it may fail."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings


@dataclass(frozen=True)
class Claim:
    """A notice that this process alone may send until the lease ends; `robot` is 0 for a person's."""

    id: int
    attempts: int
    lease_until: datetime
    next_at: datetime
    created_at: datetime
    channel: str
    urgency: str
    subject: str
    body: str
    url: str
    username: str
    name: str
    email: str
    robot: int

    @property
    def key(self) -> str:
        """What tells the receiver that a message is a repeat."""
        return f"notice-{self.id}"

    @property
    def link(self) -> str:
        """The whole address of what it tells of; "" for none."""
        return f"{settings.PUBLIC_URL}{self.url}" if self.url else ""


class Failed(Exception):
    """Not sent; the text says why, in words for the operator."""


class Refused(Failed):
    """The receiver will never take it: no use in trying again."""


class Later(Failed):
    """Not now: tried again after a wait."""


class Unreachable(Failed):
    """The channel itself does not answer: no use in trying the others now."""


def timeout() -> float:
    """Seconds for one message: within a lease, so that nobody else sends it meanwhile."""
    return min(10.0, settings.NOTICE_LEASE_SECONDS / 2)
