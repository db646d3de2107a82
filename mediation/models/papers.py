"""The papers of a file as they were issued, their signed copies, and the numbers of cases; files lie sealed
on disk."""

import uuid
from pathlib import PurePath

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models

from shared.crypto import unseal


def sealed_path(_: models.Model, name: str) -> str:
    """A random name that tells nothing, in a folder of its kind."""
    return f"mediation/{PurePath(name).parts[0]}/{uuid.uuid4().hex}.sealed"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Letterhead(models.Model):
    """文书抬头 of a street: the word of its case numbers, committee, court, how long files are kept."""

    street = models.OneToOneField(
        "grids.Area", models.PROTECT, primary_key=True, related_name="letterhead", verbose_name="街道"
    )
    word = models.CharField("案号字", max_length=12)
    committee = models.CharField("人民调解委员会全称", max_length=60)
    court = models.CharField("司法确认法院", max_length=60)
    keeping = models.CharField("卷宗保管期限", max_length=20, default="长期")

    class Meta:
        verbose_name = "文书抬头"
        verbose_name_plural = "文书抬头"

    def __str__(self) -> str:
        return self.committee


class CaseCounter(models.Model):
    """The last case number given in a street's year: locked from the giving to the end of its transaction, so
    that a case which is rolled back leaves no gap."""

    street = models.ForeignKey("grids.Area", models.PROTECT, related_name="+", verbose_name="街道")
    year = models.PositiveSmallIntegerField("年度")
    last = models.PositiveIntegerField("末号")

    class Meta:
        verbose_name = "案号"
        verbose_name_plural = "案号"
        constraints = [models.UniqueConstraint(fields=["street", "year"], name="case_counter_once")]

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class Sealed(models.Model):
    """A PDF kept as it is: encrypted on disk, `sha256` of the plain bytes, never changed (trigger)."""

    sha256 = models.CharField("SHA-256", max_length=64)
    pages = models.PositiveIntegerField("页数")
    size = models.PositiveIntegerField("字节数")
    file = models.FileField("文件", upload_to=sealed_path)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人")
    at = models.DateTimeField("时间")

    class Meta:
        abstract = True

    def read(self) -> bytes:
        """The PDF. Raises FileNotFoundError where the file is gone, Unreadable where it was tampered with."""
        with self.file.storage.open(self.file.name) as stored:
            return unseal(stored.read())


class Paper(Sealed):
    """文书 as issued. `code` says which (mediation/papers/kinds.py), `subject` which record, instalment or
    follow-up it tells of (0 = the case). What it says changed = a new version; `substance` is its hash.
    """

    dispute = models.ForeignKey("mediation.Dispute", models.PROTECT, related_name="papers")
    code = models.CharField("文书", max_length=20)
    subject = models.PositiveBigIntegerField("对象", default=0)
    version = models.PositiveSmallIntegerField("版本")
    substance = models.CharField("内容校验", max_length=64)

    class Meta:
        verbose_name = "调解文书"
        verbose_name_plural = "调解文书"
        ordering = ["dispute", "code", "subject", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["dispute", "code", "subject", "version"], name="paper_version_once"
            )
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"


class Scan(Sealed):
    """签字扫描件 or other material of a file. `digest` is of the file as it was sent: kept once."""

    dispute = models.ForeignKey("mediation.Dispute", models.PROTECT, related_name="scans")
    code = models.CharField("文书", max_length=20)
    subject = models.PositiveBigIntegerField("对象", default=0)
    title = models.CharField("名称", max_length=60, blank=True, default="")
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = "扫描件"
        verbose_name_plural = "扫描件"
        ordering = ["dispute", "id"]
        constraints = [
            models.UniqueConstraint(fields=["dispute", "code", "subject", "digest"], name="scan_once")
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.title or self.code


class ScanWithdrawal(models.Model):
    """A scan that was put into the file by mistake: it stays on record and leaves the file."""

    scan = models.OneToOneField(Scan, models.PROTECT, primary_key=True, related_name="withdrawal")
    why = models.CharField("原因", max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "扫描件撤下"
        verbose_name_plural = "扫描件撤下"
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.why


class Archive(Sealed):
    """归档卷宗: the whole file as one PDF, as it was archived; a reopened case is archived again as the next
    version."""

    dispute = models.ForeignKey("mediation.Dispute", models.PROTECT, related_name="archives")
    version = models.PositiveSmallIntegerField("版本")
    sheets = models.PositiveSmallIntegerField("件数")

    class Meta:
        verbose_name = "归档卷宗"
        verbose_name_plural = "归档卷宗"
        ordering = ["dispute", "version"]
        constraints = [models.UniqueConstraint(fields=["dispute", "version"], name="archive_version_once")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.dispute_id} 第{self.version}版"
