"""Who is what, where, from when to when: the only source of rights."""

from datetime import date

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from shared.dates import today


class Role(models.Model):
    """A named set of rights, as data that an administrator edits; code asks for rights, never for roles."""

    code = models.SlugField("代码", max_length=30, unique=True)
    label = models.CharField("名称", max_length=30)
    rights = ArrayField(models.CharField(max_length=40), verbose_name="权限", default=list)
    unit_rights = ArrayField(
        models.CharField(max_length=40), verbose_name="对交给本单位的事项的权限", default=list, blank=True
    )
    offered = ArrayField(models.CharField(max_length=45), default=list, editable=False)
    """What the shipped definition has brought so far (`unit:` before rights over what is given to the unit):
    a load adds each right once, so that one withdrawn since stays withdrawn."""
    second_factor = models.BooleanField("须用动态口令", default=False)
    idle_minutes = models.PositiveIntegerField("闲置退出（分钟）", default=30)

    class Meta:
        verbose_name = "岗位角色"
        verbose_name_plural = "岗位角色"

    def __str__(self) -> str:
        return self.label


class PostQuerySet(models.QuerySet["Post"]):
    """Posts by time."""

    def on(self, day: date | None = None) -> "PostQuerySet":
        """Posts held on the day (today where none is named)."""
        day = day or today()
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day, area__is_active=True)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Post(models.Model):
    """A user holds a role in an area (and in a unit, where there is one) between two days, both included."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="posts", verbose_name="人员"
    )
    area = models.ForeignKey("grids.Area", models.PROTECT, related_name="posts", verbose_name="区域")
    unit = models.ForeignKey(
        "grids.Unit", models.PROTECT, null=True, blank=True, related_name="posts", verbose_name="单位"
    )
    role = models.ForeignKey(Role, models.PROTECT, related_name="posts", verbose_name="角色")
    starts_on = models.DateField("起", default=today)
    ends_on = models.DateField("止", null=True, blank=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = "任职"
        verbose_name_plural = "任职"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=models.F("starts_on")),
                name="post_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["user", "area", "unit", "role", "starts_on"], name="post_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area} {self.role}"
