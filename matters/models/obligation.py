"""What the morning alert asks of a grid, and whether it was answered by evening."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from grids.scope import ScopedQuerySet


class ObligationQuerySet(ScopedQuerySet["Obligation"]):
    """Obligations by territory."""

    area_field = "area"


class Obligation(models.Model):
    """应回应事项: one thing that one area must answer on one business date.

    `source` names the thing (`matter:12`, `target:7`); the same source comes back next morning while it
    is open, with
    `carried` one higher. `late` = answered after the evening echo of its date. `colour` is the card of
    a repeated incident or the
    level of a target. `raised_at` later than the morning alert's run = taken in during the day.
    """

    class Kind(models.TextChoices):
        """What sort of answer is owed."""

        INCIDENT = "incident", "昨夜警情"
        REPEAT = "repeat", "重复警情"
        OVERDUE = "overdue", "超期事项"
        VISIT = "visit", "到期走访"

    class State(models.TextChoices):
        """expected = done + excused + open."""

        OPEN = "open", "待回应"
        DONE = "done", "已回应"
        EXCUSED = "excused", "已说明"

    kind = models.CharField("类型", max_length=10, choices=Kind)
    area = models.ForeignKey(
        "grids.Area", models.PROTECT, related_name="obligations", verbose_name="责任区域"
    )
    business_date = models.DateField("日期")
    source = models.CharField("来源", max_length=40)
    matter = models.ForeignKey("matters.Matter", models.PROTECT, null=True, related_name="obligations")
    target = models.ForeignKey("grids.Target", models.PROTECT, null=True, related_name="obligations")
    title = models.CharField("标题", max_length=120)
    detail = models.CharField("说明", max_length=200, blank=True, default="")
    colour = models.CharField("颜色", max_length=6, blank=True, db_default="", default="")
    due_at = models.DateTimeField("回应截止")
    raised_at = models.DateTimeField("提出时间", db_default=Now())
    carried = models.PositiveSmallIntegerField("已结转天数", default=0)
    state = models.CharField("状态", max_length=8, choices=State, default=State.OPEN)
    answered_at = models.DateTimeField("回应时间", null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answer = models.CharField("回应", max_length=300, blank=True, default="")
    late = models.BooleanField("逾时回应", default=False)
    escalated_to = models.ForeignKey(
        "grids.Area", models.PROTECT, null=True, related_name="+", verbose_name="上报到"
    )

    objects = ObligationQuerySet.as_manager()

    class Meta:
        verbose_name = "应回应事项"
        verbose_name_plural = "应回应事项"
        indexes = [
            models.Index(fields=["business_date", "area", "state"], name="obligation_by_day"),
            models.Index(fields=["source"], condition=Q(state="open"), name="obligation_open_source"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["business_date", "area", "source"], name="obligation_once_a_day"),
            models.CheckConstraint(
                condition=Q(state="open", answered_at=None)
                | (~Q(state="open") & Q(answered_at__isnull=False)),
                name="obligation_answered_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.title
