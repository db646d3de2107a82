"""Sittings of a case: when, where, who was asked to come, who came, what was said."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Session(models.Model):
    """调解会: one sitting. Person, room and van are taken by its bookings; a cancelled one has none."""

    class Where(models.TextChoices):
        """How people meet."""

        ROOM = "room", "调解室"
        VIDEO = "video", "视频"
        VAN = "van", "调解车"
        ON_SITE = "on_site", "现场"

    class State(models.TextChoices):
        """How far it is."""

        PLANNED = "planned", "已安排"
        HELD = "held", "已召开"
        CANCELLED = "cancelled", "已取消"

    dispute = models.ForeignKey("mediation.Dispute", models.PROTECT, related_name="sessions")
    number = models.PositiveSmallIntegerField("第几次")
    starts_at = models.DateTimeField("开始")
    ends_at = models.DateTimeField("结束")
    where = models.CharField("方式", max_length=8, choices=Where)
    room = models.ForeignKey(
        "mediation.Room", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="房间"
    )
    van = models.ForeignKey(
        "mediation.Van", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="调解车"
    )
    link = models.URLField("视频链接", max_length=300, blank=True, default="")
    place = models.CharField("地点", max_length=120, blank=True, default="")
    host = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="主持人"
    )
    state = models.CharField("状态", max_length=10, choices=State, default=State.PLANNED)
    minutes = models.TextField("会议记录", max_length=8000, blank=True, default="")
    reason = models.CharField("取消原因", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "调解会"
        verbose_name_plural = "调解会"
        ordering = ["dispute", "number"]
        indexes = [models.Index(fields=["starts_at", "id"], name="session_calendar")]
        constraints = [
            models.UniqueConstraint(fields=["dispute", "number"], name="session_number_once"),
            models.CheckConstraint(
                condition=Q(starts_at__lt=models.F("ends_at")), name="session_start_before_end"
            ),
            models.CheckConstraint(
                condition=~Q(where="room") | Q(room__isnull=False), name="session_room_named"
            ),
            models.CheckConstraint(
                condition=~Q(where="van") | Q(van__isnull=False), name="session_van_named"
            ),
        ]

    def __str__(self) -> str:
        return f"第{self.number}次调解会"


class Attendance(models.Model):
    """到会: a party, who acts for one, a colleague or an invited unit; `present` None = not yet known."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="attendance")
    party = models.ForeignKey("mediation.Party", models.PROTECT, null=True, related_name="+")
    agent = models.ForeignKey("mediation.Agent", models.PROTECT, null=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    invitation = models.ForeignKey("mediation.Invitation", models.PROTECT, null=True, related_name="+")
    present = models.BooleanField("到会", null=True)

    class Meta:
        verbose_name = "到会"
        verbose_name_plural = "到会"
        constraints = [
            models.CheckConstraint(
                condition=Q(party__isnull=False, agent=None, user=None, invitation=None)
                | Q(party=None, agent__isnull=False, user=None, invitation=None)
                | Q(party=None, agent=None, user__isnull=False, invitation=None)
                | Q(party=None, agent=None, user=None, invitation__isnull=False),
                name="attendance_of_one",
            )
        ]

    def __str__(self) -> str:
        return str(self.party or self.agent or self.user or self.invitation)

    @property
    def key(self) -> str:
        """Whose seat it is, for a form's choice: `party-5`."""
        kind = next(kind for kind in ("party", "agent", "user", "invitation") if getattr(self, f"{kind}_id"))
        return f"{kind}-{getattr(self, f'{kind}_id')}"

    @property
    def text(self) -> str:
        """Who it is and as what; people of the case masked: two of them may look the same by name."""
        if self.agent:
            return f"{self.agent.party}的{self.agent.get_role_display()}{self.agent}"
        return f"{self.party.get_side_display()}{self.party}" if self.party else str(self)
