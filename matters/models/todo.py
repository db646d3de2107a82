"""Saved searches and bulk assignments of the to-do list."""

import pgtrigger
from django.conf import settings
from django.db import models


class SavedSearch(models.Model):
    """A person's own search of the list of matters, by name; `query` as it stands in the address."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="searches", verbose_name="用户"
    )
    name = models.CharField("名称", max_length=20)
    query = models.CharField("条件", max_length=500)

    class Meta:
        verbose_name = "常用查找"
        verbose_name_plural = "常用查找"
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="saved_search_once")]

    def __str__(self) -> str:
        return self.name


class BulkAssignment(models.Model):
    """批量流转: who sent which matters where in one press, and what became of each. Append-only.

    Given to a unit without an area, each matter stays where it is.
    """

    client_id = models.UUIDField(unique=True)
    payload_hash = models.CharField(max_length=64)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人"
    )
    area = models.ForeignKey("grids.Area", models.PROTECT, null=True, related_name="+", verbose_name="交给")
    unit = models.ForeignKey("grids.Unit", models.PROTECT, null=True, related_name="+", verbose_name="单位")
    note = models.TextField("交办说明", blank=True, default="")
    at = models.DateTimeField("时间", auto_now_add=True)
    result = models.JSONField("结果")

    class Meta:
        verbose_name = "批量流转"
        verbose_name_plural = "批量流转"
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.actor_id} → {self.area_id or self.unit_id}"

    @property
    def done(self) -> list[dict[str, object]]:
        """Matters that were assigned."""
        return [row for row in self.result if not row["refused"]]

    @property
    def refused(self) -> list[dict[str, object]]:
        """Matters that were not, each with why."""
        return [row for row in self.result if row["refused"]]
