"""The marks that say who may open a page, for pages that need no territory; tests/test_guard.py asks every
page for one."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase

View = Callable[..., HttpResponseBase]


def public(why: str) -> Callable[[View], View]:
    """A view that anybody may open, with the reason why."""

    def decorate(view: View) -> View:
        view.public = why  # type: ignore[attr-defined]
        return view

    return decorate


def signed_in(*, unfinished: bool = False) -> Callable[[View], View]:
    """A view of one's own things: being signed in is enough.

    `unfinished` opens it also while a first password or a second factor is still owed (grids/middleware.py):
    only the
    pages on which these are given carry it.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            return view(request, *args, **kwargs)

        guarded.scope = ()  # type: ignore[attr-defined]
        guarded.unfinished = unfinished  # type: ignore[attr-defined]
        return guarded

    return decorate
