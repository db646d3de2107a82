"""Joint mediation: departments and brand studios that a station asks to join, and what they answer."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Invitation(models.Model):
    """邀请: one unit or one brand is asked to join a case and answers by `answer_by`, with its advice."""

    class Answer(models.TextChoices):
        """What came back."""

        NONE = "", "待答复"
        ACCEPTED = "accepted", "参加"
        DECLINED = "declined", "不参加"
        CANCELLED = "cancelled", "已取消"

    SHUT = ("declined", "cancelled")
    """Answers after which the case is closed to who was asked; the same unit can be asked again."""

    dispute = models.ForeignKey("mediation.Dispute", models.PROTECT, related_name="invitations")
    unit = models.ForeignKey(
        "grids.Unit", models.PROTECT, null=True, blank=True, related_name="invitations", verbose_name="部门"
    )
    brand = models.ForeignKey(
        "mediation.Brand",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="invitations",
        verbose_name="品牌调解室",
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="邀请人"
    )
    asked_at = models.DateTimeField("邀请时间")
    question = models.CharField("请协助什么", max_length=300)
    answer_by = models.DateTimeField("答复期限")
    answer = models.CharField("答复", max_length=10, choices=Answer, blank=True, default="")
    advice = models.TextField("意见", max_length=2000, blank=True, default="")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="答复人"
    )
    answered_at = models.DateTimeField("答复时间", null=True)

    class Meta:
        verbose_name = "邀请"
        verbose_name_plural = "邀请"
        indexes = [
            models.Index(fields=["answer_by"], condition=Q(answer=""), name="invitation_waiting"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(unit=None, brand__isnull=False) | Q(unit__isnull=False, brand=None),
                name="invitation_of_one",
            ),
            models.UniqueConstraint(
                fields=["dispute", "unit"],
                condition=Q(unit__isnull=False) & ~Q(answer__in=("declined", "cancelled")),
                name="invitation_once_per_unit",
            ),
            models.UniqueConstraint(
                fields=["dispute", "brand"],
                condition=Q(brand__isnull=False) & ~Q(answer__in=("declined", "cancelled")),
                name="invitation_once_per_brand",
            ),
            models.CheckConstraint(
                condition=~Q(answer__in=["accepted", "declined"]) | Q(answered_at__isnull=False),
                name="invitation_answer_has_time",
            ),
        ]

    def __str__(self) -> str:
        return str(self.unit or self.brand)
