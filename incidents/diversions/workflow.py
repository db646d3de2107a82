"""Every write on a diversion: what a matter's moves do to it, and the sweep that tells of passed limits.

Receiving side and police act by moves of the matter (incidents/kinds.py), so right, territory, lock and
timeline are those of `matters.workflow.advance`; the functions here are the conditions and effects of these
moves.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from grids.models import Post, Term, Unit
from grids.queries import parameters
from grids.scope import posts_of
from grids.vocabulary.schemes import DIVERTIBLE
from incidents.diversions.models import Diversion
from incidents.facts import incident_diverted
from incidents.models import PoliceIncident
from matters import notices
from matters.loop import Transition
from matters.models import Event, Matter
from matters.wording import NoticeKind
from shared.errors import InvalidInput, NotAllowed

TAKE, DIVERT = "diversions.take", "incidents.divert"
ROOM = "command"
NOTICE = NoticeKind(
    "diversion",
    "公安分流、分流超时",
    {"类别": "噪音扰民", "地址": "河边村一区26号", "接收方": "河边村调解工作站"},
    usual=(notices.WEBHOOK,),
)
RECEIVERS = (Unit.Kind.STATION, Unit.Kind.DEPARTMENT)
LIMITS = {
    "sign_by": "divert_sign_minutes",
    "contact_by": "divert_contact_minutes",
    "arrive_by": "divert_arrive_minutes",
    "close_by": "divert_close_minutes",
}
AT = {"sign": "signed_at", "contact": "contacted_at", "arrive": "arrived_at", "reply": "answered_at"}
AFTER = {"sign": (), "contact": ("signed_at",), "arrive": ("signed_at", "contacted_at")}
AT_ONCE = 500


def running(matter: Matter) -> Diversion | None:
    """The matter's open diversion; read once for all conditions of a page."""
    if not hasattr(matter, "_diversion"):
        found = matter.diversions.filter(ended_at=None).select_related("unit")
        matter._diversion = found.first()  # type: ignore[attr-defined]
    diversion: Diversion | None = matter._diversion  # type: ignore[attr-defined]
    return diversion


def may_divert(matter: Matter, _: Transition, __: User | None) -> bool:
    """Only incidents of a kind that is no police matter, and not twice at a time."""
    types = Term.objects.filter(scheme="incident_type", group=DIVERTIBLE).values("code")
    return (
        running(matter) is None
        and PoliceIncident.objects.filter(matter=matter, incident_type__in=types).exists()
    )


def receives(user: User | None, diversion: Diversion) -> bool:
    """Whether the user belongs to the receiving side: the unit's people, and the street's command room, which
    may act for every one."""
    matter = diversion.matter
    return any(
        TAKE in post.role.rights
        and matter.area.path.startswith(post.area.path)
        and (post.unit is None or post.unit.kind == Unit.Kind.COMMAND or post.unit_id == diversion.unit_id)
        for post in posts_of(user)
    )


def may_step(matter: Matter, transition: Transition, actor: User | None) -> bool:
    """The next step, and only to the receiving side."""
    diversion = running(matter)
    if diversion is None:
        return False
    diversion.matter = matter
    action = transition.action
    if not receives(actor, diversion):
        return False
    if action == "hand_back":
        return True
    if action == "reply":
        return diversion.contacted_at is not None
    return getattr(diversion, AT[action]) is None and all(
        getattr(diversion, name) is not None for name in AFTER[action]
    )


def receivers(matter: Matter) -> list[tuple[str, str]]:
    """To whom an incident can be passed on: the command room, the street's stations and departments."""
    root = f"/{matter.area.parent_ids[0]}/" if matter.area.parent_ids else matter.area.path
    units = Unit.objects.filter(kind__in=RECEIVERS, area__path__startswith=root).order_by("-kind", "id")
    return [(ROOM, "街道指挥室"), *((str(unit.pk), unit.name) for unit in units)]


def divert(matter: Matter, _: Transition, actor: User | None, note: str, evidence: dict[str, Any]) -> None:
    """分流: the limits count from now, in minutes of the clock on the wall (docs/decisions/0020)."""
    if actor is None:
        raise NotAllowed("警情只能由人分流。")
    offered, wanted = dict(receivers(matter)), str(evidence.get("receiver", ""))
    if wanted not in offered:
        raise InvalidInput("请选择分流给谁。", field="receiver")
    unit = None if wanted == ROOM else Unit.objects.get(pk=int(wanted))
    now, minutes = timezone.now(), parameters(*LIMITS.values())
    limits = {name: now + timedelta(minutes=minutes[code]) for name, code in LIMITS.items()}
    diversion = Diversion(
        matter=matter, unit=unit, note=note[:300], diverted_at=now, diverted_by=actor, **limits
    )
    diversion.look_again(now)
    diversion.save()
    matter._diversion = diversion  # type: ignore[attr-defined]
    matter.unit, matter.handler, matter.due_at = unit or _room(matter), None, diversion.close_by
    evidence["receiver"] = diversion.receiver


def _room(matter: Matter) -> Unit | None:
    """The unit that the street's command room is, so that every page says who has it now."""
    above = [*matter.area.parent_ids, matter.area.pk]
    return Unit.objects.filter(kind=Unit.Kind.COMMAND, area__in=above).order_by("area__path", "id").first()


def step(matter: Matter, transition: Transition, _: User | None, __: str, ___: dict[str, Any]) -> None:
    """签收, 联系, 到场: its moment."""
    diversion = Diversion.objects.get(matter=matter, ended_at=None)
    now = timezone.now()
    setattr(diversion, AT[transition.action], now)
    diversion.look_again(now)
    diversion.save()


