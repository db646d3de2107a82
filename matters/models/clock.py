"""Clocks: the limits of the stages, the days that are worked, what ran for a matter, and what moved it."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q


class Unit(models.TextChoices):
    """What a limit counts: working days and days to the end of the last one, minutes day and night."""

    WORKDAYS = "workdays", "个工作日"
    DAYS = "days", "天"
    MINUTES = "minutes", "分钟"


def limit_text(amount: int, unit: str) -> str:
    """`3 个工作日`, `24 小时`: minutes as hours where they are whole ones."""
    if unit == Unit.MINUTES and amount % 60 == 0:
        return f"{amount // 60} 小时"
    return f"{amount} {Unit(unit).label}"


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class ClockRule(models.Model):
    """时限: how long a stage of a kind may take, for one level or ("") for all without their own row."""

    kind = models.SlugField("类型", max_length=20)
    level = models.CharField("等级", max_length=10, blank=True, default="")
    stage = models.SlugField("环节", max_length=12)
    label = models.CharField("名称", max_length=40)
    amount = models.PositiveIntegerField("时限")
    unit = models.CharField("单位", max_length=8, choices=Unit)
    source = models.CharField("依据", max_length=100, default="[D]")

    class Meta:
        verbose_name = "时限"
        verbose_name_plural = "时限"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["kind", "level", "stage"], name="clock_rule_once")]

    def __str__(self) -> str:
        return f"{self.label} {self.shown}"

    @property
    def shown(self) -> str:
        """The limit in words."""
        return limit_text(self.amount, self.unit)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class CalendarDay(models.Model):
    """A day that the street works, or does not, against what the calendar says."""

    day = models.DateField("日期", unique=True)
    is_workday = models.BooleanField("上班")
    name = models.CharField("说明", max_length=40)

    class Meta:
        verbose_name = "例外日"
        verbose_name_plural = "例外日"
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.name}"


class ClockRun(models.Model):
    """One stage's clock of one matter. The one that runs is the matter's `due_at` and `warn_at`.

    `due_at` = the limit from `started_at`, moved by its pauses and granted extensions. A stage that begins
    again in the same life of the matter (退回重办) goes on with its old run; a reopened matter has new ones.
    """

    matter = models.ForeignKey("matters.Matter", models.PROTECT, related_name="runs")
    life = models.PositiveSmallIntegerField(default=0)
    stage = models.SlugField("环节", max_length=12)
    amount = models.PositiveIntegerField("时限")
    unit = models.CharField("单位", max_length=8, choices=Unit)
    started_at = models.DateTimeField("起算")
    due_at = models.DateTimeField("期限")
    warn_at = models.DateTimeField("预警")
    stopped_at = models.DateTimeField("停表", null=True)
    graded = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    """How far the sweep is with the present deadline: the place of its last card among the grades, 0 = none.
    So it looks at what is newly due, not at all that is late."""

    class Meta:
        verbose_name = "计时"
        verbose_name_plural = "计时"
        ordering = ["id"]
        indexes = [
            models.Index(fields=["graded", "due_at"], condition=Q(stopped_at=None), name="run_due"),
            models.Index(fields=["graded", "warn_at"], condition=Q(stopped_at=None), name="run_warn"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["matter", "life", "stage"], name="run_once"),
            models.UniqueConstraint(
                fields=["matter"], condition=Q(stopped_at=None), name="run_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.stage}"


class Pause(models.Model):
    """暂停: time that does not count. `moved` = by how much the deadline moved: days, seconds for minutes."""

    run = models.ForeignKey(ClockRun, models.PROTECT, related_name="pauses")
    reason = models.CharField("原因", max_length=200)
    started_at = models.DateTimeField("暂停")
    ended_at = models.DateTimeField("恢复", null=True)
    moved = models.PositiveIntegerField("顺延", default=0)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="经办人"
    )

    class Meta:
        verbose_name = "暂停"
        verbose_name_plural = "暂停"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["run"], condition=Q(ended_at=None), name="pause_one_open"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=models.F("started_at")),
                name="pause_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.reason


class Extension(models.Model):
    """延期: asked before expiry, decided by somebody else."""

    class State(models.TextChoices):
        """How far it is."""

        ASKED = "asked", "待批准"
        GRANTED = "granted", "已同意"
        REFUSED = "refused", "未同意"
        LAPSED = "lapsed", "已失效"

    run = models.ForeignKey(ClockRun, models.PROTECT, related_name="extensions")
    days = models.PositiveSmallIntegerField("天数")
    reason = models.TextField("原因")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("申请时间")
    state = models.CharField("结果", max_length=8, choices=State, default=State.ASKED)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField("批复时间", null=True)

    class Meta:
        verbose_name = "延期"
        verbose_name_plural = "延期"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["run"], condition=Q(state="asked"), name="extension_one_open"),
            models.CheckConstraint(
                condition=~Q(state="granted")
                | (Q(decided_by__isnull=False) & ~Q(decided_by=models.F("asked_by"))),
                name="extension_granted_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.days}天"


class Card(models.Model):
    """What a deadline led to: told once for each, however often the sweep looks."""

    class Grade(models.TextChoices):
        """Domain.md, Two clocks: 80 %, 100 %, the next day, +5 working days."""

        YELLOW = "yellow", "黄牌"
        RED = "red", "红牌"
        REMINDER = "reminder", "催办"
        BULLETIN = "bulletin", "通报"

    matter = models.ForeignKey("matters.Matter", models.PROTECT, related_name="cards")
    stage = models.SlugField("环节", max_length=12)
    grade = models.CharField("牌", max_length=8, choices=Grade)
    deadline = models.DateTimeField("期限")
    made_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "亮牌"
        verbose_name_plural = "亮牌"
        ordering = ["id"]
        indexes = [models.Index(fields=["grade", "-made_at"], name="card_by_grade")]
        constraints = [
            models.UniqueConstraint(fields=["matter", "stage", "deadline", "grade"], name="card_once")
        ]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.get_grade_display()}"
