"""Words and numbers that an official edits: enumerations with their synonyms, intervals and thresholds."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Term(models.Model):
    """One word of an enumeration (`scheme`), with the other words that exports use for it.

    Schemes ending in `_column` name the columns of a sheet; the others are the field's enumerations
    (domain.md).
    """

    scheme = models.SlugField("词表", max_length=40)
    code = models.SlugField("代码", max_length=40)
    label = models.CharField("名称", max_length=60)
    synonyms = ArrayField(models.CharField(max_length=60), verbose_name="同义词", default=list, blank=True)
    group = models.CharField("分组", max_length=20, blank=True, default="")
    position = models.PositiveIntegerField("次序", default=0)
    is_active = models.BooleanField("在用", default=True)

    class Meta:
        verbose_name = "词条"
        verbose_name_plural = "词条"
        ordering = ["scheme", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["scheme", "code"], name="term_once")]

    def __str__(self) -> str:
        return self.label


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Parameter(models.Model):
    """A number that a rule uses, with its unit and where it comes from ([L] law, [D] our default)."""

    code = models.SlugField("代码", max_length=40, unique=True)
    label = models.CharField("名称", max_length=60)
    value = models.IntegerField("数值")
    unit = models.CharField("单位", max_length=10)
    source = models.CharField("依据", max_length=100)

    class Meta:
        verbose_name = "参数"
        verbose_name_plural = "参数"

    def __str__(self) -> str:
        return f"{self.label} {self.value}{self.unit}"
