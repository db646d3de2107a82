"""Files that came in: the batch, and each row that could not be taken, kept for correction."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from grids.scope import ScopedQuerySet


class ImportBatchQuerySet(ScopedQuerySet["ImportBatch"]):
    """Batches by the street they belong to."""

    area_field = "area"


class ImportBatch(models.Model):
    """One run over one file. Counts are of rows; `state` moves waiting → running → done | failed.

    `area` is the importer's territory. `seen` is where a run stands: it rises in the transaction that writes
    the rows, so a run that was
    killed goes on behind it. `attempts` is the number of the present run: a worker that was overtaken finds
    another number and
    stops. `columns` maps a column's code to its header in the file. The file itself lies sealed, and only
    until the run ends.
    """

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", "排队中"
        RUNNING = "running", "导入中"
        DONE = "done", "已完成"
        FAILED = "failed", "未能完成"

    kind = models.CharField("类型", max_length=20)
    area = models.ForeignKey("grids.Area", models.PROTECT, related_name="+", verbose_name="街道")
    name = models.CharField("文件名", max_length=200)
    file = models.FileField(upload_to="imports/%Y/%m/", null=True)
    columns = models.JSONField("列", default=dict)
    digest = models.CharField(max_length=64)
    dry_run = models.BooleanField("只检查", default=False)
    state = models.CharField("状态", max_length=8, choices=State, default=State.WAITING)
    message = models.CharField("说明", max_length=300, blank=True, default="")
    total = models.PositiveIntegerField("总行数", default=0)
    seen = models.PositiveIntegerField("已读", default=0)
    created = models.PositiveIntegerField("新增", default=0)
    updated = models.PositiveIntegerField("更新", default=0)
    unchanged = models.PositiveIntegerField("未变", default=0)
    rejected = models.PositiveIntegerField("退回", default=0)
    unplaced = models.PositiveIntegerField("待落格", default=0)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="经办人"
    )
    created_at = models.DateTimeField("开始", auto_now_add=True)
    touched_at = models.DateTimeField("最近进展", default=timezone.now)
    attempts = models.PositiveSmallIntegerField("第几次运行", default=0)
    finished_at = models.DateTimeField("结束", null=True)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = "导入"
        verbose_name_plural = "导入"
        indexes = [
            models.Index(
                fields=["touched_at"],
                condition=models.Q(state__in=["waiting", "running"]),
                name="import_unfinished",
            )
        ]

    def __str__(self) -> str:
        return self.name


class ImportRow(models.Model):
    """What became of one row of the file.

    A row that was sent back keeps what stood in it (`values` by column code; personal columns as one
    encrypted text in
    `personal`), so that it can be corrected and taken in again; `errors` says why (`column`, `code`, `value`,
    `reason`).
    A row that changed something lists it there instead (`column`, `code`, `old`, `new`). Personal values are
    masked in both.
    """

    class Outcome(models.TextChoices):
        """What became of it."""

        CREATED = "created", "新增"
        UNCHANGED = "unchanged", "未变"
        REJECTED = "rejected", "退回"
        UPDATED = "updated", "更新"
        CORRECTED = "corrected", "已更正"
        DROPPED = "dropped", "不再处理"

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField("行号")
    outcome = models.CharField("结果", max_length=10, choices=Outcome)
    subject = models.CharField("是谁是什么", max_length=120, blank=True, default="")
    object_id = models.BigIntegerField(null=True)
    unplaced = models.BooleanField("待落格", default=False)
    values = models.JSONField("内容", default=dict)
    personal = models.TextField(blank=True, default="")
    errors = models.JSONField("原因", default=list)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "导入行"
        verbose_name_plural = "导入行"
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="import_row_once")]
        indexes = [models.Index(fields=["batch", "outcome", "number"], name="import_row_by_outcome")]

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.number}"
