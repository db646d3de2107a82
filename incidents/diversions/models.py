"""One passing-on of a police incident, with the limits as they stood then and the times of its steps."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from grids.scope import ScopedQuerySet

COMMAND_ROOM = "街道指挥室"


@dataclass(frozen=True)
class Step:
    """One step of a diversion: until when, when it was done (None = not yet), and whether it was needed."""

    code: str
    name: str
    limit: datetime
    at: datetime | None
    waived: bool = False

    def late(self, now: datetime) -> bool:
        """Done after its limit, or not done though it has passed."""
        return not self.waived and (self.at or now) > self.limit


class DiversionQuerySet(ScopedQuerySet["Diversion"]):
    """Diversions by the territory of their matter."""

    area_field = "matter__area"

    def running(self) -> "DiversionQuerySet":
        """Neither closed nor taken back."""
        return self.filter(ended_at=None)


class Diversion(models.Model):
    """分流. `next_at` is the nearest limit that is neither kept nor told: the sweep reads it."""

    class Ending(models.TextChoices):
        """How it ended; only `closed` counts as settled."""

        CLOSED = "closed", "已办结"
        HANDED_BACK = "handed_back", "已退回"
        REASSIGNED = "reassigned", "已改派"
        CANCELLED = "cancelled", "已撤销"

    matter = models.ForeignKey("matters.Matter", models.PROTECT, related_name="diversions")
    unit = models.ForeignKey(
        "grids.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="接收单位"
    )
    note = models.CharField("分流说明", max_length=300, blank=True, default="")
    diverted_at = models.DateTimeField("分流时间")
    diverted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="分流人"
    )
    sign_by = models.DateTimeField("签收限时")
    contact_by = models.DateTimeField("联系限时")
    arrive_by = models.DateTimeField("到场限时")
    close_by = models.DateTimeField("办结限时")
    signed_at = models.DateTimeField("签收时间", null=True)
    contacted_at = models.DateTimeField("联系时间", null=True)
    arrived_at = models.DateTimeField("到场时间", null=True)
    answered_at = models.DateTimeField("回复时间", null=True)
    ended_at = models.DateTimeField("结束时间", null=True)
    ending = models.CharField("结束方式", max_length=12, choices=Ending, blank=True, default="")
    next_at = models.DateTimeField("下一个限时", null=True)

    objects = DiversionQuerySet.as_manager()

    class Meta:
        verbose_name = "分流"
        verbose_name_plural = "分流"
        indexes = [
            models.Index(fields=["next_at"], condition=Q(ended_at=None), name="diversion_due"),
            models.Index(fields=["-diverted_at", "-id"], name="diversion_recent"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["matter"], condition=Q(ended_at=None), name="diversion_one_running"
            )
        ]

    def __str__(self) -> str:
        return f"{self.matter_id} → {self.receiver}"

    @property
    def receiver(self) -> str:
        """Who was to take it."""
        return self.unit.name if self.unit else COMMAND_ROOM

    @property
    def closed_at(self) -> datetime | None:
        """When it was settled; None for one that went elsewhere."""
        return self.ended_at if self.ending == self.Ending.CLOSED else None

    def steps(self) -> Iterator[Step]:
        """签收, 联系, 到场, 办结; who settled it by telephone need not have gone there."""
        gone = self.ended_at is not None and self.closed_at is None
        by_phone = self.arrived_at is None and (self.answered_at or self.closed_at) is not None
        yield Step("sign", "签收", self.sign_by, self.signed_at, gone and self.signed_at is None)
        yield Step("contact", "联系", self.contact_by, self.contacted_at, gone and self.contacted_at is None)
        yield Step(
            "arrive", "到场", self.arrive_by, self.arrived_at, by_phone or (gone and self.arrived_at is None)
        )
        yield Step("close", "办结", self.close_by, self.closed_at, gone)

    def pending(self) -> Step | None:
        """The step that is to be done now."""
        if self.ended_at is not None:
            return None
        return next((step for step in self.steps() if step.at is None and not step.waived), None)

    def look_again(self, after: datetime) -> None:
        """Set `next_at` to the nearest limit beyond `after` of a step that is still owed."""
        owed = [s.limit for s in self.steps() if s.at is None and not s.waived and s.limit > after]
        self.next_at = min(owed, default=None) if self.ended_at is None else None
