"""What the portal forgets by itself, and after how many days: Parameters `keep_…`, edited by an official."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from accounts.models import ApiKey, SignIn
from grids.models import ImportRow
from grids.queries import parameters
from matters.models import Notice

LEAST_DAYS = 183
"""Sign-ins are kept at least six months whatever the Parameter says (Cybersecurity Law Art. 21)."""


def _ended_sessions(before: datetime) -> int:
    return Session.objects.filter(expire_date__lt=before).delete()[0]


def _ended_keys(before: datetime) -> int:
    count: int = ApiKey.objects.filter(expiry__lt=before).delete()[0]
    return count


def _sign_ins(before: datetime) -> int:
    return SignIn.objects.filter(
        seen_at__lt=min(before, timezone.now() - timedelta(days=LEAST_DAYS))
    ).delete()[0]


def _refused_rows(before: datetime) -> int:
    """The personal text of rows that nobody corrected; that they were refused, and why, stays."""
    rows = ImportRow.objects.filter(outcome=ImportRow.Outcome.REJECTED, batch__touched_at__lt=before)
    return rows.exclude(personal="").update(personal="", values={}, outcome=ImportRow.Outcome.DROPPED)


def _read_notices(before: datetime) -> int:
    return Notice.objects.filter(created_at__lt=before).exclude(state__in=["waiting", "sending"]).delete()[0]


RULES: dict[str, Callable[[datetime], int]] = {
    "keep_ended_sessions_days": _ended_sessions,
    "keep_ended_keys_days": _ended_keys,
    "keep_sign_ins_days": _sign_ins,
    "keep_refused_rows_days": _refused_rows,
    "keep_notices_days": _read_notices,
}
"""Parameter with the days → what goes after them. Each may run twice, or late."""


@transaction.atomic
def erase_expired() -> dict[str, int]:
    """Erase what is past its time (Personal Information Protection Law Art. 19, 47); counts by rule."""
    days, now = parameters(*RULES), timezone.now()
    return {
        code.removeprefix("keep_").removesuffix("_days"): erase(now - timedelta(days=days[code]))
        for code, erase in RULES.items()
    }
