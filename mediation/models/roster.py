"""Who serves at a joint station and when: patterns, members, departments, proposals, shifts, leave, swaps."""

from datetime import date
from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    ArrayField,
    BigIntegerRangeField,
    DateRangeField,
    DateTimeRangeField,
    RangeOperators,
)
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q, Value

from grids.scope import ScopedQuerySet
from shared.dates import today

NIGHT_FROM, NIGHT_TO = 0, 5
"""A shift is a night shift where it has any part of the hours between (Shanghai)."""
WORKDAYS = [0, 1, 2, 3, 4]


def same(column: str) -> Func:
    """A key as a range of one: `=` for an exclusion that must do without btree_gist (docs/decisions/0028)."""
    return Func(F(column), F(column), Value("[]"), function="int8range", output_field=BigIntegerRangeField())


class StationQuerySet(ScopedQuerySet[Any]):
    """Rows by the territory of their station."""

    area_field = "station__area"

    def on(self, first: date | None = None, last: date | None = None) -> Any:
        """Those that hold on some day between the two (today where none is named)."""
        first = first or today()
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=first), starts_on__lte=last or first)


class ShiftPattern(models.Model):
    """班次, as data: when it begins, how long it lasts, on which weekdays, and for whom it is.

    `need` mediators at the same time; for departments one of each that is at the station that day
    (`Presence`).
    """

    class Kind(models.TextChoices):
        """Whom it calls."""

        MEDIATOR = "mediator", "调解员值班"
        DEPARTMENT = "department", "部门驻站"

    station = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+", verbose_name="工作站")
    kind = models.CharField("给谁", max_length=10, choices=Kind)
    name = models.CharField("班次", max_length=20)
    starts = models.TimeField("开始")
    hours = models.PositiveSmallIntegerField(
        "时长（小时）", validators=[MinValueValidator(1), MaxValueValidator(24)]
    )
    weekdays = ArrayField(models.PositiveSmallIntegerField(), verbose_name="星期（0=周一）", default=list)
    need = models.PositiveSmallIntegerField("人数", default=1)
    position = models.PositiveSmallIntegerField("次序", default=0)
    is_active = models.BooleanField("在用", default=True)

    objects = StationQuerySet.as_manager()

    class Meta:
        verbose_name = "班次"
        verbose_name_plural = "班次"
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["station", "name"], condition=Q(is_active=True), name="pattern_name_once"
            ),
            models.CheckConstraint(condition=Q(hours__gte=1, hours__lte=24), name="pattern_hours"),
            models.CheckConstraint(condition=Q(need__gte=1), name="pattern_need"),
        ]

    def __str__(self) -> str:
        return self.name


class Presence(models.Model):
    """部门驻站: a department is at a station every day (常驻), or takes its turn by week or day (轮值)."""

    class Mode(models.TextChoices):
        """How often."""

        RESIDENT = "resident", "常驻"
        WEEKLY = "weekly", "按周轮值"
        DAILY = "daily", "按日轮值"

    station = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+", verbose_name="工作站")
    department = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+", verbose_name="部门")
    mode = models.CharField("方式", max_length=8, choices=Mode)
    position = models.PositiveSmallIntegerField("轮值次序", default=0)
    starts_on = models.DateField("起", default=today)
    ends_on = models.DateField("止", null=True, blank=True)

    objects = StationQuerySet.as_manager()

    class Meta:
        verbose_name = "部门驻站"
        verbose_name_plural = "部门驻站"
        ordering = ["mode", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["station", "department"], condition=Q(ends_on=None), name="presence_once"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="presence_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department} {self.get_mode_display()}"


class Member(models.Model):
    """排班成员: who can be put on a station's roster, as a mediator (`department` empty) or for a
    department.

    `nights` False: never on a night shift (女职工劳动保护特别规定 Art. 6 and 9: pregnant and nursing).
    """

    station = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+", verbose_name="工作站")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="roster_memberships", verbose_name="人员"
    )
    department = models.ForeignKey(
        "grids.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="部门"
    )
    nights = models.BooleanField("可排夜班", default=True)
    starts_on = models.DateField("起", default=today)
    ends_on = models.DateField("止", null=True, blank=True)

    objects = StationQuerySet.as_manager()

    class Meta:
        verbose_name = "排班成员"
        verbose_name_plural = "排班成员"
        constraints = [
            models.UniqueConstraint(
                fields=["station", "person"], condition=Q(ends_on=None), name="member_once"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="member_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} @ {self.station}"


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


class Seat(models.Model):
    """One place on a roster: a pattern of a station on a day, for a department or a mediator."""

    station = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+", verbose_name="工作站")
    pattern = models.ForeignKey(ShiftPattern, models.PROTECT, related_name="+", verbose_name="班次")
    department = models.ForeignKey(
        "grids.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="部门"
    )
    day = models.DateField("日期")
    seat = models.PositiveSmallIntegerField("席位", default=0)
    starts_at = models.DateTimeField("开始")
    ends_at = models.DateTimeField("结束")
    is_night = models.BooleanField("夜班", default=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="值班人",
    )

    class Meta:
        abstract = True

    @property
    def hours(self) -> float:
        """How long it lasts."""
        return (self.ends_at - self.starts_at).total_seconds() / 3600


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


class ShiftQuerySet(ScopedQuerySet["Shift"]):
    """Published shifts by the territory of their station."""

    area_field = "station__area"

    def standing(self) -> "ShiftQuerySet":
        """The versions that count now; `person` empty = a gap."""
        return self.filter(is_current=True, cancelled=False)


class Shift(Seat):
    """One version of a published shift. A change is a new row with the next `version` and a reason.

    `uid` names the seat, whoever holds it, so that calendars follow it. A trigger lets a row change once
    only: `is_current` goes from true to false when its successor is written.
    """

    uid = models.UUIDField()
    version = models.PositiveIntegerField("版本", default=0)
    is_current = models.BooleanField(default=True)
    cancelled = models.BooleanField("已取消", default=False)
    reason = models.CharField("理由", max_length=200, blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="发布人"
    )
    at = models.DateTimeField("发布时间", auto_now_add=True)

    objects = ShiftQuerySet.as_manager()

    class Meta:
        verbose_name = "班次安排"
        verbose_name_plural = "班次安排"
        indexes = [
            models.Index(
                fields=["station", "starts_at"], condition=Q(is_current=True), name="shift_by_station"
            ),
            models.Index(fields=["person", "starts_at"], name="shift_by_person"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["uid", "version"], name="shift_version_once"),
            models.UniqueConstraint(fields=["uid"], condition=Q(is_current=True), name="shift_current_once"),
            ExclusionConstraint(
                name="shift_no_double_duty",
                expressions=[
                    (same("person"), RangeOperators.OVERLAPS),
                    (
                        Func(
                            F("starts_at"),
                            F("ends_at"),
                            function="tstzrange",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(is_current=True, cancelled=False, person__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="append_only", exclude=["is_current"]),
            pgtrigger.Protect(
                name="succeeded_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__is_current=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.uid} v{self.version}"


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
