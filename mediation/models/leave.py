"""What a member of a roster asks for himself: leave, a swap, a calendar feed."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from mediation.models.roster import Member, same
from mediation.models.shift import Shift


class LeaveQuerySet(models.QuerySet["Leave"]):
    """Leave by whose roster it touches."""

    def within(self, user: Any, right: str) -> "LeaveQuerySet":
        """Of people who serve at a station in the user's territory."""
        return self.filter(person__in=Member.objects.within(user, right).values("person"))

    def in_force(self) -> "LeaveQuerySet":
        """What the rules must keep."""
        return self.filter(state=Leave.State.APPROVED)


class Leave(models.Model):
    """请假, whole days from first to last; two of one person never overlap (excluded in the database)."""

    class State(models.TextChoices):
        """How far it is."""

        ASKED = "asked", "待批"
        APPROVED = "approved", "已批准"
        REFUSED = "refused", "未批准"
        WITHDRAWN = "withdrawn", "已撤回"

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="请假人"
    )
    starts_on = models.DateField("起")
    ends_on = models.DateField("止")
    kind = models.CharField("类别", max_length=40)
    note = models.CharField("说明", max_length=200, blank=True, default="")
    state = models.CharField("状态", max_length=10, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField("申请时间", auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="审批人"
    )
    decided_at = models.DateTimeField("审批时间", null=True)
    answer = models.CharField("审批意见", max_length=200, blank=True, default="")

    objects = LeaveQuerySet.as_manager()

    class Meta:
        verbose_name = "请假"
        verbose_name_plural = "请假"
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="leave_ends_after_start"),
            ExclusionConstraint(
                name="leave_once_a_day",
                expressions=[
                    (same("person"), RangeOperators.OVERLAPS),
                    (
                        Func(
                            F("starts_on"),
                            F("ends_on"),
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(state__in=["asked", "approved"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.starts_on}–{self.ends_on}"


class Swap(models.Model):
    """换班: `asker` gives `given` to `other` and takes `taken` in return; without one, `other` stands
    in (顶班).

    Both are the versions that were current when asked: a shift that changed since makes the swap void.
    """

    class State(models.TextChoices):
        """How far it is."""

        ASKED = "asked", "等对方答复"
        ACCEPTED = "accepted", "已换班"
        REFUSED = "refused", "对方不同意"
        WITHDRAWN = "withdrawn", "已撤回"

    client_id = models.UUIDField(unique=True)
    payload_hash = models.CharField(max_length=64)
    asker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申请人"
    )
    other = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="对方")
    given = models.ForeignKey(Shift, models.PROTECT, related_name="+", verbose_name="换出")
    taken = models.ForeignKey(
        Shift, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="换入"
    )
    reason = models.CharField("理由", max_length=200)
    state = models.CharField("状态", max_length=10, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField("申请时间", auto_now_add=True)
    answered_at = models.DateTimeField("答复时间", null=True)

    class Meta:
        verbose_name = "换班"
        verbose_name_plural = "换班"
        indexes = [models.Index(fields=["other"], condition=Q(state="asked"), name="swap_open")]
        constraints = [
            models.CheckConstraint(condition=~Q(asker=F("other")), name="swap_with_another"),
            models.UniqueConstraint(fields=["given"], condition=Q(state="asked"), name="swap_asked_once"),
        ]

    def __str__(self) -> str:
        return f"{self.asker_id} ⇄ {self.other_id}"


class Feed(models.Model):
    """日历订阅: a calendar address that a person made for his own shifts, or for a station's (`station`).

    The address carries `nonce` and our signature over it; withdrawing it is `revoked_at`.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="订阅人"
    )
    station = models.ForeignKey(
        "grids.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="工作站"
    )
    nonce = models.CharField(max_length=43, unique=True)
    created_at = models.DateTimeField("时间", auto_now_add=True)
    revoked_at = models.DateTimeField("停用时间", null=True)

    class Meta:
        verbose_name = "日历订阅"
        verbose_name_plural = "日历订阅"
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "station"],
                condition=Q(revoked_at=None),
                name="feed_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.owner_id} {self.station_id}"
