"""What the parties agreed, how they keep it, and the court that confirms it."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Agreement(models.Model):
    """调解协议, with what 人民调解法 Art. 29 names: the parties; the facts, the dispute and each side's
    responsibility; content, manner and term of performance. Of a reopened case the last one `is_current`.

    A written one takes effect when all have signed, sealed or pressed their finger; an oral one on the day it
    was reached (Art. 29).
    """

    class Form(models.TextChoices):
        """Written or by word of mouth (Art. 28)."""

        WRITTEN = "written", "书面协议"
        ORAL = "oral", "口头协议"

    class Manner(models.TextChoices):
        """How it is performed."""

        AT_ONCE = "at_once", "当场履行"
        ONE_PAYMENT = "one_payment", "一次付清"
        INSTALMENTS = "instalments", "分期付款"
        ACT = "act", "为一定行为"
        OTHER = "other", "其他方式"

    dispute = models.ForeignKey("mediation.Dispute", models.PROTECT, related_name="agreements")
    form = models.CharField("形式", max_length=8, choices=Form)
    is_current = models.BooleanField("现行", default=True)
    facts = models.TextField("主要事实与争议事项", max_length=4000)
    responsibility = models.TextField("各方责任", max_length=2000)
    content = models.TextField("协议内容", max_length=4000)
    manner = models.CharField("履行方式", max_length=12, choices=Manner)
    manner_note = models.CharField("方式说明", max_length=300, blank=True, default="")
    term_on = models.DateField("履行期限")
    amount = models.DecimalField("金额", max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField("币种", max_length=3, blank=True, default="")
    signed_on = models.DateField("达成日期")
    effective_on = models.DateField("生效日期")
    performed_on = models.DateField("履行完毕日期", null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人")
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = "调解协议"
        verbose_name_plural = "调解协议"
        ordering = ["dispute", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["dispute"], condition=Q(is_current=True), name="agreement_one_current"
            ),
            models.CheckConstraint(
                condition=Q(amount=None) | (Q(amount__gt=0) & ~Q(currency="")),
                name="agreement_amount_has_currency",
            ),
            models.CheckConstraint(
                condition=Q(term_on__gte=models.F("signed_on")), name="agreement_term_after_signing"
            ),
        ]

    def __str__(self) -> str:
        return self.get_form_display()


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Instalment(models.Model):
    """履行 in one of its parts: an amount or an act, due on a day, done on a day, with proof."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="instalments")
    position = models.PositiveSmallIntegerField("第几期")
    due_on = models.DateField("应履行日期")
    what = models.CharField("履行内容", max_length=120, blank=True, default="")
    amount = models.DecimalField("金额", max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField("币种", max_length=3, blank=True, default="")
    done_on = models.DateField("履行日期", null=True, blank=True)
    proof = models.CharField("凭证", max_length=200, blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    reminded_on = models.DateField("上次提醒", null=True)

    class Meta:
        verbose_name = "履行分期"
        verbose_name_plural = "履行分期"
        ordering = ["agreement", "position"]
        indexes = [models.Index(fields=["due_on"], condition=Q(done_on=None), name="instalment_owed")]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "position"], name="instalment_once"),
            models.CheckConstraint(
                condition=Q(amount=None, currency="") | (Q(amount__gt=0) & ~Q(currency="")),
                name="instalment_amount_has_currency",
            ),
            models.CheckConstraint(
                condition=Q(done_on=None) | ~Q(proof=""), name="instalment_done_has_proof"
            ),
        ]

    def __str__(self) -> str:
        return f"第{self.position}期"


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Confirmation(models.Model):
    """司法确认: both parties ask the court together within 30 days of the agreement's taking effect
    (人民调解法 Art. 33, 民事诉讼法 Art. 205).
    """

    class Result(models.TextChoices):
        """What the court said."""

        WAITING = "", "待裁定"
        CONFIRMED = "confirmed", "裁定有效"
        REFUSED = "refused", "裁定驳回"
        WITHDRAWN = "withdrawn", "已撤回"

    agreement = models.OneToOneField(Agreement, models.PROTECT, primary_key=True, related_name="confirmation")
    by_both = models.BooleanField("双方共同申请")
    apply_by = models.DateField("申请期限")
    applied_on = models.DateField("申请日期")
    court = models.CharField("法院", max_length=60)
    court_no = models.CharField("法院案号", max_length=60, blank=True, default="")
    result = models.CharField("结果", max_length=10, choices=Result, blank=True, default="")
    decided_on = models.DateField("裁定日期", null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人")

    class Meta:
        verbose_name = "司法确认"
        verbose_name_plural = "司法确认"
        constraints = [
            models.CheckConstraint(
                condition=Q(by_both=True, applied_on__lte=models.F("apply_by")),
                name="confirmation_by_both_in_time",
            ),
            models.CheckConstraint(
                condition=Q(result="") | Q(decided_on__isnull=False), name="confirmation_result_has_date"
            ),
        ]

    def __str__(self) -> str:
        return f"司法确认 {self.court}"
