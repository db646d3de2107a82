"""What holds for every request of a signed-in session: idle exit, second factor, first password."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from accounts import second_factor
from accounts.models import SignIn
from accounts.views import OWES_CODE, SIGN_IN, STARTED
from grids.duties import idle_time
from shared.problems import problem

SEEN = "seen_at"
KEEP_SECONDS = 60
"""A session's last use is written at most this often."""
LONGEST = timedelta(days=7)
OWED = {
    "verify": "请先在网页输入动态口令，再使用接口。",
    "second_factor": "您的岗位须用动态口令，请先在网页绑定手机。",
    "password": "请先在网页修改首次密码。",
}


class SessionDuties:
    """Stands behind the user and second-factor middleware. Requests by API key have no session and pass."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.session.session_key and request.user.is_authenticated and not still_open(request):
            logout(request)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Until what is owed is given, only public pages and the pages that give it open."""
        view = getattr(view, "cls", view)
        if getattr(view, "public", "") or getattr(view, "unfinished", False):
            return None
        if not request.user.is_authenticated or (owed := owes(request)) is None:
            return None
        if request.path.startswith("/api/"):
            return problem(403, OWED[owed], code=owed)
        back = {"next": request.get_full_path()} if request.method == "GET" else {}
        return redirect(f"{reverse(owed)}?{urlencode(back)}" if back else reverse(owed))


def still_open(request: HttpRequest) -> bool:
    """Whether the session was used within its idle time and is younger than seven days; if so, it was used
    just now.

    A page that asks by itself (a live board) sends `X-Poll: 1`: that is no use by a person.
    """
    now = int(time.time())
    session, idle = request.session, idle_time(request.user)  # type: ignore[arg-type]
    started = session.get(STARTED, now)
    seen = session.get(SEEN, started)
    if now - seen >= idle.total_seconds() or now - started >= LONGEST.total_seconds():
        return False
    if SEEN not in session or (now - seen >= KEEP_SECONDS and "X-Poll" not in request.headers):
        session[STARTED], session[SEEN] = started, now
        session.set_expiry(int(min(idle.total_seconds(), LONGEST.total_seconds() - (now - started))))
        SignIn.objects.filter(pk=session.get(SIGN_IN, 0)).update(seen_at=timezone.now())
    return True


def owes(request: HttpRequest) -> str | None:
    """The name of the page that must come first: `verify`, `second_factor` (enrol), `password`, or None."""
    user: Any = request.user
    if not user.is_verified():
        if request.session.get(OWES_CODE):
            return "verify"
        if second_factor.demanded(user):
            return "verify" if second_factor.has_device(user) else "second_factor"
    return "password" if user.must_change_password else None
