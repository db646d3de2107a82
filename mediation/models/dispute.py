"""The case: what a dispute adds to its matter, and who may see it."""

from typing import Any

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from grids.scope import ScopedQuerySet, posts_of, rights_of, within
from shared.plain import rows

BRANDS = """
SELECT brand_id FROM mediation_mediator
WHERE user_id = %s AND is_active AND brand_id IS NOT NULL ORDER BY brand_id
"""

GUEST = frozenset({"mediation.view", "personal.reveal"})
"""Rights that an invitation opens a case to; handling it stays with its own station (docs/decisions/0027)."""


class DisputeQuerySet(ScopedQuerySet["Dispute"]):
    """Cases by station, invitation and territory."""

    area_field = "matter__area"

    def within(self, user: Any, right: str) -> Any:
        """Who holds a post in a station sees that station's cases; in a department or the police those that
        it was invited to; in a brand studio likewise; without a unit, or in a command room, all of the area.
        Who was invited is a guest: no other right than those of GUEST reaches the case by it, and none
        once the invitation was declined or taken back (docs/decisions/0051).
        """
        from mediation.models.joint import Invitation  # noqa: PLC0415 -- it points at this model

        own = within(user, right, self.area_field, "station")
        if right not in GUEST or right not in rights_of(user):
            return self.filter(own)
        units = [p.unit_id for p in posts_of(user) if right in p.role.rights and p.unit_id]
        brands = brands_of(user)
        if not (units or brands):
            return self.filter(own)
        asked = Invitation.objects.filter(Q(unit__in=units) | Q(brand__in=brands))
        invited = asked.exclude(answer__in=Invitation.SHUT).values("dispute")
        return self.filter(own | Q(pk__in=invited))


def brands_of(user: Any) -> tuple[int, ...]:
    """The studios that the user belongs to; read once for all that his request asks."""
    if not hasattr(user, "_brands"):
        user._brands = tuple(brand for (brand,) in rows(BRANDS, user.pk))
    brands: tuple[int, ...] = user._brands
    return brands


@pghistory.track(
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    pghistory.ManualEvent("amended"),  # type: ignore[no-untyped-call]
)
class Dispute(models.Model):
    """纠纷案件. Its state is its matter's; `matter.unit` is the station, `matter.due_at` the present term.

    Free of charge (人民调解法 Art. 4). `result` and `concluded_on` are written when mediation ends and are
    what all figures count. `case_no` is empty until the case is accepted and numbered, then unique.
    """

    class Risk(models.TextChoices):
        """Whether it may get worse (人民调解法 Art. 25)."""

        NONE = "none", "暂无激化风险"
        WATCH = "watch", "需要关注"
        HIGH = "high", "可能激化"

    class Result(models.TextChoices):
        """How mediation ended; success and failure are concluded, the others are not counted."""

        SUCCESS = "success", "调解成功"
        FAILURE = "failure", "调解不成"
        WITHDRAWN = "withdrawn", "撤回"
        REFUSED = "refused", "当事人拒绝调解"
        REJECTED = "rejected", "不予受理"
        PASSED_ON = "passed_on", "转办"

    matter = models.OneToOneField("matters.Matter", models.PROTECT, primary_key=True, related_name="dispute")
    client_id = models.UUIDField(unique=True)
    payload_hash = models.CharField(max_length=64)
    station = models.ForeignKey(
        "grids.Unit", models.PROTECT, related_name="disputes", verbose_name="受理工作站"
    )
    case_no = models.CharField("案号", max_length=40, blank=True, default="")
    dispute_type = models.CharField("纠纷类型", max_length=40)
    source = models.CharField("案件来源", max_length=40)
    origin = models.ForeignKey(
        "matters.Matter",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name="来自事项",
    )
    facts = models.TextField("纠纷情况", max_length=4000)
    request = models.TextField("当事人要求", max_length=2000, blank=True, default="")
    address = models.CharField("纠纷地点", max_length=200, blank=True, default="")
    address_key = models.CharField(max_length=120, blank=True, default="", db_index=True, editable=False)
    amount = models.DecimalField("涉及金额", max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField("币种", max_length=3, blank=True, default="CNY")
    received_at = models.DateTimeField("登记时间")
    received_on = models.DateField("登记日期")
    accepted_on = models.DateField("受理日期", null=True, blank=True)
    due_on = models.DateField("调解期限", null=True, blank=True)
    extended_by_both = models.BooleanField("双方书面同意延期", default=False)
    extension_reason = models.CharField("延期理由", max_length=200, blank=True, default="")
    brand = models.ForeignKey(
        "mediation.Brand", models.PROTECT, null=True, blank=True, related_name="disputes", verbose_name="品牌"
    )
    mediator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="mediates",
        verbose_name="调解员",
    )
    helpers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="helps_mediate", verbose_name="共同调解员"
    )
    risk = models.CharField("激化风险", max_length=6, choices=Risk, default=Risk.NONE)
    risk_note = models.CharField("风险情况", max_length=300, blank=True, default="")
    police_told_at = models.DateTimeField("报告公安时间", null=True, blank=True)
    result = models.CharField("调解结果", max_length=10, choices=Result, blank=True, default="")
    concluded_on = models.DateField("调解结束日期", null=True, blank=True)
    archived_on = models.DateField("归档日期", null=True, blank=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        verbose_name = "纠纷案件"
        verbose_name_plural = "纠纷案件"
        indexes = [
            models.Index(fields=["station", "-received_at", "-matter"], name="dispute_of_station"),
            models.Index(fields=["-received_at", "-matter"], name="dispute_recent"),
            models.Index(fields=["concluded_on", "station"], name="dispute_concluded"),
            models.Index(fields=["mediator"], condition=Q(concluded_on=None), name="dispute_load"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case_no"], condition=~Q(case_no=""), name="dispute_case_no_once"
            ),
            models.UniqueConstraint(
                fields=["origin"], condition=Q(origin__isnull=False), name="dispute_once_per_origin"
            ),
            models.CheckConstraint(
                condition=Q(result="", concluded_on=None) | (~Q(result="") & Q(concluded_on__isnull=False)),
                name="dispute_result_has_date",
            ),
            models.CheckConstraint(
                condition=Q(amount=None) | ~Q(currency=""), name="dispute_amount_has_currency"
            ),
        ]

    def __str__(self) -> str:
        return self.case_no or self.matter.number
