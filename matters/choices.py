"""What each person chose: through which channels which kind of notice comes."""

from collections.abc import Iterable, Mapping

from django.db import transaction

from accounts.models import User
from matters.channels import PERSONAL
from matters.models import NoticeChoice
from matters.wording import KINDS


def choices_of(user: User) -> dict[str, list[str]]:
    """Kind → channels through which it comes, as chosen, else as usual."""
    chosen = {(c.kind, c.channel): c.wanted for c in NoticeChoice.objects.filter(user=user)}
    return {
        kind.code: [way for way in PERSONAL if chosen.get((kind.code, way), way in kind.usual)]
        for kind in KINDS.values()
    }


@transaction.atomic
def choose(*, user: User, channels: Mapping[str, Iterable[str]], email: str) -> None:
    """Set for oneself, for the kinds named, through which channels they come, and where mail goes. Safe to
    repeat."""
    User.objects.filter(pk=user.pk).update(email=email)
    user.email = email
    rows = [
        NoticeChoice(user=user, kind=kind, channel=way, wanted=way in set(wanted))
        for kind, wanted in channels.items()
        if kind in KINDS
        for way in PERSONAL
    ]
    NoticeChoice.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["user", "kind", "channel"], update_fields=["wanted"]
    )
