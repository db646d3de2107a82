"""The published roster: shifts, in versions that never change."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from grids.scope import ScopedQuerySet
from mediation.models.roster import ShiftPattern, same


class Seat(models.Model):
    """One place on a roster: a pattern of a station on a day, for a department or a mediator."""

    station = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+", verbose_name="工作站")
    pattern = models.ForeignKey(ShiftPattern, models.PROTECT, related_name="+", verbose_name="班次")
    department = models.ForeignKey(
        "grids.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="部门"
    )
    day = models.DateField("日期")
    seat = models.PositiveSmallIntegerField("席位", default=0)
    starts_at = models.DateTimeField("开始")
    ends_at = models.DateTimeField("结束")
    is_night = models.BooleanField("夜班", default=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="值班人",
    )

    class Meta:
        abstract = True

    @property
    def hours(self) -> float:
        """How long it lasts."""
        return (self.ends_at - self.starts_at).total_seconds() / 3600


class ShiftQuerySet(ScopedQuerySet["Shift"]):
    """Published shifts by the territory of their station."""

    area_field = "station__area"

    def standing(self) -> "ShiftQuerySet":
        """The versions that count now; `person` empty = a gap."""
        return self.filter(is_current=True, cancelled=False)


class Shift(Seat):
    """One version of a published shift. A change is a new row with the next `version` and a reason.

    `uid` names the seat, whoever holds it, so that calendars follow it. A trigger lets a row change once
    only: `is_current` goes from true to false when its successor is written.
    """

    uid = models.UUIDField()
    version = models.PositiveIntegerField("版本", default=0)
    is_current = models.BooleanField(default=True)
    cancelled = models.BooleanField("已取消", default=False)
    reason = models.CharField("理由", max_length=200, blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="发布人"
    )
    at = models.DateTimeField("发布时间", auto_now_add=True)

    objects = ShiftQuerySet.as_manager()

    class Meta:
        verbose_name = "班次安排"
        verbose_name_plural = "班次安排"
        indexes = [
            models.Index(
                fields=["station", "starts_at"], condition=Q(is_current=True), name="shift_by_station"
            ),
            models.Index(fields=["person", "starts_at"], name="shift_by_person"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["uid", "version"], name="shift_version_once"),
            models.UniqueConstraint(fields=["uid"], condition=Q(is_current=True), name="shift_current_once"),
            ExclusionConstraint(
                name="shift_no_double_duty",
                expressions=[
                    (same("person"), RangeOperators.OVERLAPS),
                    (
                        Func(
                            F("starts_at"),
                            F("ends_at"),
                            function="tstzrange",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(is_current=True, cancelled=False, person__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="append_only", exclude=["is_current"]),
            pgtrigger.Protect(
                name="succeeded_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__is_current=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.uid} v{self.version}"
