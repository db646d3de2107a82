"""What leads to hazards: who reports under which source, check lists, inspections, campaigns."""

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from grids.scope import ScopedQuerySet
from incidents.levels import HazardLevel

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
USER = settings.AUTH_USER_MODEL


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class SourceRule(models.Model):
    """Under which source (三排查 and others) a post reports hazards; what a rule leaves empty is not asked.

    The first rule by `position` that fits a post is its preset; `source` "" = any of them. An administrator
    edits the rows; code asks for no role.
    """

    code = models.SlugField("代码", max_length=40, unique=True)
    position = models.PositiveIntegerField("次序", default=0)
    source = models.CharField("来源", max_length=40, blank=True, default="")
    right = models.CharField("岗位有这项权限", max_length=40, blank=True, default="")
    unit_kind = models.CharField("岗位在这类单位", max_length=12, blank=True, default="")
    role = models.ForeignKey(
        "grids.Role", models.CASCADE, null=True, blank=True, related_name="+", verbose_name="岗位是这个角色"
    )

    class Meta:
        verbose_name = "隐患来源规则"
        verbose_name_plural = "隐患来源规则"
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.code


class CheckItem(models.Model):
    """One thing to look at, with the hazard that it is where it is not in order. Never edited: a changed one
    is another item, so that old inspections keep what was asked.
    """

    text = models.CharField("检查什么", max_length=120)
    hazard_type = models.CharField("隐患类型", max_length=40)
    level = models.CharField("等级", max_length=10, choices=HazardLevel)
    basis = models.CharField("依据", max_length=120, blank=True, default="")
    veto = models.BooleanField("一票否决", default=False)

    class Meta:
        verbose_name = "检查项"
        verbose_name_plural = "检查项"
        constraints = [
            models.UniqueConstraint(
                fields=["text", "hazard_type", "level", "basis", "veto"], name="check_item_once"
            )
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return self.text


class CheckList(models.Model):
    """A version of a check list (检查表). Editing makes the next version; the newest one `is_current`."""

    code = models.SlugField("代码", max_length=40)
    version = models.PositiveIntegerField("版本", default=1)
    name = models.CharField("名称", max_length=60)
    place_types = ArrayField(models.CharField(max_length=40), verbose_name="适用场所", default=list)
    basis = models.CharField("依据", max_length=200, blank=True, default="")
    is_current = models.BooleanField("现行", default=True)
    items: "models.ManyToManyField[CheckItem, CheckEntry]" = models.ManyToManyField(
        CheckItem, through="CheckEntry", related_name="lists", verbose_name="检查项"
    )
    made_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", verbose_name="修订人")
    made_at = models.DateTimeField("修订时间", auto_now_add=True)

    class Meta:
        verbose_name = "检查表"
        verbose_name_plural = "检查表"
        ordering = ["name", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="check_list_version_once"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(is_current=True), name="check_list_one_current"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CheckEntry(models.Model):
    """An item's place on a list."""

    checklist = models.ForeignKey(CheckList, models.CASCADE, related_name="entries")
    item = models.ForeignKey(CheckItem, models.PROTECT, related_name="entries")
    position = models.PositiveSmallIntegerField("次序", default=0)

    class Meta:
        verbose_name = "检查表条目"
        verbose_name_plural = "检查表条目"
        ordering = ["checklist", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["checklist", "item"], name="check_entry_once")]

    def __str__(self) -> str:
        return f"{self.checklist_id} {self.item_id}"


class CampaignQuerySet(ScopedQuerySet["Campaign"]):
    """Campaigns by territory."""


class Campaign(models.Model):
    """专项行动 under one of the great actions (三大行动, Term scheme `campaign_action`): its places are fixed
    when it opens, and progress is inspected ÷ places.
    """

    name = models.CharField("名称", max_length=60)
    action = models.CharField("属于哪个大行动", max_length=40)
    area = models.ForeignKey("grids.Area", models.PROTECT, related_name="+", verbose_name="范围")
    checklist = models.ForeignKey(CheckList, models.PROTECT, related_name="+", verbose_name="检查表")
    place_types = ArrayField(
        models.CharField(max_length=40), verbose_name="场所类别", default=list, blank=True
    )
    starts_on = models.DateField("起")
    ends_on = models.DateField("止")
    leader = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name="负责人")
    note = models.CharField("说明", max_length=500, blank=True, default="")
    made_by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name="发起人")
    made_at = models.DateTimeField("发起时间", auto_now_add=True)
    client_id = models.UUIDField(unique=True)
    payload_hash = models.CharField(max_length=64)
    version = models.PositiveIntegerField(default=1)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = "专项行动"
        verbose_name_plural = "专项行动"
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="campaign_ends_after_start")
        ]

    def __str__(self) -> str:
        return self.name


