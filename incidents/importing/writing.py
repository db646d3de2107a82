"""Writing imported incidents in bulk: matter, incident and timeline, each in one statement."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.utils import timezone

from accounts.models import User
from grids.imports.base import Change
from grids.models import Area, ImportBatch
from incidents.importing.placing import Place
from incidents.kinds import POLICE_INCIDENT
from incidents.models import PoliceIncident, caller_index, caller_tail
from matters.clocks import Limits
from matters.models import ClockRun, Event, Matter
from shared.pinyin import initials_of_parts

Placed = PoliceIncident.Placed
WAITING = POLICE_INCIDENT.start
ASSIGNED = "assigned"
CLOSED = "closed"
IN_HAND = frozenset({"", "正在办理", "移交联勤工作站"})
"""Police results after which somebody still has the incident in hand."""
NOT_YET_HANDLED = frozenset({WAITING, "accepted", ASSIGNED})
CONTENT = (
    "incident_type", "level", "address", "address_key", "village_text", "summary", "caller_name",
    "caller_phone",
    "phone_index", "tail_index", "police_unit", "attended_at", "attended_result", "to_mediation", "placed",
    "row_hash",
)  # fmt: skip
OF_MATTER = ("title", "initials", "occurred_at", "area", "state", "version", "moved_at")


def matter_of(
    incident: PoliceIncident,
    area: Area,
    occurred_at: datetime,
    title: str,
    reporter: User | None,
    limits: Limits,
) -> Matter:
    """The matter of a new incident, not saved yet: assigned to the area that was found, waiting where none
    was. Its clock runs from when it came in; late, every later morning alert asks for it as overdue, so that
    no excuse, transfer or return lets it drop out of sight.
    """
    now = timezone.now()
    matter = Matter(
        kind=POLICE_INCIDENT.code,
        number=incident.police_number,
        gravity=incident.level[:10],
        title=title,
        area=area,
        state=WAITING if incident.placed == Placed.TRAY else ASSIGNED,
        reporter=reporter,
        occurred_at=occurred_at,
        moved_at=now,
    )
    run = limits.begin(matter, "accept" if matter.state == WAITING else "handle", now)
    matter.new_run = run  # type: ignore[attr-defined]
    return matter


def take_as_history(incident: PoliceIncident, before: datetime) -> None:
    """End the matter of a new incident that is older than `before` and that the police ended (docs/decisions/
    0011); never one of the tray, nor one for mediation."""
    matter = incident.matter
    if (
        matter.state != ASSIGNED
        or matter.occurred_at >= before
        or incident.to_mediation
        or incident.attended_result in IN_HAND
    ):
        return
    matter.state = CLOSED
    matter.outcome = Matter.Outcome.SETTLED
    matter.answer = f"派出所处警结果：{incident.attended_result}"
    # When the police ended it, not when the file came: a day's closures are that day's work.
    matter.closed_at = max(matter.occurred_at, incident.attended_at or matter.occurred_at)
    matter.due_at = matter.warn_at = None
    matter.new_run = None  # type: ignore[attr-defined]
    matter.version = 2


def place_anew(incident: PoliceIncident, found: Place) -> bool:
    """Move an incident whose address changed, and say whether it lies where its new address says; never what
    a person placed or assigned, what is being handled, or out of a village into the tray.

    Its address key follows the address in any case: the repeat rule asks where, not who.
    """
    matter = incident.matter
    incident.address_key = found.address_key
    if found.how == Placed.TRAY:
        return True  # the new address says nothing
    if incident.placed == Placed.HAND or matter.state not in NOT_YET_HANDLED:
        return matter.area.path.startswith(found.area.path)
    incident.placed = found.how
    matter.area = found.area
    matter.state = ASSIGNED if matter.state == WAITING else matter.state
    return True


def create(incidents: Sequence[PoliceIncident], batch: ImportBatch) -> None:
    """Store new incidents with matters, clocks and timelines (two lines for history): four statements."""
    if not incidents:
        return
    matters = Matter.objects.bulk_create([incident.matter for incident in incidents])
    for incident, matter in zip(incidents, matters, strict=True):
        incident.matter = matter
        incident.phone_index = caller_index(incident.caller_phone)
        incident.tail_index = caller_tail(incident.caller_phone)
    ClockRun.objects.bulk_create(run for m in matters if (run := m.new_run))  # type: ignore[attr-defined]
    PoliceIncident.objects.bulk_create(incidents)
    now = timezone.now()
    Event.objects.bulk_create(event for incident in incidents for event in _first_lines(incident, batch, now))


def _came_by(batch: ImportBatch) -> str:
    """A run that is no row of its own is a person's or program's single entry."""
    return f"由警情表导入（第 {batch.pk} 批）" if batch.pk else "单件登记"


def _first_lines(incident: PoliceIncident, batch: ImportBatch, now: datetime) -> Iterator[Event]:
    """登记 by whoever imported; for history also 销号, by the system."""
    matter = incident.matter
    yield Event(
        matter=matter,
        action="open",
        label="登记",
        to_state=WAITING if incident.placed == Placed.TRAY else ASSIGNED,
        actor=batch.by,
        at=now,
        note=f"{_came_by(batch)}，{incident.get_placed_display()}。",
    )
    if matter.state == CLOSED:
        yield Event(
            matter=matter,
            action="history",
            label="销号",
            from_state=ASSIGNED,
            to_state=CLOSED,
            at=now,
            note="导入时已过去多日，派出所已处结，存档。",
            evidence={"outcome": matter.outcome, "answer": matter.answer},
        )


def update(changed: Sequence[tuple[PoliceIncident, Sequence[Change]]], batch: ImportBatch) -> None:
    """Store changed incidents and a line in each timeline that says what changed: four statements."""
    if not changed:
        return
    now = timezone.now()
    before = dict(Matter.objects.filter(pk__in=[i.pk for i, _ in changed]).values_list("pk", "state"))
    for incident, _ in changed:
        incident.phone_index = caller_index(incident.caller_phone)
        incident.tail_index = caller_tail(incident.caller_phone)
        incident.matter.initials = initials_of_parts(incident.matter.title, 160)
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
            note="；".join(f"{labels.get(c.code, c.code)}：{c.old} → {c.new}" for c in changes)
            or "内容已更新",
        )
        for incident, changes in changed
    )
