"""The morning alert and the evening echo as frozen rows, and the times at which they are due."""

from datetime import date, time

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from digests.bulletins.models import Bulletin, BulletinCopy, BulletinReading, Registration
from grids.scope import ScopedQuerySet

__all__ = [
    "Bulletin",
    "BulletinCopy",
    "BulletinReading",
    "Digest",
    "DigestKind",
    "DigestRun",
    "Registration",
    "Schedule",
]


class DigestKind(models.TextChoices):
    """警情双响."""

    MORNING = "morning", "早上预响"
    EVENING = "evening", "晚间回响"


@pghistory.track(pghistory.UpdateEvent())
class Schedule(models.Model):
    """When a street's digest is due each day; an official edits it, the sweep reads it.

    `told` holds for the days to `told_until`: nobody is late by an hour that nobody told him.
    """

    street = models.ForeignKey("grids.Area", models.CASCADE, related_name="+", verbose_name="街道")
    kind = models.CharField("类型", max_length=8, choices=DigestKind)
    at = models.TimeField("时间")
    is_active = models.BooleanField("启用", default=True)
    starts_on = models.DateField("启用日期")
    told = models.TimeField("已告知的时间", null=True, blank=True)
    told_until = models.DateField("按已告知的时间到", null=True, blank=True)

    class Meta:
        verbose_name = "双响时间"
        verbose_name_plural = "双响时间"
        constraints = [models.UniqueConstraint(fields=["street", "kind"], name="schedule_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%H:%M}"

    def on(self, day: date) -> time:
        """The hour of a day: what that day's alert told people, where it was brought forward after that."""
        kept = self.told_until is not None and day <= self.told_until
        return self.told if kept and self.told is not None else self.at


class DigestRun(models.Model):
    """A street's digest of a day was made: written with all its rows, so it is there once or not at all."""

    kind = models.CharField("类型", max_length=8, choices=DigestKind)
    street = models.ForeignKey("grids.Area", models.PROTECT, related_name="+", verbose_name="街道")
    business_date = models.DateField("日期")
    due_at = models.DateTimeField("应发时间")
    ran_at = models.DateTimeField("生成时间")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="手动生成人"
    )

    class Meta:
        verbose_name = "双响生成"
        verbose_name_plural = "双响生成"
        constraints = [
            models.UniqueConstraint(fields=["kind", "street", "business_date"], name="digest_run_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.business_date}"


class DigestQuerySet(ScopedQuerySet["Digest"]):
    """Digests by territory."""

    area_field = "area"


class Digest(models.Model):
    """One area's (or police post's) digest of one day, frozen by trigger; the database checks the sum.

    `snapshot`: name, level, cut_off, numbers by kind, own sums, items (`unlisted` more), children's sums.
    """

    class Audience(models.TextChoices):
        """Who reads it: the area's own people, or the police station of the street."""

        AREA = "area", "村社网格"
        POLICE = "police", "派出所"

    run = models.ForeignKey(DigestRun, models.PROTECT, related_name="digests")
    kind = models.CharField("类型", max_length=8, choices=DigestKind)
    audience = models.CharField("对象", max_length=8, choices=Audience, default=Audience.AREA)
    area = models.ForeignKey("grids.Area", models.PROTECT, related_name="digests", verbose_name="区域")
    business_date = models.DateField("日期")
    expected = models.PositiveIntegerField("应回应")
    done = models.PositiveIntegerField("已回应")
    excused = models.PositiveIntegerField("已说明")
    open = models.PositiveIntegerField("待回应")
    snapshot = models.JSONField("内容")

    objects = DigestQuerySet.as_manager()

    class Meta:
        verbose_name = "双响"
        verbose_name_plural = "双响"
        indexes = [models.Index(fields=["area", "-business_date"], name="digest_by_area")]
        constraints = [
            models.UniqueConstraint(fields=["kind", "audience", "area", "business_date"], name="digest_once"),
            models.CheckConstraint(
                condition=Q(expected=F("done") + F("excused") + F("open")), name="digest_adds_up"
            ),
        ]
        triggers = [pgtrigger.Protect(name="frozen", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.business_date} {self.area_id}"
