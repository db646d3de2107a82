"""A roster as the generator proposes it: the run, and its seats."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from grids.scope import ScopedQuerySet
from mediation.models.shift import Seat


class ProposalQuerySet(ScopedQuerySet["Proposal"]):
    """Proposals by the area that holds all their stations."""


class Proposal(models.Model):
    """排班方案: one run of the generator over some stations; edited by hand, then published or dropped.

    `seen` is the newest published shift of these stations and days that the proposal knows of; `version`
    counts edits; `touched_at` is the lease of the worker that runs it; `report` holds what it found (text
    for people).
    """

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", "排队中"
        RUNNING = "running", "正在排班"
        READY = "ready", "待发布"
        FAILED = "failed", "未能完成"
        PUBLISHED = "published", "已发布"
        DROPPED = "dropped", "已作废"

    client_id = models.UUIDField(unique=True)
    payload_hash = models.CharField(max_length=64)
    area = models.ForeignKey("grids.Area", models.PROTECT, related_name="+", verbose_name="区域")
    stations = models.ManyToManyField("grids.Unit", related_name="+", verbose_name="工作站")
    starts_on = models.DateField("起")
    days = models.PositiveSmallIntegerField("天数", default=28)
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    done = models.PositiveSmallIntegerField("已完成组数", default=0)
    total = models.PositiveSmallIntegerField("组数", default=0)
    message = models.CharField("说明", max_length=300, blank=True, default="")
    report = models.JSONField("结果", default=dict, blank=True)
    version = models.PositiveIntegerField(default=1)
    seen = models.BigIntegerField(default=0)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="排班人"
    )
    asked_at = models.DateTimeField("时间", auto_now_add=True)
    touched_at = models.DateTimeField(auto_now_add=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="发布人"
    )
    published_at = models.DateTimeField("发布时间", null=True)
    gap_reason = models.CharField("带缺口发布的理由", max_length=200, blank=True, default="")

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = "排班方案"
        verbose_name_plural = "排班方案"
        indexes = [
            models.Index(
                fields=["touched_at"],
                condition=Q(state__in=["waiting", "running"]),
                name="proposal_unfinished",
            )
        ]
        constraints = [
            models.CheckConstraint(condition=Q(days__gte=1, days__lte=35), name="proposal_days"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on} +{self.days}"


class ProposedShift(Seat):
    """A seat of a proposal; `why` says for each person who might have taken a gap why he cannot."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="shifts")
    why = models.JSONField("原因", default=list, blank=True)

    class Meta:
        verbose_name = "方案班次"
        verbose_name_plural = "方案班次"
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "station", "pattern", "department", "day", "seat"],
                name="proposed_seat_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.pattern_id}"
