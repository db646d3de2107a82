"""Who signs in, with what key, and who looked at whose personal data."""

import pgtrigger
from django.contrib.auth.models import AbstractUser
from django.db import models
from knox.models import AbstractAuthToken

from shared.crypto import blind
from shared.fields import EncryptedField


class User(AbstractUser):
    """A person or a program that signs in; what it may do comes from its posts, never from here."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField("姓名", max_length=60)
    phone = EncryptedField("手机号", blank=True, default="")
    phone_index = models.CharField(max_length=32, blank=True, default="", db_index=True, editable=False)
    must_change_password = models.BooleanField("首次登录须改密码", default=False)
    is_demo = models.BooleanField("演示账号", default=False)

    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = "用户"
        verbose_name_plural = "用户"

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        """The name as it is written in China: one field."""
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the blind index in step with the phone number."""
        self.phone_index = blind(self.phone, "phone")
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class ApiKey(AbstractAuthToken):
    """A program's key: only its hash is kept; named, expiring, withdrawn by deleting it."""

    name = models.CharField("用途", max_length=60, default="")

    class Meta(AbstractAuthToken.Meta):
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
    fields = models.CharField("查看内容", max_length=100)
    reason = models.CharField("理由", max_length=200)
    at = models.DateTimeField("时间", auto_now_add=True, db_index=True)
    address = models.GenericIPAddressField("网络地址", null=True)

    class Meta:
        verbose_name = "个人信息查看记录"
        verbose_name_plural = "个人信息查看记录"
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} → {self.subject_type} {self.subject_id}"
