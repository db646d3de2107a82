"""What granian serves: the portal, an address that does nothing behind all of it, and the bare floors."""

from collections.abc import Callable, Iterable
from typing import Any

import django
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.test.utils import override_settings

django.setup()


class Handler(WSGIHandler):
    """Django's own handler over other addresses."""

    urlconf: str

    def get_response(self, request: HttpRequest) -> HttpResponseBase:
        """The same, with these addresses."""
        request.urlconf = self.urlconf  # type: ignore[attr-defined]
        return super().get_response(request)


def handler(urlconf: str) -> Handler:
    """A handler with the middleware of the settings in force."""
    made = Handler()
    made.urlconf = urlconf
    return made


portal = WSGIHandler()
behind_the_portal = handler("bench.nothing")
with override_settings(MIDDLEWARE=[]):
    bare = handler("bench.floors")


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """By the beginning of the path."""
    path = environ["PATH_INFO"]
    if path.startswith("/floor/"):
        return bare(environ, start_response)
    if path.startswith("/nothing/"):
        return behind_the_portal(environ, start_response)
    return portal(environ, start_response)
