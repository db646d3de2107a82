"""Visits: one row per knock on a door, sent once however often the phone repeats it."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from grids.scope import ScopedQuerySet


class VisitQuerySet(ScopedQuerySet["Visit"]):
    """Visits by territory."""

    area_field = "grid"


class Visit(models.Model):
    """走访记录. `client_id` is made by the form; `payload_hash` tells a repeat from another visit with the
    same id.

    `due_on` is the day that was owed when this visit answered it; None where nothing was (suspended, or
    before what is known).
    Nobody met: not valid, nothing answered, `result` may be empty.

    Position and photos are optional (政务移动互联网应用程序规范化管理办法: no compulsory tracks or photos).
    """

    class Met(models.TextChoices):
        """Whom the worker met."""

        PRINCIPAL = "principal", "负责人或本人"
        OTHER = "other", "员工或家人"
        NOBODY = "nobody", "没见到"

    class Result(models.TextChoices):
        """How things stand."""

        NORMAL = "normal", "正常"
        CHANGED = "changed", "有变化"
        ACTION = "action", "要处理"

    client_id = models.UUIDField(unique=True)
    payload_hash = models.CharField(max_length=64)
    target = models.ForeignKey("grids.Target", models.PROTECT, related_name="visits", verbose_name="走访对象")
    grid = models.ForeignKey("grids.Area", models.PROTECT, related_name="visits", verbose_name="网格")
    visitor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="visits", verbose_name="走访人"
    )
    visited_at = models.DateTimeField("走访时间")
    visited_on = models.DateField("走访日期")
    received_at = models.DateTimeField("上传时间", auto_now_add=True)
    met = models.CharField("见到谁", max_length=10, choices=Met)
    result = models.CharField("情况", max_length=8, choices=Result, blank=True, default="")
    chips = ArrayField(models.CharField(max_length=40), verbose_name="做了什么", default=list, blank=True)
    note = models.TextField("补充说明", blank=True, default="", max_length=1000)
    latitude = models.FloatField("纬度", null=True, blank=True)
    longitude = models.FloatField("经度", null=True, blank=True)
    accuracy = models.FloatField("精度（米）", null=True, blank=True)
    due_on = models.DateField("应访日期", null=True)
    is_valid = models.BooleanField("有效走访", default=True)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = "走访"
        verbose_name_plural = "走访"
        indexes = [
            models.Index(fields=["target", "-visited_on"], name="visit_by_target"),
            models.Index(fields=["grid", "-visited_on"], name="visit_by_grid"),
            models.Index(fields=["visited_on", "grid"], name="visit_by_day"),
            models.Index(fields=["due_on", "target"], condition=models.Q(is_valid=True), name="visit_by_due"),
        ]

    def __str__(self) -> str:
        return f"{self.visited_on} {self.target_id}"


class VisitPhoto(models.Model):
    """A photo of a visit: re-encoded, without EXIF."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="photos")
    image = models.FileField("照片", upload_to="visits/%Y/%m/")
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = "走访照片"
        verbose_name_plural = "走访照片"
        constraints = [models.UniqueConstraint(fields=["visit", "digest"], name="visit_photo_once")]

    def __str__(self) -> str:
        return str(self.pk)