def hand_back(matter: Matter, _: Transition, __: User | None, ___: str, ____: dict[str, Any]) -> None:
    """退回公安: not ours after all; the police may pass it on again, to somebody else."""
    _end(Diversion.objects.get(matter=matter, ended_at=None), Diversion.Ending.HANDED_BACK, timezone.now())
    matter.unit, matter.handler = None, None


def _end(diversion: Diversion, ending: Diversion.Ending, at: datetime) -> None:
    diversion.ended_at, diversion.ending, diversion.next_at = at, ending, None
    diversion.save(update_fields=["ended_at", "ending", "next_at"])


def followed(*, matter: Matter, event: Event, actor: User | None, **_: Any) -> None:
    """What any move of the matter means for its diversion, whoever made it; tells the fact of a new one."""
    if matter.kind != "police_incident":
        return
    diversion = matter.diversions.filter(ended_at=None).select_related("unit").first()
    if diversion is None:
        return
    if event.action == "divert":
        _tell_receiver(diversion)
        incident_diverted.send(
            sender=Diversion,
            incident=matter.police_incident,
            matter=matter,
            diversion=diversion,
            unit=diversion.unit,
            actor=actor,
        )
    elif matter.closed_at is not None:
        dropped = matter.outcome == Matter.Outcome.CANCELLED
        ending = Diversion.Ending.CANCELLED if dropped else Diversion.Ending.CLOSED
        _end(diversion, ending, matter.closed_at)
    elif event.action in {"assign", "place"}:
        _end(diversion, Diversion.Ending.REASSIGNED, event.at)
    elif (event.to_state == "echoed") != (diversion.answered_at is not None):
        diversion.answered_at = event.at if event.to_state == "echoed" else None
        diversion.look_again(event.at)
        diversion.save(update_fields=["answered_at", "next_at"])


def _told(diversion: Diversion) -> tuple[str, str]:
    """Sort and address of the incident, as a notice may say them: nothing that the caller said."""
    incident = PoliceIncident.objects.get(matter_id=diversion.matter_id)
    label = Term.objects.filter(scheme="incident_type", code=incident.incident_type).values_list(
        "label", flat=True
    )
    return label.first() or incident.incident_type, incident.address


def _people(diversion: Diversion, *, above: bool, leaders: bool = False) -> list[int]:
    """The receiving side; with `above` the two command rooms too, with `leaders` the street's leaders."""
    area = diversion.matter.area
    held = Post.objects.on().filter(area__in=[*area.parent_ids, area.pk], user__is_active=True)
    theirs = Q(unit=diversion.unit) if diversion.unit else Q(unit=None) | Q(unit__kind=Unit.Kind.COMMAND)
    wanted = Q(role__rights__contains=[TAKE]) & theirs
    if above:
        wanted |= Q(role__rights__contains=[DIVERT])
    if leaders:
        wanted |= Q(role__rights__contains=["matters.verify"], area__level="street")
    return list(held.filter(wanted).order_by("user").values_list("user", flat=True).distinct())


def _tell_receiver(diversion: Diversion) -> None:
    kind, address = _told(diversion)
    minutes = round((diversion.sign_by - diversion.diverted_at).total_seconds() / 60)
    notices.post(
        source=f"diversion:{diversion.pk}",
        recipients=_people(diversion, above=False),
        subject=f"公安分流：{kind}，{address}",
        body=f"派出所分流给{diversion.receiver}，请在 {minutes} 分钟内签收。",
        url=reverse("diversion", args=[diversion.pk]),
        channels=notices.BOTH,
        kind=NOTICE.code,
        urgency=notices.NOW,
        values={"类别": kind, "地址": address, "接收方": str(diversion.receiver)},
    )


@transaction.atomic
def flag_late(*, now: datetime | None = None) -> int:
    """Tell of every limit that has passed since the last look: on the timeline, to the receiving side and to
    both command rooms, for the last step to the leaders as well. How many. Late or doubled sweeps are
    harmless.
    """
    now = now or timezone.now()
    due = (
        Diversion.objects.filter(ended_at=None, next_at__lte=now)
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("matter__area", "unit")
        .order_by("next_at", "id")[:AT_ONCE]
    )
    count = 0
    for diversion in due:
        since = diversion.next_at or now
        passed = [s for s in diversion.steps() if s.at is None and not s.waived and since <= s.limit <= now]
        kind, address = _told(diversion)
        for late in passed:
            limit = f"{timezone.localtime(late.limit):%H:%M}"
            said = f"{late.name}超时：限 {limit}，{diversion.receiver}还没有{late.name}。"
            state = diversion.matter.state
            Event.objects.create(
                matter=diversion.matter,
                action="late",
                label=f"{late.name}超时",
                from_state=state,
                to_state=state,
                at=now,
                note=said,
            )
            notices.post(
                source=f"diversion:{diversion.pk}:{late.code}",
                recipients=_people(diversion, above=True, leaders=late.code == "close"),
                subject=f"分流{late.name}超时：{kind}，{address}",
                body=said,
                url=reverse("diversion", args=[diversion.pk]),
                channels=notices.BOTH,
                kind=NOTICE.code,
                urgency=notices.NOW,
                values={"类别": kind, "地址": address, "接收方": str(diversion.receiver)},
            )
            count += 1
        diversion.look_again(now)
        diversion.save(update_fields=["next_at"])
    return count
