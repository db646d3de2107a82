"""Brand studios and mediators: who takes which disputes, and from which station."""

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from grids.scope import ScopedQuerySet


class BrandQuerySet(ScopedQuerySet["Brand"]):
    """Brands by the street that their station serves."""

    area_field = "station__area"


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Brand(models.Model):
    """品牌调解室 (老梁调解室 …): a studio known for some sorts of dispute. Its members are mediators.

    `fields` holds codes of the vocabulary `dispute_type`; empty = takes all sorts.
    """

    name = models.CharField("名称", max_length=40)
    station = models.ForeignKey(
        "grids.Unit", models.PROTECT, related_name="brands", verbose_name="所在工作站"
    )
    fields = ArrayField(models.CharField(max_length=40), verbose_name="擅长类型", default=list, blank=True)
    about = models.CharField("简介", max_length=200, blank=True, default="")
    is_active = models.BooleanField("在用", default=True)

    objects = BrandQuerySet.as_manager()

    class Meta:
        verbose_name = "品牌调解室"
        verbose_name_plural = "品牌调解室"
        constraints = [models.UniqueConstraint(fields=["station", "name"], name="brand_once")]

    def __str__(self) -> str:
        return self.name


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Mediator(models.Model):
    """调解员: what a mediating user is good at. Whether he may act, his posts say; this helps to choose."""

    class Kind(models.TextChoices):
        """How he came to mediate."""

        FULL_TIME = "full_time", "专职"
        PART_TIME = "part_time", "兼职"
        LAWYER = "lawyer", "律师"
        VOLUNTEER = "volunteer", "志愿者"

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        primary_key=True,
        related_name="mediator_profile",
        verbose_name="人员",
    )
    station = models.ForeignKey(
        "grids.Unit", models.PROTECT, related_name="mediators", verbose_name="所在工作站"
    )
    brand = models.ForeignKey(
        Brand, models.PROTECT, null=True, blank=True, related_name="members", verbose_name="品牌调解室"
    )
    kind = models.CharField("类别", max_length=10, choices=Kind, default=Kind.FULL_TIME)
    fields = ArrayField(models.CharField(max_length=40), verbose_name="擅长类型", default=list, blank=True)
    is_active = models.BooleanField("在册", default=True)

    class Meta:
        verbose_name = "调解员"
        verbose_name_plural = "调解员"

    def __str__(self) -> str:
        return self.user.name
