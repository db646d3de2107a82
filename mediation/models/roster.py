"""Who can be put on a station's roster: patterns of shifts, presence of departments, members."""

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField, BigIntegerRangeField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q, Value

from grids.scope import ScopedQuerySet
from shared.dates import today

NIGHT_FROM, NIGHT_TO = 0, 5
"""A shift is a night shift where it has any part of the hours between (Shanghai)."""
WORKDAYS = [0, 1, 2, 3, 4]


def same(column: str) -> Func:
    """A key as a range of one: `=` for an exclusion that must do without btree_gist (docs/decisions/0028)."""
    return Func(F(column), F(column), Value("[]"), function="int8range", output_field=BigIntegerRangeField())


class StationQuerySet(ScopedQuerySet[Any]):
    """Rows by the territory of their station."""

    area_field = "station__area"

    def on(self, first: date | None = None, last: date | None = None) -> Any:
        """Those that hold on some day between the two (today where none is named)."""
        first = first or today()
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=first), starts_on__lte=last or first)


class ShiftPattern(models.Model):
    """班次, as data: when it begins, how long it lasts, on which weekdays, and for whom it is.

    `need` mediators at the same time; for departments one of each that is at the station that day
    (`Presence`).
    """

    class Kind(models.TextChoices):
        """Whom it calls."""

        MEDIATOR = "mediator", "调解员值班"
        DEPARTMENT = "department", "部门驻站"

    station = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+", verbose_name="工作站")
    kind = models.CharField("给谁", max_length=10, choices=Kind)
    name = models.CharField("班次", max_length=20)
    starts = models.TimeField("开始")
    hours = models.PositiveSmallIntegerField(
        "时长（小时）", validators=[MinValueValidator(1), MaxValueValidator(24)]
    )
    weekdays = ArrayField(models.PositiveSmallIntegerField(), verbose_name="星期（0=周一）", default=list)
    need = models.PositiveSmallIntegerField("人数", default=1)
    position = models.PositiveSmallIntegerField("次序", default=0)
    is_active = models.BooleanField("在用", default=True)

    objects = StationQuerySet.as_manager()

    class Meta:
        verbose_name = "班次"
        verbose_name_plural = "班次"
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["station", "name"], condition=Q(is_active=True), name="pattern_name_once"
            ),
            models.CheckConstraint(condition=Q(hours__gte=1, hours__lte=24), name="pattern_hours"),
            models.CheckConstraint(condition=Q(need__gte=1), name="pattern_need"),
        ]

    def __str__(self) -> str:
        return self.name


class Presence(models.Model):
    """部门驻站: a department is at a station every day (常驻), or takes its turn by week or day (轮值)."""

    class Mode(models.TextChoices):
        """How often."""

        RESIDENT = "resident", "常驻"
        WEEKLY = "weekly", "按周轮值"
        DAILY = "daily", "按日轮值"

    station = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+", verbose_name="工作站")
    department = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+", verbose_name="部门")
    mode = models.CharField("方式", max_length=8, choices=Mode)
    position = models.PositiveSmallIntegerField("轮值次序", default=0)
    starts_on = models.DateField("起", default=today)
    ends_on = models.DateField("止", null=True, blank=True)

    objects = StationQuerySet.as_manager()

    class Meta:
        verbose_name = "部门驻站"
        verbose_name_plural = "部门驻站"
        ordering = ["mode", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["station", "department"], condition=Q(ends_on=None), name="presence_once"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="presence_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department} {self.get_mode_display()}"


class Member(models.Model):
    """排班成员: who can be put on a station's roster, as a mediator (`department` empty) or for a
    department.

    `nights` False: never on a night shift (女职工劳动保护特别规定 Art. 6 and 9: pregnant and nursing).
    """

    station = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+", verbose_name="工作站")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="roster_memberships", verbose_name="人员"
    )
    department = models.ForeignKey(
        "grids.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="部门"
    )
    nights = models.BooleanField("可排夜班", default=True)
    starts_on = models.DateField("起", default=today)
    ends_on = models.DateField("止", null=True, blank=True)

    objects = StationQuerySet.as_manager()

    class Meta:
        verbose_name = "排班成员"
        verbose_name_plural = "排班成员"
        constraints = [
            models.UniqueConstraint(
                fields=["station", "person"], condition=Q(ends_on=None), name="member_once"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="member_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} @ {self.station}"