class InspectionQuerySet(ScopedQuerySet["Inspection"]):
    """Inspections by territory."""


class Inspection(models.Model):
    """检查: one place looked at by one list; each item that was not in order is a hazard. Append-only."""

    client_id = models.UUIDField(unique=True)
    payload_hash = models.CharField(max_length=64)
    checklist = models.ForeignKey(
        CheckList, models.PROTECT, related_name="inspections", verbose_name="检查表"
    )
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, related_name="inspections", verbose_name="专项行动"
    )
    target = models.ForeignKey(
        "grids.Target", models.PROTECT, null=True, related_name="inspections", verbose_name="走访对象"
    )
    area = models.ForeignKey("grids.Area", models.PROTECT, related_name="+", verbose_name="网格")
    name = models.CharField("场所名称", max_length=80, blank=True, default="")
    address = models.CharField("地址", max_length=200, blank=True, default="")
    place_type = models.CharField("场所类别", max_length=40, blank=True, default="")
    source = models.CharField("来源", max_length=40)
    inspector = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name="检查人")
    at = models.DateTimeField("检查时间", default=timezone.now)
    note = models.CharField("说明", max_length=500, blank=True, default="")
    fine = models.PositiveSmallIntegerField("符合", default=0)
    bad = models.PositiveSmallIntegerField("不符合", default=0)
    not_asked = models.PositiveSmallIntegerField("不适用", default=0)

    objects = InspectionQuerySet.as_manager()

    class Meta:
        verbose_name = "检查"
        verbose_name_plural = "检查"
        indexes = [
            models.Index(fields=["-at", "-id"], name="inspection_recent"),
            models.Index(fields=["inspector", "-id"], name="inspection_by_person"),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return self.name or self.address


class InspectionResult(models.Model):
    """How one item was found. Append-only."""

    class Verdict(models.TextChoices):
        """In order, not in order, does not apply here."""

        OK = "ok", "符合"
        BAD = "bad", "不符合"
        NA = "na", "不适用"

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="results")
    item = models.ForeignKey(CheckItem, models.PROTECT, related_name="+", verbose_name="检查项")
    verdict = models.CharField("结果", max_length=3, choices=Verdict)
    note = models.CharField("说明", max_length=500, blank=True, default="")
    hazard = models.OneToOneField(
        "incidents.Hazard", models.PROTECT, null=True, related_name="finding", verbose_name="隐患"
    )

    class Meta:
        verbose_name = "检查结果"
        verbose_name_plural = "检查结果"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["inspection", "item"], name="inspection_result_once"),
            models.CheckConstraint(
                condition=Q(verdict="bad", hazard__isnull=False) | (~Q(verdict="bad") & Q(hazard=None)),
                name="inspection_bad_has_hazard",
            ),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.inspection_id} {self.item_id} {self.verdict}"


class CampaignPlace(models.Model):
    """A place that a campaign has to inspect; `inspection` is the first one that did."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="places")
    target = models.ForeignKey("grids.Target", models.PROTECT, related_name="+", verbose_name="走访对象")
    inspection = models.ForeignKey(Inspection, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "行动场所"
        verbose_name_plural = "行动场所"
        constraints = [models.UniqueConstraint(fields=["campaign", "target"], name="campaign_place_once")]
        indexes = [
            models.Index(fields=["target"], condition=Q(inspection=None), name="campaign_place_missing")
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.target_id}"
