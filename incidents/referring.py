"""移交调解: what the police marked so in their export is referred by itself, as by an official."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from incidents.models import PoliceIncident
from matters.loop import KINDS
from matters.models import Event, Matter
from matters.workflow import advance
from shared.errors import DomainError

NOT_REFERRED = "not_referred"
ANSWER = "派出所移交调解，由联勤工作站联系双方。"


def refer_marked(incidents: Iterable[PoliceIncident]) -> int:
    """Refer those to mediation that are marked, placed, and still open for it; how many were.

    The police ask it, who have no account here: no actor. Each is referred once, however often its row comes
    again; one that an official opened again stays with him. One in a diversion stays there: it has a
    receiver. Where it cannot be referred (no station in the street), its timeline says why, once.
    """
    wanted = {i.matter_id: i for i in incidents if i.to_mediation and _open(i)}
    done = set(Event.objects.filter(matter__in=wanted, action="refer").values_list("matter", flat=True))
    diverted = set(
        Matter.objects.filter(pk__in=wanted, diversions__ended_at=None, diversions__isnull=False).values_list(
            "pk", flat=True
        )
    )
    return sum(_refer(incident.matter) for key, incident in wanted.items() if key not in done | diverted)


def _open(incident: PoliceIncident) -> bool:
    placed = incident.placed != PoliceIncident.Placed.TRAY
    return placed and KINDS["police_incident"].move(incident.matter.state, "refer") is not None


def _refer(matter: Matter) -> bool:
    evidence = {"refer_to": "mediation", "answer": ANSWER}
    try:
        with transaction.atomic():
            advance(matter=matter, action="refer", actor=None, note="警情表标明移交调解。", evidence=evidence)
    except DomainError as error:
        if not matter.events.filter(action=NOT_REFERRED).exists():
            Event.objects.create(
                matter=matter,
                action=NOT_REFERRED,
                label="没能移交调解",
                from_state=matter.state,
                to_state=matter.state,
                at=timezone.now(),
                note=error.message,
            )
        return False
    return True
