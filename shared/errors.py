"""The errors that workflows raise; pages turn them into form errors, the API into problem+json."""

from typing import Any


class DomainError(Exception):
    """A refusal that a person can act on: `message` says in Chinese what to do next."""

    status = 400
    code = "refused"

    def __init__(self, message: str, *, field: str | None = None, **extra: Any) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.extra = extra


class InvalidInput(DomainError):
    """What was sent cannot be right; `field` names the place."""

    code = "invalid"


class NotAllowed(DomainError):
    """Inside the actor's territory, but without the right."""

    status = 403
    code = "not_allowed"


class NotFound(DomainError):
    """Outside the actor's territory, or not there at all: the two look the same on purpose."""

    status = 404
    code = "not_found"


class Conflict(DomainError):
    """Somebody else was first: same client id with other content, or a stale version."""

    status = 409
    code = "conflict"


class TransitionRefused(Conflict):
    """The move is not open in the matter's present state; `extra["allowed"]` names those that are."""

    code = "transition_refused"


class TooOften(DomainError):
    """Done too often for now; `extra["retry_after"]` is in seconds, the message names the hour."""

    status = 429
    code = "too_often"


class Unavailable(DomainError):
    """A service that this needs does not answer, or was never set up; nothing was changed."""

    status = 503
    code = "unavailable"
