"""Notices that moves of a matter send, in the transaction of the move."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from matters.models import Event, Extension, Matter
from matters.notices import BOTH, DAY, NOW, post
from matters.people import HOLDER, LEADER, OFFICER, people_of

KIND = "matter"
"""What people choose channels by."""


def _tell(matter: Matter, event: Event, people: Iterable[int | None], what: str, urgency: str = DAY) -> None:
    """Everybody but who did it."""
    to = sorted({user for user in people if user is not None and user != event.actor_id})
    post(
        source=f"event:{event.pk}",
        recipients=to,
        subject=f"{what}：{matter.title}",
        body=f"{matter.number} {matter.title}\n{event.note}".strip(),
        url=reverse("matter_page", args=[matter.pk]),
        channels=BOTH,
        kind=KIND,
        urgency=urgency,
    )


def told(*, matter: Matter, event: Event, **_: Any) -> None:
    """Who must know of a move: 督办 at once; given to a unit, more time asked or decided, material asked for
    or there, when the office is awake.
    """
    action = event.action
    if action not in {*TOLD, "assign", "transfer"}:
        return
    people = people_of([matter.pk])[matter.pk]
    if action in {"assign", "transfer"}:
        if matter.unit_id:
            _tell(matter, event, people[HOLDER], "交给您单位办理")
    elif action == "supervise":
        _tell(matter, event, [*people[HOLDER], *people[OFFICER]], TOLD[action], NOW)
    elif action == "ask_extension":
        _tell(matter, event, people[OFFICER] or people[LEADER], TOLD[action])
    elif action in {"grant_extension", "refuse_extension"}:
        asked = Extension.objects.filter(run__matter=matter).order_by("-decided_at", "-id").first()
        _tell(matter, event, [asked.asked_by_id if asked else None], TOLD[action])
    else:
        _tell(matter, event, [matter.reporter_id, *people[HOLDER]], TOLD[action])


TOLD = {
    "supervise": "督办",
    "ask_extension": "申请延期，请批复",
    "grant_extension": "延期已同意",
    "refuse_extension": "延期未同意",
    "ask_info": "请补充材料",
    "answer_info": "材料已补充",
    "reopen": "已重开",
}
