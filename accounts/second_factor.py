"""The second factor: a time-based code (RFC 6238) from the user's phone, ten recovery codes, and how both are
checked."""

import secrets
from base64 import b32encode
from collections.abc import Callable
from urllib.parse import quote

import segno
from django.db import transaction
from django.utils import timezone
from django_otp.models import Device
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import User
from shared.crypto import blind
from shared.errors import InvalidInput

ISSUER = "城东街道"
RECOVERY_CODES = 10
RECOVERY_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
DEMANDS: list[Callable[[User], bool]] = []
"""Who else must have one: the app that knows posts and roles adds its rule here (grids/apps.py)."""
WRONG = "动态口令不对，或已经用过。请等手机上换出新的 6 位数字再输入。"


def demanded(user: User) -> bool:
    """Whether the user may do nothing without one: technical administrators always (but for the demo's),
    others by role."""
    return (user.is_superuser and not user.is_demo) or any(rule(user) for rule in DEMANDS)


def new_secret() -> str:
    """160 random bits as hex, as RFC 4226 asks for."""
    return secrets.token_hex(20)


def typed(secret: str) -> str:
    """The secret as a person types it: base32 in groups of four."""
    text = b32encode(bytes.fromhex(secret)).decode()
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))


def qr_svg(user: User, secret: str) -> str:
    """The picture that an authenticator app scans: inline SVG without any style attribute."""
    label = quote(f"{ISSUER}:{user.get_username()}", safe=":")
    key = typed(secret).replace(" ", "")
    address = f"otpauth://totp/{label}?secret={key}&issuer={quote(ISSUER)}&algorithm=SHA1&digits=6&period=30"
    svg: str = segno.make(address, error="m").svg_inline(
        omitsize=True, svgclass="qr", lineclass=None, border=4, light="#fff", dark="#000"
    )
    return svg


def has_device(user: User) -> bool:
    """Whether the user has enrolled."""
    return bool(TOTPDevice.objects.filter(user=user, confirmed=True).exists())


def recovery_left(user: User) -> int:
    """How many recovery codes are unused."""
    return sum(device.token_set.count() for device in StaticDevice.objects.filter(user=user))


def _recovery_hash(code: str) -> str:
    """16 hex digits of a keyed hash: the database holds no code that could be used."""
    return blind(code.replace("-", ""), "recovery")[:16]


@transaction.atomic
def enrol(*, user: User, secret: str, code: str) -> TOTPDevice:
    """Confirm a secret by its first code; it replaces the one before. Raises InvalidInput for a wrong
    code."""
    locked = User.objects.select_for_update().get(pk=user.pk)
    totp = TOTP(bytes.fromhex(secret))
    totp.time = timezone.now().timestamp()
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdecimal()) or not totp.verify(int(digits), tolerance=1):
        raise InvalidInput("口令不对。请核对手机时间是自动设置的，再输入现在显示的 6 位数字。", field="code")
    TOTPDevice.objects.filter(user=locked).delete()
    return TOTPDevice.objects.create(
        user=locked, name="手机口令", confirmed=True, key=secret, last_t=totp.t()
    )


@transaction.atomic
def new_recovery_codes(*, user: User) -> list[str]:
    """Ten fresh single-use codes, returned once; the old ones end."""
    locked = User.objects.select_for_update().get(pk=user.pk)
    StaticDevice.objects.filter(user=locked).delete()
    device = StaticDevice.objects.create(user=locked, name="备用码", confirmed=True)
    drawn = ["".join(secrets.choice(RECOVERY_LETTERS) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    device.token_set.bulk_create(
        [device.token_set.model(device=device, token=_recovery_hash(c)) for c in drawn]
    )
    return [f"{code[:5]}-{code[5:]}" for code in drawn]


def verify(*, user: User, code: str) -> Device:
    """The device that the code proves. django-otp makes each failure wait twice as long as the one before.

    Raises InvalidInput: wrong, used before, or too soon (says how many seconds to wait). The failure is kept:
    the
    transaction ends before the refusal is raised.
    """
    text = "".join(code.split())
    wait = 0
    with transaction.atomic():
        model, token = (TOTPDevice, text) if text.isdecimal() else (StaticDevice, _recovery_hash(text))
        for device in model.objects.select_for_update().filter(user=user, confirmed=True):
            allowed, why = device.verify_is_allowed()
            if not allowed:
                wait = max(wait, int((why["locked_until"] - timezone.now()).total_seconds()) + 1)
            elif device.verify_token(token):
                return device
    if wait:
        raise InvalidInput(f"试得太快了，请等 {wait} 秒再输入。", field="code", wait=wait)
    raise InvalidInput(WRONG, field="code")


@transaction.atomic
def reset(*, user: User) -> None:
    """Forget the phone and the recovery codes; whoever must have a second factor enrols again at the next
    request."""
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
