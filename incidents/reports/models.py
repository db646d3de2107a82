"""A resident's report, its ratings, and the counters that keep one sender from flooding the street."""

import secrets

import pgtrigger
from django.db import models

from grids.scope import ScopedQuerySet
from incidents.reports.phones import phone_index
from shared.fields import EncryptedField

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0 and O, 1, I and L: the code is read aloud and copied by hand."""
CODE_LENGTH = 10
BY = "群众"
"""Who wrote a line that has no account, for its readers."""


def new_code() -> str:
    """A code that nobody guesses: ten of 31 signs are 49 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


class CitizenReportQuerySet(ScopedQuerySet["CitizenReport"]):
    """Reports by the territory of their matter."""

    area_field = "matter__area"


class CitizenReport(models.Model):
    """群众上报. Who sent it is known only as far as he said: a phone, or a WeChat sign-in (blind index)."""

    class Placed(models.TextChoices):
        """How its area was found; `tray` waits with the street."""

        CHOSEN = "chosen", "上报人选的村社"
        ADDRESS = "address", "按地址"
        ALIAS = "alias", "按曾用名"
        TRAY = "tray", "待街道分派"

    matter = models.OneToOneField(
        "matters.Matter", models.PROTECT, primary_key=True, related_name="citizen_report"
    )
    client_id = models.UUIDField(unique=True)
    payload_hash = models.CharField(max_length=64)
    code = models.CharField("查询码", max_length=CODE_LENGTH, unique=True, default=new_code)
    report_type = models.CharField("类型", max_length=40, db_index=True)
    description = models.TextField("情况", max_length=2000)
    address = models.CharField("地点", max_length=200, blank=True, default="")
    placed = models.CharField("落格方式", max_length=8, choices=Placed)
    phone = EncryptedField("联系电话", blank=True, default="")
    phone_index = models.CharField(max_length=32, blank=True, default="", db_index=True, editable=False)
    phone_tail = models.CharField(max_length=4, blank=True, default="", db_index=True, editable=False)
    wechat_index = models.CharField(max_length=32, blank=True, default="", db_index=True)
    continued_as = models.ForeignKey(
        "matters.Matter", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="转为"
    )
    latitude = models.FloatField("纬度", null=True, blank=True)
    longitude = models.FloatField("经度", null=True, blank=True)
    accuracy = models.FloatField("精度（米）", null=True, blank=True)

    objects = CitizenReportQuerySet.as_manager()

    class Meta:
        verbose_name = "群众上报"
        verbose_name_plural = "群众上报"

    def __str__(self) -> str:
        return self.description[:30]

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep index and tail in step with the phone number."""
        self.phone_index, self.phone_tail = phone_index(self.phone), self.phone[-4:]
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class RatingQuerySet(ScopedQuerySet["Rating"]):
    """Ratings by the territory of their report."""

    area_field = "report__matter__area"

    def valid(self) -> "RatingQuerySet":
        """Of the answer that stands now: one that was reopened since counts only when rated anew."""
        return self.filter(answered_at=models.F("report__matter__closed_at"))


class Rating(models.Model):
    """What the resident thinks of one answer: once for each time that the report was closed. Append-only."""

    class Score(models.TextChoices):
        """满意度."""

        SATISFIED = "satisfied", "满意"
        MOSTLY = "mostly", "基本满意"
        SO_SO = "so_so", "一般"
        NOT = "not", "不满意"

    GOOD = (Score.SATISFIED, Score.MOSTLY)

    report = models.ForeignKey(CitizenReport, models.PROTECT, related_name="ratings")
    answered_at = models.DateTimeField("答复时间")
    score = models.CharField("评价", max_length=10, choices=Score)
    words = models.CharField("意见", max_length=500, blank=True, default="")
    at = models.DateTimeField("评价时间", auto_now_add=True)

    objects = RatingQuerySet.as_manager()

    class Meta:
        verbose_name = "群众评价"
        verbose_name_plural = "群众评价"
        constraints = [
            models.UniqueConstraint(fields=["report", "answered_at"], name="rating_once_an_answer")
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.get_score_display()


class UseCount(models.Model):
    """How often one sender did one thing in one span of time. `key` is a keyed hash: no address is kept."""

    key = models.CharField(max_length=32)
    starts_at = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField()

    class Meta:
        verbose_name = "使用次数"
        verbose_name_plural = "使用次数"
        constraints = [models.UniqueConstraint(fields=["key", "starts_at"], name="use_count_once")]

    def __str__(self) -> str:
        return str(self.count)
