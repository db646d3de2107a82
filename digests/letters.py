"""Who is told of a digest: the holders of `digests.view` at the very area; the police station of its own."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse

from digests.models import Digest, DigestKind
from digests.text import body, subject
from grids.models import Area, Post, Unit
from matters.notices import BOTH, WEBHOOK, Letter, post_letters
from matters.obligations import RIGHT
from matters.wording import NoticeKind
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
    day = digest["business_date"]
    values = {
        "区域": digest["snapshot"]["name"],
        "日期": f"{day.month}月{day.day}日",
        "应回应": str(digest["expected"]),
        "待回应": str(digest["open"]),
    }
    return Letter(
        f"digest:{digest['id']}",
        subject(digest),
        body(digest, link=f"{settings.PUBLIC_URL}{url}"),
        url,
        recipients,
        kind=digest["kind"],
        values=values,
        areas=(digest["area_id"],) if digest["audience"] == AREA else (),
    )


AREA, POLICE = Digest.Audience.AREA.value, Digest.Audience.POLICE.value
SAMPLES = {"区域": "河边村第一网格", "日期": "11月24日", "应回应": "12", "待回应": "3"}
KINDS = tuple(NoticeKind(kind.value, kind.label, SAMPLES, usual=(WEBHOOK,)) for kind in DigestKind)
