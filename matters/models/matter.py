"""The matter and its timeline: one table for every hazard, police incident, dispute and report."""

from datetime import UTC, datetime
from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce, Now

from grids.scope import (
    ScopedQuerySet,
    bound_to,
    covers,
    posts_of,
    reaches,
    rights_of,
    units_of,
    within,
)
from matters.loop import KINDS
from shared.fields import InitialsField

FAR = datetime(9999, 1, 1, tzinfo=UTC)
TERM = Coalesce("due_at", Value(FAR), output_field=models.DateTimeField())
"""Sorts those without a due date last."""


class MatterQuerySet(ScopedQuerySet["Matter"]):
    """Matters by territory (or office) and by whether they still wait."""

    area_field = "area"
    unit_field = "unit"

    def within(self, user: Any, right: str) -> Any:
        """Only rows in the territory, of the kinds whose words the user may read or given to his unit."""
        held = rights_of(user)
        hidden = [kind.code for kind in KINDS.values() if kind.reader not in held]
        bound = [kind.code for kind in KINDS.values() if kind.by_office and kind.reader in held]
        if bound and any(bound_to(post) for post in posts_of(user)):
            theirs = Q(kind__in=bound) & within(user, right, "area", "unit")
            seen = self.filter(theirs | ~Q(kind__in=bound) & within(user, right, unit="unit"))
        else:
            seen = super().within(user, right)
        return seen.exclude(Q(kind__in=hidden) & ~Q(unit__in=units_of(user, right))) if hidden else seen

    def open(self) -> "MatterQuerySet":
        """Not ended."""
        return self.filter(closed_at=None)


class Matter(models.Model):
    """事项. Only `matters.workflow` writes `state`; a closed one has outcome and answer, enforced here.

    `due_at` and `warn_at` are those of the clock that runs now (matters/clocks.py): none while it is paused
    (`paused_at`); the last one's once the matter is closed. `asked_by` = who waits for an extension.
    """

    class Outcome(models.TextChoices):
        """How it ended; "fixed", "not ours" and "cancelled" are different endings."""

        SETTLED = "settled", "已解决"
        NOT_OURS = "not_ours", "不属本街道"
        UNFOUNDED = "unfounded", "查无此事"
        PASSED_ON = "passed_on", "已移交"
        COULD_NOT = "could_not", "未能解决"
        CANCELLED = "cancelled", "已撤销"
        MERGED = "merged", "已并案"

    kind = models.CharField("类型", max_length=20)
    gravity = models.CharField("等级", max_length=10, blank=True, db_default="", default="")
    number = models.CharField("编号", max_length=40, unique=True)
    title = models.CharField("标题", max_length=120)
    initials = InitialsField("拼音首字母", of="title")
    area = models.ForeignKey("grids.Area", models.PROTECT, related_name="matters", verbose_name="所在区域")
    state = models.CharField("状态", max_length=16)
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="上报人",
    )
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="办理人",
    )
    unit = models.ForeignKey(
        "grids.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办理单位"
    )
    occurred_at = models.DateTimeField("发生时间")
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    warn_at = models.DateTimeField("预警时间", null=True, blank=True)
    due_at = models.DateTimeField("期限", null=True, blank=True)
    moved_at = models.DateTimeField("最近进展", db_default=Now())
    paused_at = models.DateTimeField("暂停计时", null=True, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="申请延期人",
    )
    supervised_at = models.DateTimeField("督办时间", null=True, blank=True)
    reopened = models.PositiveSmallIntegerField("重开次数", db_default=0, default=0)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name="并入"
    )
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    outcome = models.CharField("结果", max_length=12, choices=Outcome, blank=True, default="")
    answer = models.TextField("答复", blank=True, default="")
    version = models.PositiveIntegerField(default=1)

    objects = MatterQuerySet.as_manager()

    class Meta:
        verbose_name = "事项"
        verbose_name_plural = "事项"
        indexes = [
            GinIndex(SearchVector("initials", config="simple"), name="matter_initials"),
            models.Index(fields=["area", "-occurred_at"], name="matter_by_area"),
            models.Index(fields=["kind", "-occurred_at"], name="matter_by_kind"),
            models.Index(fields=["-occurred_at", "-id"], name="matter_recent"),
            models.Index(fields=["due_at"], condition=Q(closed_at=None), name="matter_open_due"),
            models.Index(TERM, "id", condition=Q(closed_at=None), name="matter_open_term"),
            models.Index(
                fields=["area", "kind", "state", "due_at"],
                condition=Q(closed_at=None),
                name="matter_open_area",
            ),
            models.Index(fields=["state", "handler"], condition=Q(closed_at=None), name="matter_open_state"),
            models.Index(fields=["closed_at"], condition=Q(closed_at__isnull=False), name="matter_closed"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None) | (~Q(outcome="") & ~Q(answer="")),
                name="matter_closed_has_answer",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def reached_by(self, user: Any, right: str) -> bool:
        """Whether the user holds the right over this row: by its area, or by its office where the kind goes
        by offices, or because it is given to the user's unit. The area must be at hand.
        """
        if self.unit_id is not None and self.unit_id in units_of(user, right):
            return True
        if KINDS[self.kind].by_office:
            return reaches(user, right, self.area, self.unit_id)
        return covers(user, right, self.area)


class Event(models.Model):
    """One line of a matter's timeline: who did what, from which state to which, when, with what. Append-only
    by trigger.
    """

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="events")
    action = models.CharField("动作", max_length=20)
    label = models.CharField("名称", max_length=20)
    from_state = models.CharField(max_length=16, blank=True, default="")
    to_state = models.CharField(max_length=16)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="经办人"
    )
    at = models.DateTimeField("时间")
    note = models.TextField("说明", blank=True, default="")
    evidence = models.JSONField("依据", default=dict)

    class Meta:
        verbose_name = "事项记录"
        verbose_name_plural = "事项记录"
        ordering = ["id"]
        indexes = [models.Index(fields=["matter", "id"], name="event_timeline")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.label}"
