"""What the file does when a case moves; connected in chengdong/wiring.py."""

from typing import Any

from accounts.models import User
from matters.models import Event, Matter
from mediation.models import Dispute
from mediation.papers.workflow import freeze


def case_archived(*, matter: Matter, event: Event, actor: User, **_: Any) -> None:
    """An archived case keeps its whole file as it was then."""
    if matter.kind == "dispute" and event.action == "archive":
        freeze(dispute=Dispute.objects.select_related("matter__area").get(pk=matter.pk), actor=actor)
