"""The street's territory: areas in a tree, the house numbers that lead to a grid, the offices in it."""

from typing import Any

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models, transaction

from grids.scope import ScopedQuerySet


class AreaQuerySet(ScopedQuerySet["Area"]):
    """Areas by place in the tree."""

    area_field = ""

    def under(self, area: "Area") -> "AreaQuerySet":
        """The area itself and all below it."""
        return self.filter(path__startswith=area.path)

    @transaction.atomic
    def plant(self, *, parent: "Area | None" = None, **fields: Any) -> "Area":
        """Create an area below `parent` with its path."""
        area = self.create(parent=parent, **fields)
        area.path = f"{parent.path if parent else '/'}{area.pk}/"
        area.save(update_fields=["path"])
        return area


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Area(models.Model):
    """A street, a village or community (村社), or a grid. `path` (`/1/12/3/`) holds the whole line of
    parents.
    """

    class Level(models.TextChoices):
        """Depth in the tree."""

        STREET = "street", "街道"
        VILLAGE = "village", "村"
        COMMUNITY = "community", "社区"
        GRID = "grid", "网格"

    VILLAGE_LEVELS = (Level.VILLAGE, Level.COMMUNITY)

    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    level = models.CharField("层级", max_length=10, choices=Level)
    name = models.CharField("名称", max_length=60)
    code = models.CharField("区划代码", max_length=12, blank=True, default="")
    path = models.CharField(max_length=120, blank=True, default="", editable=False)
    aliases = ArrayField(models.CharField(max_length=60), verbose_name="曾用名", default=list, blank=True)
    outline = models.JSONField("边界 GeoJSON", null=True, blank=True)
    population = models.PositiveIntegerField("常住人口", default=0)
    is_active = models.BooleanField("在用", default=True)

    objects = AreaQuerySet.as_manager()

    class Meta:
        verbose_name = "区域"
        verbose_name_plural = "区域"
        indexes = [
            models.Index(fields=["path"], name="area_path_prefix", opclasses=["text_pattern_ops"]),
            GinIndex(fields=["aliases"], name="area_aliases"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "name"], condition=models.Q(is_active=True), name="area_name_once_in_parent"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def parent_ids(self) -> list[int]:
        """Ids from the root down to this area."""
        return [int(part) for part in self.path.strip("/").split("/") if part]


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class AddressRule(models.Model):
    """标准地址段: house numbers `low`–`high` of a road in a village belong to a grid (or only to the
    village).
    """

    area = models.ForeignKey(Area, models.CASCADE, related_name="address_rules", verbose_name="归属网格")
    village = models.ForeignKey(Area, models.CASCADE, related_name="+", verbose_name="所属村社")
    road = models.CharField("道路或片区", max_length=60)
    low = models.PositiveIntegerField("起始门牌", default=0)
    high = models.PositiveIntegerField("截止门牌", default=99999)

    class Meta:
        verbose_name = "地址段"
        verbose_name_plural = "地址段"
        indexes = [models.Index(fields=["village", "road", "low"], name="address_rule_lookup")]
        constraints = [
            models.CheckConstraint(condition=models.Q(low__lte=models.F("high")), name="address_low_to_high")
        ]

    def __str__(self) -> str:
        return f"{self.road}{self.low}–{self.high}号"


class Unit(models.Model):
    """An office that people hold posts in: police station, joint station, department, team."""

    class Kind(models.TextChoices):
        """What sort of office."""

        POLICE = "police", "派出所"
        COMMAND = "command", "指挥室"
        STATION = "station", "联勤工作站"
        DEPARTMENT = "department", "部门"
        TEAM = "team", "队伍"

    kind = models.CharField("类型", max_length=12, choices=Kind)
    name = models.CharField("名称", max_length=60)
    area = models.ForeignKey(Area, models.PROTECT, related_name="units", verbose_name="服务区域")

    class Meta:
        verbose_name = "单位"
        verbose_name_plural = "单位"
        constraints = [models.UniqueConstraint(fields=["area", "kind", "name"], name="unit_once")]

    def __str__(self) -> str:
        return self.name
