"""Reads about accounts."""

from datetime import datetime, timedelta

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import SignIn, User


def demo_users() -> list[User]:
    """The demo street's accounts, where there are any; never in production."""
    if settings.PRODUCTION:
        return []
    return list(User.objects.filter(is_demo=True, is_active=True).order_by("id")[:20])


def locked_until(username: str) -> datetime:
    """When a locked name opens again: as soon as fewer than the allowed failures lie within the cool-off."""
    failures = 0
    decisive = timezone.now()
    rows = AccessAttempt.objects.filter(username=username).order_by("-attempt_time")
    for at, count in rows.values_list("attempt_time", "failures_since_start"):
        failures, decisive = failures + count, at
        if failures >= settings.AXES_FAILURE_LIMIT:
            break
    return decisive + (get_cool_off() or timedelta())


def open_sign_ins(user: User, idle: timedelta) -> QuerySet[SignIn]:
    """The user's sessions that are still open, latest first."""
    return SignIn.objects.filter(
        user=user, round=user.session_round, ended_at=None, seen_at__gte=timezone.now() - idle
    ).order_by("-seen_at")
