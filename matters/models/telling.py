"""How people are told: the groups' robots, the wording of each kind of notice, each person's own channels."""

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from grids.scope import ScopedQuerySet
from matters.models.notice import Notice
from shared.fields import EncryptedField


class RobotQuerySet(ScopedQuerySet["Robot"]):
    """Robots by the area whose group they speak in."""

    area_field = "area"


class Robot(models.Model):
    """群机器人: speaks in the group of one area; what its address holds is a secret and encrypted."""

    CHANNELS = (Notice.Channel.WECOM, Notice.Channel.DINGTALK, Notice.Channel.FEISHU)

    area = models.ForeignKey("grids.Area", models.PROTECT, related_name="robots", verbose_name="区域")
    channel = models.CharField(
        "渠道", max_length=8, choices=[(channel.value, channel.label) for channel in CHANNELS]
    )
    name = models.CharField("群名", max_length=60)
    token = EncryptedField("密钥")
    secret = EncryptedField("加签密钥", blank=True, default="")
    kinds = ArrayField(models.CharField(max_length=20), verbose_name="通知类型", default=list, blank=True)
    is_active = models.BooleanField("启用", default=True)

    objects = RobotQuerySet.as_manager()

    class Meta:
        verbose_name = "群机器人"
        verbose_name_plural = "群机器人"
        constraints = [models.UniqueConstraint(fields=["area", "channel", "name"], name="robot_once")]

    def __str__(self) -> str:
        return self.name


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent())
class NoticeTemplate(models.Model):
    """An official's wording of a kind of notice, with `{placeholders}`; one without a row keeps its own."""

    kind = models.CharField("类型", max_length=20, unique=True)
    subject = models.CharField("标题", max_length=120)
    body = models.TextField("正文", max_length=2000)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "通知模板"
        verbose_name_plural = "通知模板"

    def __str__(self) -> str:
        return self.kind


class NoticeChoice(models.Model):
    """A person's own answer to whether a kind of notice comes through a channel; no row = as usual."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notice_choices", verbose_name="用户"
    )
    kind = models.CharField("类型", max_length=20)
    channel = models.CharField("渠道", max_length=8, choices=Notice.Channel)
    wanted = models.BooleanField("接收")

    class Meta:
        verbose_name = "通知方式"
        verbose_name_plural = "通知方式"
        constraints = [models.UniqueConstraint(fields=["user", "kind", "channel"], name="notice_choice_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind} {self.channel}"
