"""Key persons and key places: whom the grid visits, how often, and when it need not."""

from datetime import date

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from grids.scope import ScopedQuerySet
from shared.crypto import blind, mask
from shared.fields import EncryptedField


class TargetQuerySet(ScopedQuerySet["Target"]):
    """Targets by territory and by what is due."""

    area_field = "grid"

    def due(self, day: date) -> "TargetQuerySet":
        """Active targets whose visit is due by the day, overdue ones included."""
        return self.filter(is_active=True, suspended_on=None, due_on__lte=day)


@pghistory.track(
    pghistory.UpdateEvent(
        condition=pghistory.AnyChange(
            *("name", "category", "colour", "grid", "address", "id_index", "phone_index", "is_active"),
            "suspended_on",
        )
    ),
    pghistory.DeleteEvent(),
)
class Target(models.Model):
    """走访对象. `due_on` is the last day of the visit that is owed now; a valid visit moves it by the
    colour's interval.
    """

    class Kind(models.TextChoices):
        """Person or place."""

        PERSON = "person", "重点人员"
        PLACE = "place", "重点场所"

    class Colour(models.TextChoices):
        """Attention level; the days between visits are Parameters `visit_days_<colour>`."""

        RED = "red", "红色"
        YELLOW = "yellow", "黄色"
        GREEN = "green", "绿色"

    kind = models.CharField("类型", max_length=6, choices=Kind)
    category = models.CharField("类别", max_length=40)
    name = models.CharField("姓名或名称", max_length=80)
    initials = models.CharField("拼音首字母", max_length=40, blank=True, default="", db_index=True)
    colour = models.CharField("等级", max_length=6, choices=Colour, default=Colour.GREEN)
    grid = models.ForeignKey("grids.Area", models.PROTECT, related_name="targets", verbose_name="责任网格")
    address = models.CharField("地址", max_length=120, blank=True, default="")
    latitude = models.FloatField("纬度", null=True, blank=True)
    longitude = models.FloatField("经度", null=True, blank=True)
    contact_name = models.CharField("联系人", max_length=60, blank=True, default="")
    phone = EncryptedField("电话", blank=True, default="")
    phone_index = models.CharField(max_length=32, blank=True, default="", db_index=True, editable=False)
    phone_tail = models.CharField("电话后四位", max_length=4, blank=True, default="", editable=False)
    id_number = EncryptedField("证件号码", blank=True, default="")
    id_index = models.CharField(max_length=32, blank=True, default="", db_index=True, editable=False)
    born_in = models.PositiveSmallIntegerField("出生年", null=True, blank=True)
    note = models.CharField("要看什么", max_length=200, blank=True, default="")
    chips = ArrayField(models.CharField(max_length=40), verbose_name="常做事项", default=list, blank=True)
    enrolled_on = models.DateField("列入日期")
    last_visit_on = models.DateField("上次走访", null=True, blank=True)
    due_on = models.DateField("应访日期")
    suspended_on = models.DateField("暂停自", null=True, blank=True)
    is_active = models.BooleanField("在册", default=True)
    external_id = models.CharField("来源编号", max_length=60, blank=True, default="")
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = "走访对象"
        verbose_name_plural = "走访对象"
        indexes = [
            models.Index(
                fields=["grid", "due_on", "id"],
                condition=Q(is_active=True, suspended_on=None),
                name="target_due",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "external_id"], condition=~Q(external_id=""), name="target_external_once"
            )
        ]

    def __str__(self) -> str:
        return self.shown

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the blind indexes in step with what they stand for."""
        self.phone_index = blind(self.phone, "phone")
        self.phone_tail = self.phone[-4:]
        self.id_index = blind(self.id_number, "id")
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def shown(self) -> str:
        """The name as a page shows it: a person's is masked, a place's is not."""
        return mask(self.name) if self.kind == self.Kind.PERSON else self.name


class Suspension(models.Model):
    """A time in which a target need not be visited, with the reason (住院, 外出, 停业…) and who said so."""

    target = models.ForeignKey(Target, models.CASCADE, related_name="suspensions")
    starts_on = models.DateField("起")
    ends_on = models.DateField("止", null=True, blank=True)
    reason = models.CharField("原因", max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人")
    at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = "暂停走访"
        verbose_name_plural = "暂停走访"
        constraints = [
            models.UniqueConstraint(
                fields=["target"], condition=Q(ends_on=None), name="suspension_one_open_per_target"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=models.F("starts_on")),
                name="suspension_ends_after",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target_id} {self.starts_on}"


class DueChange(models.Model):
    """An owed visit that ended without one: the target was suspended, got another colour, or left the
    register.

    `due_on` is the day that had been owed, `changed_on` the day on which it stopped to be. Together with
    `Visit.due_on` (what a visit answered) and `Target.due_on` (what is owed now) it makes coverage of past
    periods exact.
    """

    class Reason(models.TextChoices):
        """Why it is no longer owed."""

        SUSPENDED = "suspended", "暂停走访"
        RECOLOURED = "recoloured", "调整等级"
        REMOVED = "removed", "移出名册"

    target = models.ForeignKey(Target, models.CASCADE, related_name="due_changes")
    due_on = models.DateField("原应访日期")
    changed_on = models.DateField("变更日期")
    reason = models.CharField("原因", max_length=10, choices=Reason)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人")

    class Meta:
        verbose_name = "应访日期变更"
        verbose_name_plural = "应访日期变更"
        indexes = [models.Index(fields=["target", "changed_on"], name="due_change_by_target")]

    def __str__(self) -> str:
        return f"{self.target_id} {self.due_on}"
