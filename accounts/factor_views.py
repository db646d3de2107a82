"""The second factor's pages: enrol a phone, give a code, fresh recovery codes."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django_otp import login as otp_login

from accounts import second_factor
from accounts.forms import CodeForm
from accounts.models import User
from accounts.views import OWES_CODE, safe_next
from shared.errors import InvalidInput, NotAllowed
from shared.guards import signed_in

ENROLLING = "enrolling"


@signed_in(unfinished=True)
@never_cache
@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """The code of the user's phone, or a recovery code."""
    user = cast(User, request.user)
    if not second_factor.has_device(user):
        return redirect("second_factor")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            device = second_factor.verify(user=user, code=form.cleaned_data["code"])
        except InvalidInput as error:
            form.add_error(error.field, error.message)
        else:
            _proved(request, device)
            return redirect(safe_next(request))
    context = {"form": form, "next": safe_next(request)}
    return render(request, "accounts/verify.html", context, status=400 if form.errors else 200)


@signed_in(unfinished=True)
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    """Tie a phone to the account: scan or type the secret, then give its first code."""
    user = cast(User, request.user)
    _only_with_the_phone_before(request, user)
    secret = request.session.setdefault(ENROLLING, second_factor.new_secret())
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            device = second_factor.enrol(user=user, secret=secret, code=form.cleaned_data["code"])
        except InvalidInput as error:
            form.add_error(error.field, error.message)
        else:
            del request.session[ENROLLING]
            _proved(request, device)
            return _show_codes(request, user)
    context = {
        "form": form,
        "qr": second_factor.qr_svg(user, secret),
        "typed": second_factor.typed(secret),
        "next": safe_next(request),
    }
    return render(request, "accounts/enrol.html", context, status=400 if form.errors else 200)


@signed_in()
@never_cache
@require_POST
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Ten new recovery codes in place of the old ones."""
    user = cast(User, request.user)
    if not user.is_verified():
        raise NotAllowed("请先用动态口令验证本次登录，再换备用码。")
    return _show_codes(request, user)


def _show_codes(request: HttpRequest, user: User) -> HttpResponse:
    codes = second_factor.new_recovery_codes(user=user)
    return render(request, "accounts/recovery_codes.html", {"codes": codes, "next": safe_next(request)})


def _proved(request: HttpRequest, device: object) -> None:
    otp_login(request, device)
    request.session[OWES_CODE] = False
    request.session.cycle_key()
    messages.success(request, "动态口令验证通过。")


def _only_with_the_phone_before(request: HttpRequest, user: User) -> None:
    """Who has a phone enrolled proves it first: a stolen password alone cannot replace it."""
    if second_factor.has_device(user) and not user.is_verified():
        raise NotAllowed(
            "您已绑定手机口令。要换手机，请先用原来的口令或备用码登录；都没有了，请联系管理员重设。"
        )
