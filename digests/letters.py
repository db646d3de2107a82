"""Who is told of a digest: the holders of `digests.view` at the very area; the police station of its own."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse

from digests.models import Digest
from digests.text import body, subject
from grids.models import Area, Post, Unit
from matters.notices import BOTH, Letter, post_letters
from matters.obligations import RIGHT
from shared.dates import today

Place = tuple[int, str]


def addressees(street: Area, day: date) -> dict[Place, list[int]]:
    """(area, audience) → users: a post in a police unit reads the police's digest, any other its area's.

    Held on the digest's day and still today: a digest made up for later names people to whom only a present
    post opens it.
    """
    of_street = Post.objects.filter(area__path__startswith=street.path, role__rights__contains=[RIGHT])
    held = of_street.on(day).on(today())
    found: dict[Place, set[int]] = defaultdict(set)
    for area_id, user_id, unit in held.values_list("area_id", "user_id", "unit__kind"):
        police = unit == Unit.Kind.POLICE
        found[(street.pk, "police") if police else (area_id, "area")].add(user_id)
    return {place: sorted(users) for place, users in found.items()}


def send(*, street: Area, day: date, digests: Iterable[dict[str, Any]]) -> int:
    """Write the notices of these digests, inbox and outside channel; how many there are."""
    to = addressees(street, day)
    return post_letters(
        letters=[_letter(d, to.get((d["area_id"], d["audience"]), [])) for d in digests], channels=BOTH
    )


def _letter(digest: dict[str, Any], recipients: list[int]) -> Letter:
    url = reverse("digest", args=[digest["id"]])
    if not recipients:
        return Letter("", "", "", "", [])
    text = body(digest, link=f"{settings.PUBLIC_URL}{url}")
    return Letter(f"digest:{digest['id']}", subject(digest), text, url, recipients)


AREA, POLICE = Digest.Audience.AREA.value, Digest.Audience.POLICE.value
