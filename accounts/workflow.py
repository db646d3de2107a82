"""Every write on an account: signing in, passwords, sessions, keys, and the record of looks at personal
data."""

import secrets
from collections.abc import Iterable
from datetime import timedelta

import pghistory
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import ApiKey, PersonalAccess, SignIn, User
from shared.errors import Conflict, InvalidInput, NotFound
from shared.pinyin import initials

EASY_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
KEY_DAYS = 365
LOGIN_KEY = "登录取得"
"""The name of a key got by signing in (`/api/v1/auth/login`): it ends as a session does."""
SHORTEST_REASON = 4


@transaction.atomic
def record_sign_in(*, user: User, device: str, address: str | None) -> SignIn:
    """A device that signed in just now."""
    return SignIn.objects.create(
        user=user, round=user.session_round, seen_at=timezone.now(), device=device[:60], address=address
    )


@transaction.atomic
def record_sign_out(*, user: User, sign_in_id: int) -> None:
    """The device said goodbye."""
    SignIn.objects.filter(pk=sign_in_id, user=user, ended_at=None).update(ended_at=timezone.now())


@transaction.atomic
def end_other_sessions(*, user: User, sign_in_id: int) -> int:
    """End every session of the user but the one named, and the keys got by signing in; returns how many
    sessions were open.

    The caller must renew its own session (`update_session_auth_hash`): the new round ends that one too.
    """
    User.objects.filter(pk=user.pk).update(session_round=F("session_round") + 1)
    user.refresh_from_db(fields=["session_round"])
    now = timezone.now()
    others = SignIn.objects.filter(user=user, ended_at=None).exclude(pk=sign_in_id)
    ended = others.filter(round=user.session_round - 1).count()
    others.update(ended_at=now)
    SignIn.objects.filter(pk=sign_in_id, user=user).update(round=user.session_round, seen_at=now)
    ApiKey.objects.filter(user=user, name=LOGIN_KEY).delete()
    return ended


def check_password_strength(password: str, user: User) -> None:
    """≥ 10 characters, not common, not the user's own name (domain.md, Personal data). Raises
    InvalidInput."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidInput(" ".join(error.messages), field="new") from error


@transaction.atomic
def change_password(*, user: User, old: str, new: str) -> None:
    """The user's own choice of password; ends the user's other sessions, the keys got by signing in, and a
    first password's term.

    Raises InvalidInput: the old one is wrong, the new one is weak, or it is the old one again.
    """
    locked = User.objects.select_for_update().get(pk=user.pk)
    if not locked.check_password(old):
        raise InvalidInput("原密码不对，请重新输入。", field="old")
    if locked.check_password(new):
        raise InvalidInput("新密码不能与原密码相同，请换一个。", field="new")
    check_password_strength(new, locked)
    locked.set_password(new)
    locked.must_change_password = False
    with pghistory.context(actor=user.pk, action="change_password"):
        locked.save(update_fields=["password", "must_change_password"])
    ApiKey.objects.filter(user=user, name=LOGIN_KEY).delete()
    user.password, user.must_change_password = locked.password, False


def first_password() -> str:
    """Twelve easily read characters (59 bits) in groups, for a slip of paper: `k7mp-x2vn-q8dr`."""
    drawn = "".join(secrets.choice(EASY_LETTERS) for _ in range(12))
    return "-".join(drawn[i : i + 4] for i in range(0, 12, 4))


@transaction.atomic
def add_user(*, actor: User, username: str, name: str, phone: str = "") -> tuple[User, str]:
    """A new account with a first password, which is returned once and must be changed at first sign-in.

    Raises Conflict when the username is taken.
    """
    if User.objects.filter(username__iexact=username).exists():
        raise Conflict("这个登录名已有人使用，请换一个。", field="username")
    password = first_password()
    user = User(username=username, name=name, initials=initials(name), phone=phone, must_change_password=True)
    user.set_password(password)
    with pghistory.context(actor=actor.pk, action="add_user"):
        user.save()
    return user, password


@transaction.atomic
def reset_password(*, actor: User, user: User) -> str:
    """A new first password, returned once; the old one, all sessions and all keys end now."""
    password = first_password()
    locked = User.objects.select_for_update().get(pk=user.pk)
    locked.set_password(password)
    locked.must_change_password = True
    with pghistory.context(actor=actor.pk, action="reset_password"):
        locked.save(update_fields=["password", "must_change_password"])
    SignIn.objects.filter(user=user, ended_at=None).update(ended_at=timezone.now())
    ApiKey.objects.filter(user=user).delete()
    return password


@transaction.atomic
def set_active(*, actor: User, user: User, active: bool) -> None:
    """Shut or open an account. Shut: sessions end at their next request, keys are deleted."""
    with pghistory.context(actor=actor.pk, action="activate" if active else "deactivate"):
        User.objects.filter(pk=user.pk).update(is_active=active, session_round=F("session_round") + 1)
    user.refresh_from_db(fields=["is_active", "session_round"])
    SignIn.objects.filter(user=user, ended_at=None).update(ended_at=timezone.now())
    if not active:
        ApiKey.objects.filter(user=user).delete()


@transaction.atomic
def issue_key(*, user: User, name: str, days: int = KEY_DAYS) -> tuple[ApiKey, str]:
    """A key for a program; its text is returned once and kept only as a hash. `days` of validity, 1 to
    3660."""
    if not 1 <= days <= 3660:
        raise InvalidInput("密钥有效期必须是 1 到 3660 天。", field="days")
    if not user.is_active:
        raise InvalidInput("账号已停用，不能发放密钥。", field="user")
    key, text = ApiKey.objects.create(user=user, name=name[:60], expiry=timedelta(days=days))
    return key, text


@transaction.atomic
def withdraw_key(*, user: User, token_key: str) -> None:
    """Withdraw one of the user's keys, named by its first characters; requests with it are refused from now
    on."""
    deleted, _ = ApiKey.objects.filter(user=user, token_key=token_key).delete()
    if not deleted:
        raise NotFound("没有这个密钥，或它已经撤回。")


@transaction.atomic
def record_access(
    *,
    user: User,
    kind: str,
    subject_id: int,
    subject_name: str,
    fields: Iterable[str],
    reason: str,
    address: str | None,
) -> PersonalAccess:
    """Log one look at full numbers before they are shown (Personal Information Protection Law Art. 51, 54).

    Raises InvalidInput for a reason of fewer than four characters. Two looks are two rows.
    """
    reason = " ".join(reason.split())
    if len(reason) < SHORTEST_REASON:
        raise InvalidInput(f"请写明查看理由，至少 {SHORTEST_REASON} 个字。", field="reason")
    return PersonalAccess.objects.create(
        user=user,
        subject_type=kind,
        subject_id=subject_id,
        subject_name=subject_name[:120],
        fields="、".join(fields)[:100],
        reason=reason[:200],
        address=address,
    )
