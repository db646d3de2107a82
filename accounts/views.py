"""Signing in and out, and one's own password."""

import time
from datetime import timedelta
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import second_factor, workflow
from accounts.forms import PasswordForm, SignInForm
from accounts.models import User
from accounts.queries import demo_users, locked_until
from shared.addresses import client_address
from shared.devices import device_name
from shared.errors import InvalidInput
from shared.guards import public, signed_in
from shared.jinja import clock_text
from shared.problems import problem

SIGN_IN = "sign_in_id"
OWES_CODE = "owes_code"
STARTED = "signed_in_at"
WRONG = "用户名或密码不对。连续错 5 次将锁定 30 分钟；忘记密码请联系本街道管理员重设。"


def safe_next(request: HttpRequest) -> str:
    """Where to go afterwards: a path of this portal, else the home page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else settings.LOGIN_REDIRECT_URL


@public("登录页，登录前人人可见")
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Username and password; the answer to a wrong pair does not tell which of the two was wrong."""
    if request.method == "GET" and request.user.is_authenticated:
        return redirect(safe_next(request))
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = authenticate(request, **form.cleaned_data)
        if isinstance(user, User):
            begin_session(request, user)
            return redirect(safe_next(request))
        form.add_error(None, WRONG)
    context = {"form": form, "next": safe_next(request), "came": "next" in request.GET, "demo": demo_users()}
    return render(request, "accounts/sign_in.html", context, status=400 if form.errors else 200)


def begin_session(request: HttpRequest, user: User) -> None:
    """A fresh session; whoever has enrolled a phone owes a code before anything else opens."""
    login(request, user)
    device = device_name(request.headers.get("User-Agent", ""))
    signed = workflow.record_sign_in(user=user, device=device, address=client_address(request))
    request.session[SIGN_IN] = signed.pk
    request.session[STARTED] = int(time.time())
    request.session[OWES_CODE] = second_factor.has_device(user)


@signed_in(unfinished=True)
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """The session ends here and now."""
    user = cast(User, request.user)
    workflow.record_sign_out(user=user, sign_in_id=request.session.get(SIGN_IN, 0))
    logout(request)
    messages.success(request, "已退出登录。")
    return redirect("login")


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """django-axes calls this: five failures for one name, 30 minutes (domain.md, Personal data)."""
    until = locked_until((credentials or {}).get("username") or "")
    left = max(until - timezone.now(), timedelta(minutes=1))
    minutes = -(-int(left.total_seconds()) // 60)
    told = f"密码连续错了 5 次，这个用户名已锁定。请在 {minutes} 分钟后（{clock_text(until)}）再试。"
    if request.path.startswith("/api/"):
        answer: HttpResponse = problem(429, told, code="locked")
    else:
        answer = render(request, "accounts/locked.html", {"told": told, "minutes": minutes}, status=429)
    answer["Retry-After"] = str(minutes * 60)
    return answer


@signed_in(unfinished=True)
@never_cache
@sensitive_post_parameters("old", "new", "again")
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """One's own password; a first one must be changed before anything else opens."""
    user = cast(User, request.user)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            workflow.change_password(user=user, old=form.cleaned_data["old"], new=form.cleaned_data["new"])
        except InvalidInput as error:
            form.add_error(error.field, error.message)
        else:
            update_session_auth_hash(request, user)
            messages.success(request, "密码已修改，其他设备上的登录已全部退出。")
            return redirect(safe_next(request))
    context = {"form": form, "first": user.must_change_password, "next": safe_next(request)}
    return render(request, "accounts/password.html", context, status=400 if form.errors else 200)


@signed_in()
@require_POST
def sign_out_elsewhere(request: HttpRequest) -> HttpResponse:
    """End all one's sessions but this one."""
    user = cast(User, request.user)
    ended = workflow.end_other_sessions(user=user, sign_in_id=request.session.get(SIGN_IN, 0))
    update_session_auth_hash(request, user)
    messages.success(
        request, f"已退出其他 {ended} 台设备。" if ended else "没有其他设备在登录；旧的登录已全部作废。"
    )
    return redirect("me")


@signed_in()
@require_POST
def withdraw_key(request: HttpRequest, token_key: str) -> HttpResponse:
    """Withdraw one of one's own API keys."""
    workflow.withdraw_key(user=cast(User, request.user), token_key=token_key)
    messages.success(request, "密钥已撤回，用它的程序从现在起会被拒绝。")
    return redirect("me")
