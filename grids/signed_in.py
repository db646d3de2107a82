"""Who a request is from, with his posts in the same statement, by session or by API key."""

from typing import Any

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from accounts.keys import KeyAuthentication
from accounts.models import ApiKey, User
from grids.holders import key_held, user_held
from shared.dates import today


class SignedIn(AuthenticationMiddleware):
    """Django's, but for how the user of a sound session is read; whatever is unusual is left to Django."""

    def process_request(self, request: HttpRequest) -> None:
        """Set `request.user`, read when first asked for."""
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _user(request))  # type: ignore[assignment]


def _user(request: Any) -> Any:
    if not hasattr(request, "_cached_user"):
        request._cached_user = _of_sound_session(request) or auth.get_user(request)
    return request._cached_user


def _of_sound_session(request: HttpRequest) -> User | None:
    """The active user whose present password and round the session was signed with; else None."""
    session = request.session
    user_id, backend = session.get(auth.SESSION_KEY, ""), session.get(auth.BACKEND_SESSION_KEY, "")
    if backend not in settings.AUTHENTICATION_BACKENDS or not str(user_id).isdecimal():
        return None
    user = user_held(int(user_id), today())
    if user is None or not user.is_active:
        return None
    signed = session.get(auth.HASH_SESSION_KEY, "")
    return user if constant_time_compare(signed, user.get_session_auth_hash()) else None


class HolderKeyAuthentication(KeyAuthentication):
    """API keys, likewise."""

    def find(self, digest: str) -> ApiKey | None:
        """The key with its user and his posts."""
        return key_held(digest, today())
