"""Who signs in, with what key, and who looked at whose personal data."""

from collections.abc import Callable
from typing import Any

import pghistory
import pgtrigger
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.crypto import salted_hmac
from knox.models import AbstractAuthToken

from shared.crypto import blind
from shared.fields import EncryptedField
from shared.pinyin import initials

TRACKED = ["username", "name", "is_active", "is_superuser", "must_change_password"]


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(condition=pghistory.AnyChange(*TRACKED)),
    pghistory.DeleteEvent(),
    fields=TRACKED,
    model_name="UserEvent",
    obj_field=pghistory.ObjForeignKey(related_name="events"),
)
class User(AbstractUser):  # type: ignore[django-manager-missing]
    """A person or a program that signs in; what it may do comes from its posts, never from here."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField("姓名", max_length=60)
    phone = EncryptedField("手机号", blank=True, default="")
    phone_index = models.CharField(max_length=32, blank=True, default="", db_index=True, editable=False)
    initials = models.CharField("拼音首字母", max_length=40, blank=True, default="", db_index=True)
    session_round = models.PositiveIntegerField(default=0, editable=False)
    must_change_password = models.BooleanField("首次登录须改密码", default=False)
    is_demo = models.BooleanField("演示账号", default=False)

    is_verified: Callable[[], bool]
    """Whether this session gave a second factor: set by django_otp's middleware."""

    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = "用户"
        verbose_name_plural = "用户"

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        """The name as it is written in China: one field."""
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the blind index in step with the phone number; initials are made once, then belong to who
        corrects them."""
        self.phone_index = blind(self.phone, "phone")
        self.initials = self.initials or initials(self.name)
        super().save(*args, **kwargs)

    def _get_session_auth_hash(self, secret: Any = None) -> str:
        """What every session must match at each request: a new password or a new `session_round` ends all the
        others.

        The row is read at each request anyway, so the end is immediate whatever a session cache still holds.
        """
        salt = "accounts.models.User.session"
        return salted_hmac(
            salt, f"{self.password}:{self.session_round}", secret=secret, algorithm="sha256"
        ).hexdigest()


class SignIn(models.Model):
    """One sign-in on one device, so that its owner recognises it. Kept ≥ 6 months (Cybersecurity Law Art.
    21).

    Open while `round` is the user's own, `ended_at` is empty and `seen_at` (kept to the minute) lies within
    the idle time.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="sign_ins", verbose_name="用户")
    round = models.PositiveIntegerField()
    started_at = models.DateTimeField("登录时间", auto_now_add=True)
    seen_at = models.DateTimeField("最近使用")
    ended_at = models.DateTimeField("退出时间", null=True)
    device = models.CharField("设备", max_length=60, blank=True, default="")
    address = models.GenericIPAddressField("网络地址", null=True)

    class Meta:
        verbose_name = "登录记录"
        verbose_name_plural = "登录记录"
        indexes = [models.Index(fields=["user", "-seen_at"], name="sign_in_by_user")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.device}"


class ApiKey(AbstractAuthToken):  # type: ignore[misc]
    """A program's key: only its hash is kept; named, expiring, withdrawn by deleting it."""

    name: "models.CharField[str, str]" = models.CharField("用途", max_length=60, default="")

    class Meta(AbstractAuthToken.Meta):  # type: ignore[misc]
        verbose_name = "接口密钥"
        verbose_name_plural = "接口密钥"
        abstract = False


class PersonalAccess(models.Model):
    """One look at a full identity number or phone: who, whose, which field, why. Kept ≥ 6 months.

    Personal Information Protection Law Art. 51 and 54; Cybersecurity Law Art. 21. Append-only by trigger.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="查看人")
    subject_type = models.CharField("对象类型", max_length=40)
    subject_id = models.BigIntegerField("对象编号")
    subject_name = models.CharField("对象（遮住的姓名或名称）", max_length=120, blank=True, default="")
    fields = models.CharField("查看内容", max_length=100)
    reason = models.CharField("理由", max_length=200)
    at = models.DateTimeField("时间", auto_now_add=True, db_index=True)
    address = models.GenericIPAddressField("网络地址", null=True)

    class Meta:
        verbose_name = "个人信息查看记录"
        verbose_name_plural = "个人信息查看记录"
        indexes = [models.Index(fields=["user", "-id"], name="personal_access_by_user")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} → {self.subject_type} {self.subject_id}"
