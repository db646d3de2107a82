"""Notices: the inbox and the outbox are one table, written in the transaction of what they tell."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Notice(models.Model):
    """One message to one person (or one group's robot) through one channel, unique per source: nothing is
    told twice, nothing is lost.

    The inbox channel is `sent` when written. Others are claimed with a lease, sent with the row's key, then
    marked; a worker killed in between leaves a lease that runs out. What is not urgent is `held` until the
    day's one `bundle` tells it.
    """

    class Channel(models.TextChoices):
        """Where it goes."""

        INBOX = "inbox", "站内"
        WEBHOOK = "webhook", "消息接口"
        MAIL = "mail", "邮件"
        WECOM = "wecom", "企业微信群"
        DINGTALK = "dingtalk", "钉钉群"
        FEISHU = "feishu", "飞书群"

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", "待发送"
        SENDING = "sending", "发送中"
        SENT = "sent", "已发送"
        FAILED = "failed", "发送失败"
        HELD = "held", "待汇总"
        BUNDLED = "bundled", "已并入汇总"

    class Urgency(models.TextChoices):
        """Whether it may wait outside; the inbox has it at once."""

        NOW = "now", "立即发送"
        DAY = "day", "夜间不发"
        SUMMARY = "summary", "每天汇总一条"

    source = models.CharField("来源", max_length=60)
    kind = models.CharField("类型", max_length=20, default="other", db_default="other")
    urgency = models.CharField(
        "缓急", max_length=8, choices=Urgency, default=Urgency.DAY, db_default=Urgency.DAY
    )
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="notices", verbose_name="收件人"
    )
    robot = models.ForeignKey(
        "matters.Robot", models.PROTECT, null=True, related_name="notices", verbose_name="群机器人"
    )
    channel = models.CharField("渠道", max_length=8, choices=Channel)
    subject = models.CharField("标题", max_length=120)
    body = models.TextField("正文")
    url = models.CharField("链接", max_length=200, blank=True, default="")
    state = models.CharField("状态", max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0)
    next_at = models.DateTimeField("下次发送", auto_now_add=True)
    lease_until = models.DateTimeField(null=True)
    error = models.CharField("失败原因", max_length=200, blank=True, default="")
    created_at = models.DateTimeField("时间", auto_now_add=True)
    sent_at = models.DateTimeField("发送时间", null=True)
    read_at = models.DateTimeField("已读时间", null=True)
    bundle = models.ForeignKey(
        "self", models.CASCADE, null=True, related_name="bundled", verbose_name="并入的汇总"
    )

    class Meta:
        verbose_name = "通知"
        verbose_name_plural = "通知"
        indexes = [
            models.Index(
                fields=["next_at"], condition=Q(state__in=["waiting", "sending"]), name="notice_due"
            ),
            models.Index(fields=["recipient", "-id"], condition=Q(channel="inbox"), name="notice_inbox"),
            models.Index(
                fields=["recipient"], condition=Q(channel="inbox", read_at=None), name="notice_unread"
            ),
            models.Index(fields=["next_at"], condition=Q(state="held"), name="notice_held"),
            models.Index(fields=["channel", "-id"], condition=~Q(channel="inbox"), name="notice_outside"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source", "recipient", "channel"], name="notice_once"),
            models.UniqueConstraint(
                fields=["source", "robot"], condition=Q(robot__isnull=False), name="notice_once_a_group"
            ),
            models.CheckConstraint(
                condition=Q(recipient__isnull=False, robot=None) | Q(recipient=None, robot__isnull=False),
                name="notice_to_one",
            ),
        ]

    def __str__(self) -> str:
        return self.subject
