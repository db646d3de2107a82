"""Rooms and vans, and the bookings that the database keeps from overlapping."""

from datetime import UTC, datetime
from typing import Any

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, RangeOperators
from django.db import models
from psycopg2.extras import NumericRange

from grids.scope import ScopedQuerySet

ZERO = datetime(2000, 1, 1, tzinfo=UTC)
MINUTES = 27
"""Bits for the minute since ZERO: enough until the year 2255."""
KEYS = 32
"""Bits for the key of a person, room or van."""


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Room(models.Model):
    """调解室: a room of a station in which one sitting at a time can be held."""

    station = models.ForeignKey("grids.Unit", models.PROTECT, related_name="rooms", verbose_name="工作站")
    name = models.CharField("名称", max_length=40)
    is_active = models.BooleanField("在用", default=True)

    class Meta:
        verbose_name = "调解室房间"
        verbose_name_plural = "调解室房间"
        constraints = [models.UniqueConstraint(fields=["station", "name"], name="room_once")]

    def __str__(self) -> str:
        return self.name


class VanQuerySet(ScopedQuerySet["Van"]):
    """Vans by the territory of their station."""

    area_field = "station__area"


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent(), model_name="VanHistory")
class Van(models.Model):
    """车轮上的调解室: a station's van."""

    station = models.ForeignKey("grids.Unit", models.PROTECT, related_name="vans", verbose_name="工作站")
    name = models.CharField("名称", max_length=40)
    plate = models.CharField("车牌", max_length=12, unique=True)
    is_active = models.BooleanField("在用", default=True)

    objects = VanQuerySet.as_manager()

    class Meta:
        verbose_name = "调解车"
        verbose_name_plural = "调解车"

    def __str__(self) -> str:
        return self.name


class Booking(models.Model):
    """占用: one person, room or van, taken for a time. The database refuses an overlap (23P01).

    `slot` is the time, laid on a stretch of the number line that belongs to this one resource; so a plain
    exclusion of overlapping ranges is an exclusion per resource, without the extension btree_gist.
    `session` is None for a van's or person's booking by something else, which `label` then names.
    """

    class Kind(models.IntegerChoices):
        """What is taken."""

        PERSON = 1, "人员"
        ROOM = 2, "房间"
        VAN = 3, "车辆"

    kind = models.PositiveSmallIntegerField("占用对象", choices=Kind)
    resource = models.PositiveBigIntegerField("对象编号")
    session = models.ForeignKey(
        "mediation.Session", models.CASCADE, null=True, related_name="bookings", verbose_name="场次"
    )
    label = models.CharField("用途", max_length=60, blank=True, default="")
    starts_at = models.DateTimeField("起")
    ends_at = models.DateTimeField("止")
    slot = BigIntegerRangeField(editable=False)

    class Meta:
        verbose_name = "占用"
        verbose_name_plural = "占用"
        indexes = [models.Index(fields=["kind", "resource", "starts_at"], name="booking_of_resource")]
        constraints = [
            ExclusionConstraint(name="booking_no_double", expressions=[("slot", RangeOperators.OVERLAPS)]),
            models.CheckConstraint(
                condition=models.Q(starts_at__lt=models.F("ends_at")), name="booking_start_before_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.resource}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the slot in step with resource and time."""
        self.slot = slot_of(self.kind, self.resource, self.starts_at, self.ends_at)
        super().save(*args, **kwargs)


def slot_of(kind: int, resource: int, starts_at: datetime, ends_at: datetime) -> NumericRange:
    """The stretch of the number line that stands for this resource at this time, in whole minutes."""
    base = (kind << KEYS | resource) << MINUTES
    low, high = (int((moment - ZERO).total_seconds() // 60) for moment in (starts_at, ends_at))
    return NumericRange(base + low, base + max(high, low + 1))
