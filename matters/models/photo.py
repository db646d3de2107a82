"""Photos of a matter: each belongs to the line of the timeline with which it came."""

import pgtrigger
from django.db import models

from grids.scope import ScopedQuerySet
from matters.models.matter import Event


class EventPhotoQuerySet(ScopedQuerySet["EventPhoto"]):
    """Photos by the territory of their matter."""

    area_field = "event__matter__area"


class EventPhoto(models.Model):
    """A photo that came with a move, or with the report: re-encoded, without EXIF. Append-only by trigger."""

    event = models.ForeignKey(Event, models.PROTECT, related_name="photos")
    image = models.FileField("照片", upload_to="matters/%Y/%m/")
    digest = models.CharField(max_length=64)

    objects = EventPhotoQuerySet.as_manager()

    class Meta:
        verbose_name = "事项照片"
        verbose_name_plural = "事项照片"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["event", "digest"], name="event_photo_once")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return str(self.pk)
