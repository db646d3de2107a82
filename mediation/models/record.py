"""What mediators write down: records of investigation and mediation, and the visits after the end."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q


class Record(models.Model):
    """笔录. Append-only by trigger: a mistake is set right by another record that `corrects` it."""

    class Kind(models.TextChoices):
        """What was done."""

        INVESTIGATION = "investigation", "调查记录"
        MEDIATION = "mediation", "调解记录"

    dispute = models.ForeignKey("mediation.Dispute", models.PROTECT, related_name="records")
    kind = models.CharField("类型", max_length=14, choices=Kind)
    at = models.DateTimeField("时间")
    place = models.CharField("地点", max_length=120, blank=True, default="")
    asked = models.ForeignKey(
        "mediation.Party", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="被调查人"
    )
    session = models.ForeignKey(
        "mediation.Session", models.PROTECT, null=True, blank=True, related_name="records"
    )
    text = models.TextField("内容", max_length=8000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="记录人")
    written_at = models.DateTimeField("写入时间", auto_now_add=True)
    corrects = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="corrections", verbose_name="更正"
    )

    class Meta:
        verbose_name = "笔录"
        verbose_name_plural = "笔录"
        ordering = ["dispute", "at", "id"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.get_kind_display()


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class FollowUp(models.Model):
    """回访 so many days after the agreement; `done_on` None = still owed."""

    class Way(models.TextChoices):
        """How."""

        PHONE = "phone", "电话"
        VISIT = "visit", "上门"
        STATION = "station", "到站"

    class Finding(models.TextChoices):
        """What was found."""

        KEPT = "kept", "协议在履行或已履行"
        PARTLY = "partly", "部分履行"
        BROKEN = "broken", "未履行"
        RELAPSED = "relapsed", "又起纠纷"

    dispute = models.ForeignKey("mediation.Dispute", models.PROTECT, related_name="follow_ups")
    agreement = models.ForeignKey("mediation.Agreement", models.PROTECT, null=True, related_name="follow_ups")
    after_days = models.PositiveSmallIntegerField("几天后")
    due_on = models.DateField("应回访日期")
    done_on = models.DateField("回访日期", null=True, blank=True)
    asked = models.ForeignKey(
        "mediation.Party", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="受访人"
    )
    way = models.CharField("方式", max_length=8, choices=Way, blank=True, default="")
    finding = models.CharField("情况", max_length=10, choices=Finding, blank=True, default="")
    satisfaction = models.CharField("满意度", max_length=20, blank=True, default="")
    note = models.CharField("回访内容", max_length=500, blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="回访人"
    )

    class Meta:
        verbose_name = "回访"
        verbose_name_plural = "回访"
        ordering = ["dispute", "due_on"]
        indexes = [models.Index(fields=["due_on"], condition=Q(done_on=None), name="follow_up_owed")]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "after_days"], name="follow_up_once"),
            models.CheckConstraint(
                condition=Q(done_on=None) | (~Q(finding="") & ~Q(way="")), name="follow_up_done_has_finding"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.after_days}天回访"
