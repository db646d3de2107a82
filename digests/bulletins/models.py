"""Bulletins as frozen rows, a copy to each village, who read it when, and the figures that villages enter."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from grids.scope import ScopedQuerySet

FROZEN = pgtrigger.Protect(name="frozen", operation=pgtrigger.Update | pgtrigger.Delete)


class RegistrationQuerySet(ScopedQuerySet["Registration"]):
    """Figures by their village."""

    area_field = "village"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent())
class Registration(models.Model):
    """流动人口登记 of a village at the end of a week, as it was entered or imported; edits are kept."""

    village = models.ForeignKey("grids.Area", models.PROTECT, related_name="+", verbose_name="村社")
    week = models.DateField("周（星期一）")
    living = models.PositiveIntegerField("应登记")
    registered = models.PositiveIntegerField("已登记")
    moved_in = models.PositiveIntegerField("新来", default=0)
    moved_out = models.PositiveIntegerField("离开", default=0)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="填报人"
    )
    entered_at = models.DateTimeField("填报时间", auto_now=True)
    version = models.PositiveIntegerField(default=1)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = "流动人口登记"
        verbose_name_plural = "流动人口登记"
        constraints = [
            models.UniqueConstraint(fields=["village", "week"], name="registration_once"),
            models.CheckConstraint(condition=Q(registered__lte=F("living")), name="registration_within"),
        ]

    def __str__(self) -> str:
        return f"{self.village_id} {self.week}"


class BulletinQuerySet(ScopedQuerySet["Bulletin"]):
    """Bulletins by their street."""

    area_field = "street"


class Bulletin(models.Model):
    """通报 of a street over a period, frozen by trigger; `snapshot` holds every figure that it tells."""

    class Kind(models.TextChoices):
        """The sweep's, once a week, or an official's."""

        WEEKLY = "weekly", "每周通报"
        EXTRA = "extra", "临时通报"

    street = models.ForeignKey("grids.Area", models.PROTECT, related_name="+", verbose_name="街道")
    kind = models.CharField("类型", max_length=6, choices=Kind)
    year = models.PositiveSmallIntegerField("年")
    number = models.PositiveSmallIntegerField("期")
    week = models.DateField("周（星期一）")
    since = models.DateField("从")
    until = models.DateField("到")
    remark = models.TextField("按语", max_length=1000, blank=True, default="")
    snapshot = models.JSONField("内容")
    client_id = models.UUIDField(unique=True)
    payload_hash = models.CharField(max_length=64)
    issued_at = models.DateTimeField("发出时间", default=timezone.now)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="签发人"
    )

    objects = BulletinQuerySet.as_manager()

    class Meta:
        verbose_name = "通报"
        verbose_name_plural = "通报"
        constraints = [
            models.UniqueConstraint(fields=["street", "year", "number"], name="bulletin_number"),
            models.UniqueConstraint(
                fields=["street", "week"], condition=Q(kind="weekly"), name="bulletin_once_a_week"
            ),
        ]
        triggers = [FROZEN]

    def __str__(self) -> str:
        return f"{self.year}年第{self.number}期"


class CopyQuerySet(ScopedQuerySet["BulletinCopy"]):
    """Copies by the village that they went to."""

    area_field = "village"


class BulletinCopy(models.Model):
    """The bulletin as it went to one village; who of it opened it is in `readings`."""

    bulletin = models.ForeignKey(Bulletin, models.PROTECT, related_name="copies")
    village = models.ForeignKey("grids.Area", models.PROTECT, related_name="+", verbose_name="村社")

    objects = CopyQuerySet.as_manager()

    class Meta:
        verbose_name = "通报送达"
        verbose_name_plural = "通报送达"
        constraints = [models.UniqueConstraint(fields=["bulletin", "village"], name="bulletin_copy_once")]
        triggers = [FROZEN]

    def __str__(self) -> str:
        return f"{self.bulletin_id} {self.village_id}"


class BulletinReading(models.Model):
    """已读: an officer of the village opened its copy, first at this moment. Append-only by trigger."""

    copy = models.ForeignKey(BulletinCopy, models.PROTECT, related_name="readings")
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="阅读人"
    )
    opened_at = models.DateTimeField("阅读时间", default=timezone.now)

    class Meta:
        verbose_name = "通报已读"
        verbose_name_plural = "通报已读"
        constraints = [models.UniqueConstraint(fields=["copy", "reader"], name="bulletin_read_once")]
        triggers = [FROZEN]

    def __str__(self) -> str:
        return f"{self.copy_id} {self.reader_id}"
