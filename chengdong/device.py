"""What a phone keeps to work without signal: the service worker, told which files make up the portal."""

import hashlib
from functools import cache

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import reverse

from shared.guards import public

FILES = (
    "css/tokens.css",
    "css/components.css",
    "js/app.js",
    "js/outbox.js",
    "vendor/htmx.min.js",
    "vendor/idb.min.js",
    "icons.svg",
    "icon.svg",
)


@cache
def _script() -> str:
    """The worker's source, led by the addresses of this release and their fingerprint: a new release is a
    new worker.
    """
    source = (settings.BASE_DIR / "static/js/sw.js").read_text()
    keep = [static(name) for name in FILES] + [reverse("offline")]
    release = hashlib.sha256(orjson.dumps([keep, source])).hexdigest()[:12]
    told = orjson.dumps({"release": release, "keep": keep, "offline": reverse("offline")}).decode()
    return f"const PORTAL = {told};\n{source}"


@public("没有任何数据，只是让设备在没有信号时能打开已看过的页面")
def service_worker(request: HttpRequest) -> HttpResponse:
    """/sw.js, from the root so that it may serve every page."""
    return HttpResponse(
        _script(), content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"}
    )
