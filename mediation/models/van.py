"""车轮上的调解室: the calls that the stations' vans answer, and the log of each call."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from grids.scope import ScopedQuerySet

OPEN_STATES = ("waiting", "assigned", "accepted", "left", "arrived")
ON_THE_WAY = ("assigned", "accepted", "left", "arrived")


class VanCallQuerySet(ScopedQuerySet["VanCall"]):
    """Calls by where they happened."""

    area_field = "area"


class VanCall(models.Model):
    """出车: one call of the police for a van. A van and a mediator are in one open call at most (database).

    `matter` is the police incident it came from; one incident has one call. `case` is the dispute that the
    call became.
    """

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", "等待派车"
        ASSIGNED = "assigned", "已派车"
        ACCEPTED = "accepted", "已签收"
        LEFT = "left", "已出发"
        ARRIVED = "arrived", "已到场"
        SETTLED = "settled", "现场调解成功"
        HANDED_OVER = "handed_over", "移交工作站"
        CANCELLED = "cancelled", "已取消"

    client_id = models.UUIDField(unique=True)
    payload_hash = models.CharField(max_length=64)
    area = models.ForeignKey("grids.Area", models.PROTECT, related_name="+", verbose_name="地点所属")
    matter = models.ForeignKey(
        "matters.Matter", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="警情"
    )
    case = models.ForeignKey(
        "matters.Matter", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="调解案件"
    )
    address = models.CharField("地点", max_length=200)
    about = models.CharField("什么纠纷", max_length=500)
    state = models.CharField("状态", max_length=12, choices=State, default=State.WAITING)
    van = models.ForeignKey(
        "mediation.Van", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="调解车"
    )
    mediator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="调解员",
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="呼叫人"
    )
    asked_at = models.DateTimeField("呼叫")
    assigned_at = models.DateTimeField("派车", null=True)
    accepted_at = models.DateTimeField("签收", null=True)
    left_at = models.DateTimeField("出发", null=True)
    arrived_at = models.DateTimeField("到场", null=True)
    closed_at = models.DateTimeField("办结", null=True)
    outcome = models.CharField("结果", max_length=500, blank=True, default="")

    objects = VanCallQuerySet.as_manager()

    class Meta:
        verbose_name = "出车"
        verbose_name_plural = "出车"
        indexes = [
            models.Index(fields=["asked_at"], condition=Q(closed_at=None), name="van_call_open"),
            models.Index(fields=["-asked_at", "-id"], name="van_call_newest"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["van"], condition=Q(state__in=ON_THE_WAY), name="van_in_one_call"
            ),
            models.UniqueConstraint(
                fields=["mediator"], condition=Q(state__in=ON_THE_WAY), name="mediator_in_one_call"
            ),
            models.UniqueConstraint(
                fields=["matter"], condition=~Q(state="cancelled"), name="van_call_of_incident_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "cancelled"])
                | Q(van__isnull=False, mediator__isnull=False, assigned_at__isnull=False),
                name="van_call_assigned_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d %H:%M} {self.address}"


class VanEvent(models.Model):
    """One line of a call's log; append-only by trigger."""

    call = models.ForeignKey(VanCall, models.PROTECT, related_name="events")
    action = models.CharField("动作", max_length=20)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="经办人"
    )
    at = models.DateTimeField("时间")
    note = models.CharField("说明", max_length=500, blank=True, default="")

    class Meta:
        verbose_name = "出车记录"
        verbose_name_plural = "出车记录"
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["call", "action"],
                condition=Q(action__startswith="late_"),
                name="van_event_late_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.call_id} {self.action}"
