"""The photos that a matter began with, beside those that show it put right."""

from typing import Any

from matters.models import Event, Matter
from matters.photos import by_event
from shared.jinja import date_text

AFTER = {"echo", "verify"}


def of_photos(matter: Matter) -> dict[str, Any]:
    """`before` came with the report, `after` with the newest echo (or its re-inspection) that has some; with
    the days.
    """
    pictures = by_event(matter)
    if not pictures:
        return {"before": [], "after": [], "before_at": "", "after_at": ""}
    events = {event.pk: event for event in Event.objects.filter(pk__in=pictures)}
    first = next((pk for pk in sorted(pictures) if events[pk].action == "open"), None)
    last = next((pk for pk in sorted(pictures, reverse=True) if events[pk].action in AFTER), None)
    return {
        "before": pictures.get(first, []) if first else [],
        "after": pictures.get(last, []) if last else [],
        "before_at": date_text(events[first].at) if first else "",
        "after_at": date_text(events[last].at) if last else "",
    }
