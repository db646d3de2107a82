"""What the van offers on the page of a police incident."""

from accounts.models import User
from grids.scope import covers
from matters.models import Matter
from mediation.models import VanCall


def of_incident(matter: Matter, user: User) -> tuple[str, str] | None:
    """To the incident's call, or to a new one where the reader may call a van and the incident is open."""
    if not (covers(user, "van.view", matter.area) or covers(user, "van.send", matter.area)):
        return None
    known = VanCall.objects.filter(matter=matter).exclude(state=VanCall.State.CANCELLED).first()
    if known:
        return f"调解车：{known.get_state_display()}", f"/mediation/van/{known.pk}/"
    if matter.closed_at is None and covers(user, "van.send", matter.area):
        return "呼叫调解车", f"/mediation/van/new/?matter={matter.pk}"
    return None
