"""My page: my posts and what they allow, my sign-in, my devices, my keys, what I looked at."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts import second_factor
from accounts.models import User
from accounts.queries import open_sign_ins
from accounts.views import SIGN_IN
from grids.duties import idle_time
from grids.people import queries
from grids.rights import by_group
from grids.scope import rights_of, scoped
from shared.dates import today


@scoped()
@never_cache
def me(request: HttpRequest) -> HttpResponse:
    """Everything about oneself on one page."""
    user = cast(User, request.user)
    posts = queries.posts_to_show(user)
    present = [post for post in posts if post.ends_on is None or post.ends_on >= today()]
    context = {
        "user": user,
        "present": present,
        "past": [post for post in posts if post not in present],
        "rights": [(group, "、".join(labels)) for group, labels in by_group(rights_of(user)).items()],
        "idle": idle_time(user),
        "has_device": second_factor.has_device(user),
        "must_have_device": second_factor.demanded(user),
        "recovery_left": second_factor.recovery_left(user),
        "sign_ins": list(open_sign_ins(user, idle_time(user))[:20]),
        "this_sign_in": request.session.get(SIGN_IN),
        "keys": queries.keys_of(user),
        "looks": queries.looks_by(user),
        "today": today(),
        "now": timezone.now(),
    }
    return render(request, "grids/people/me.html", context)
