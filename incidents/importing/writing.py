"""Writing imported incidents in bulk: matter, incident and timeline, each in one statement."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from accounts.models import User
from grids.imports.base import Change
from grids.models import Area, ImportBatch
from incidents.importing.placing import Place
from incidents.kinds import POLICE_INCIDENT
from incidents.models import PoliceIncident
from matters.models import Event, Matter
from shared.crypto import blind

Placed = PoliceIncident.Placed
WAITING = POLICE_INCIDENT.start
ASSIGNED = "assigned"
NOT_YET_HANDLED = frozenset({WAITING, "accepted", ASSIGNED})
CONTENT = (
    "incident_type", "level", "address", "address_key", "village_text", "summary", "caller_name",
    "caller_phone",
    "phone_index", "police_unit", "attended_at", "attended_result", "to_mediation", "placed", "row_hash",
)  # fmt: skip
OF_MATTER = ("title", "occurred_at", "area", "state", "version", "moved_at")


def matter_of(
    incident: PoliceIncident, area: Area, occurred_at: datetime, title: str, reporter: User | None
) -> Matter:
    """The matter of a new incident, not saved yet: assigned to the area that was found, waiting where none
    was."""
    return Matter(
        kind=POLICE_INCIDENT.code,
        number=incident.police_number,
        title=title,
        area=area,
        state=WAITING if incident.placed == Placed.TRAY else ASSIGNED,
        reporter=reporter,
        occurred_at=occurred_at,
        moved_at=timezone.now(),
    )


def place_anew(incident: PoliceIncident, found: Place) -> None:
    """Move an incident whose address changed; never what a person placed, what is being handled, or out of a
    village into the tray."""
    matter = incident.matter
    if incident.placed == Placed.HAND or found.how == Placed.TRAY or matter.state not in NOT_YET_HANDLED:
        return
    incident.address_key = found.address_key
    incident.placed = found.how
    matter.area = found.area
    matter.state = ASSIGNED if matter.state == WAITING else matter.state


def create(incidents: Sequence[PoliceIncident], batch: ImportBatch) -> None:
    """Store new incidents with their matters and the first line of each timeline: three statements."""
    if not incidents:
        return
    matters = Matter.objects.bulk_create([incident.matter for incident in incidents])
    for incident, matter in zip(incidents, matters, strict=True):
        incident.matter = matter
        incident.phone_index = blind(incident.caller_phone, "phone")
    PoliceIncident.objects.bulk_create(incidents)
    now = timezone.now()
    Event.objects.bulk_create(
        Event(
            matter=incident.matter,
            action="open",
            label="登记",
            to_state=incident.matter.state,
            actor=batch.by,
            at=now,
            note=f"由警情表导入（第 {batch.pk} 批），{incident.get_placed_display()}。",
        )
        for incident in incidents
    )


def update(changed: Sequence[tuple[PoliceIncident, Sequence[Change]]], batch: ImportBatch) -> None:
    """Store changed incidents and a line in each timeline that says what changed: four statements."""
    if not changed:
        return
    now = timezone.now()
    before = dict(Matter.objects.filter(pk__in=[i.pk for i, _ in changed]).values_list("pk", "state"))
    for incident, _ in changed:
        incident.phone_index = blind(incident.caller_phone, "phone")
        incident.matter.version += 1
        incident.matter.moved_at = now
    Matter.objects.bulk_update([incident.matter for incident, _ in changed], OF_MATTER)
    PoliceIncident.objects.bulk_update([incident for incident, _ in changed], CONTENT)
    labels = {field.name: str(field.verbose_name) for field in PoliceIncident._meta.fields}
    labels["occurred_at"] = "报警时间"
    Event.objects.bulk_create(
        Event(
            matter=incident.matter,
            action="update",
            label="警情更新",
            from_state=before[incident.pk],
            to_state=incident.matter.state,
            actor=batch.by,
            at=now,
            note="；".join(f"{labels[c.code]}：{c.old} → {c.new}" for c in changes) or "内容已更新",
        )
        for incident, changes in changed
    )
