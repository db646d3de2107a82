"""Photos of matters: kept with a line of the timeline, read by line, served to who may see the matter."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.http import FileResponse
from django.shortcuts import get_object_or_404

from grids.photos import Photo, save, served
from matters.models import Event, EventPhoto, Matter
from matters.models.matter import MatterQuerySet


def attach(event: Event, photos: Sequence[Photo]) -> None:
    """Keep photos with a line of the timeline; inside `grids.photos.with_files` and its transaction."""
    kept = [EventPhoto(event=event, digest=photo.digest) for photo in photos]
    for row, photo in zip(kept, photos, strict=True):
        save(row.image, photo)
    if kept:
        EventPhoto.objects.bulk_create(kept)


def by_event(matter: Matter) -> dict[int, list[int]]:
    """Event → numbers of its photos, in one query."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = EventPhoto.objects.filter(event__matter=matter).order_by("id").values_list("event_id", "id")
    for event, photo in rows:
        found[event].append(photo)
    return dict(found)


def photo_for(user: Any, pk: int) -> FileResponse:
    """The photo, for who may see its matter. Raises Http404 for all others."""
    seen: MatterQuerySet = Matter.objects.within(user, "matters.view")
    return served(get_object_or_404(EventPhoto.objects.filter(event__matter__in=seen), pk=pk).image)
