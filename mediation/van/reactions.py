"""What other apps' facts lead to: an incident that the police pass on to the van becomes its call."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from accounts.models import User
from matters.models import Matter
from mediation.van.workflow import ask_van

VAN = "van"


def call_of_referral(*, matter: Matter, actor: User, to: str, event: Any = None, **_: Any) -> None:
    """A matter referred to the van (`to` = "van") calls one to its place with its own words; sent
    twice it is one.
    """
    if to != VAN:
        return
    words = matter.title.partition("：")
    ask_van(
        actor=actor,
        client_id=uuid5(NAMESPACE_URL, f"van:{matter.pk}"),
        area=matter.area,
        address=f"{matter.area.name}（{words[0]}）",
        about=(event.note if event and event.note else words[2] or matter.title),
        matter=matter,
    )
