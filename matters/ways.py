"""How the outside channels are doing, for the operator: what waits, what failed, which is down and why."""

from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from matters.channels import set_up
from matters.models import Notice

CHANNELS = {code: label for code, label in Notice.Channel.choices if code != Notice.Channel.INBOX}
STATES = ("failed", "waiting", "sending", "held", "sent", "bundled")
UNSENT = ("waiting", "sending", "held")
TRIED = Q(state=Notice.State.WAITING, attempts__gt=0)


def ways_of(notices: QuerySet[Notice]) -> list[dict[str, Any]]:
    """Every channel that is set up or was used, with its counts by state; one is `down` while what was tried
    waits to be tried again.
    """
    counts = {state: Count("id", filter=Q(state=state)) for state in STATES}
    rows = notices.values("channel").annotate(
        **counts,
        last=Max("sent_at"),
        tried=Count("id", filter=TRIED),
        error=Max("error", filter=TRIED),
        again=Max("next_at", filter=TRIED),
    )
    known = {row["channel"]: row for row in rows}
    usable = set(set_up())
    nothing = {**dict.fromkeys((*STATES, "tried"), 0), "last": None, "error": "", "again": None}
    return [
        {**nothing, "channel": code, **known.get(code, {}), "label": label, "usable": code in usable}
        for code, label in CHANNELS.items()
        if code in usable or code in known
    ]
