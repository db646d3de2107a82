"""Calendar addresses: made, found again by their signature, withdrawn."""

import secrets

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User
from grids.models import Unit
from grids.scope import covers
from mediation.models import Feed
from shared.errors import NotFound

SIGNED = 32


def token_of(feed: Feed) -> str:
    """What stands in the address: 32 random characters and our signature over them."""
    return f"{feed.nonce}{_signature(feed.nonce)}"


def _signature(nonce: str) -> str:
    return salted_hmac("mediation.feed", nonce, algorithm="sha256").hexdigest()[:SIGNED]


def feed_of(token: str) -> Feed | None:
    """The feed that an address names; None for a forged, unknown or withdrawn one, or where its owner has
    left.

    A station's calendar is also shut when its owner may not see that station any more.
    """
    nonce, signature = token[:-SIGNED], token[-SIGNED:]
    if not constant_time_compare(signature, _signature(nonce)):
        return None
    feed = (
        Feed.objects.select_related("owner", "station__area")
        .filter(nonce=nonce, revoked_at=None, owner__is_active=True)
        .first()
    )
    if feed is None or (feed.station and not covers(feed.owner, "roster.view", feed.station.area)):
        return None
    return feed


@transaction.atomic
def make_feed(*, actor: User, station: Unit | None = None) -> Feed:
    """The actor's address for his own shifts, or for a station that he may see; there is one of each."""
    if station and not covers(actor, "roster.view", station.area):
        raise NotFound("没有找到这个工作站，或它不在您的辖区。")
    mine = Feed.objects.filter(owner=actor, station=station, revoked_at=None)
    if found := mine.first():
        return found
    try:
        with transaction.atomic():
            return Feed.objects.create(owner=actor, station=station, nonce=secrets.token_urlsafe(24))
    except IntegrityError:
        return mine.get()


@transaction.atomic
def revoke_feed(*, actor: User, feed: Feed) -> None:
    """The address answers no more; safe to repeat. Raises NotFound for somebody else's."""
    if feed.owner_id != actor.pk:
        raise NotFound("没有找到这个订阅。")
    Feed.objects.filter(pk=feed.pk, revoked_at=None).update(revoked_at=timezone.now())
