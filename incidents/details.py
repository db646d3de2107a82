"""What a police incident adds to its matter's page, and the caller for the reveal page."""

from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.personal import PersonalField, Subject
from grids.queries import words
from grids.scope import covers
from incidents.models import PoliceIncident
from incidents.queries import short_address
from incidents.repeats.queries import earlier_of, repeat_rule
from matters.details import Detail
from matters.loop import KINDS
from matters.models import Matter
from shared.crypto import mask
from shared.jinja import moment_text
from shared.texts import without_numbers

EARLIER_SHOWN = 10


def _sentence(*parts: str) -> str:
    return "，".join(part for part in parts if part)


def of_incident(matter: Matter, user: User) -> Detail:
    """The police export's row, masked; for readers without `incidents.view` here only what sort of incident
    it was.
    """
    incident = PoliceIncident.objects.get(matter=matter)
    incident.matter = matter
    labels = words("incident_type", "incident_level")
    kind = labels["incident_type"].get(incident.incident_type, incident.incident_type)
    if not covers(user, "incidents.view", matter.area):
        return Detail(
            lead=short_address(incident.address), facts=(("类别", kind), ("地址", incident.address))
        )
    summary = without_numbers(incident.summary)
    facts = (
        ("类别", kind),
        ("级别", labels["incident_level"].get(incident.level, incident.level)),
        ("地址", incident.address),
        ("原文村社", incident.village_text),
        ("落格", incident.get_placed_display()),
        ("情况", summary),
        ("报警人", _sentence(mask(incident.caller_name), mask(incident.caller_phone))),
        ("处警单位", incident.police_unit),
        ("处警时间", moment_text(incident.attended_at) if incident.attended_at else ""),
        ("处警结果", incident.attended_result),
        ("移交调解", "是" if incident.to_mediation else ""),
    )
    personal = bool(incident.caller_name or incident.caller_phone)
    reveal = personal and covers(user, "personal.reveal", matter.area)
    return Detail(
        lead=_sentence(short_address(incident.address), summary),
        facts=facts,
        reveal=reverse("reveal", args=["police_incident", matter.pk]) if reveal else "",
        template="incidents/_more.html",
        extra={
            **repeats_of(incident, user),
            "diversions": list(matter.diversions.select_related("unit").order_by("-id")),
            "now": timezone.now(),
            "labels": labels["incident_type"],
            "states": KINDS[matter.kind].states,
            "short": short_address,
        },
    )


def repeats_of(incident: PoliceIncident, user: User) -> dict[str, Any]:
    """The incidents before this one that the reader may see, how many more there are, and the card that
    follows.
    """
    rule = repeat_rule()
    earlier = list(earlier_of(incident, rule.days))
    of_address = [e for e in earlier if e.address_key and e.address_key == incident.address_key]
    of_caller = [e for e in earlier if e.phone_index and e.phone_index == incident.phone_index]
    seen = [e for e in earlier if covers(user, "incidents.view", e.matter.area)]
    times = len(earlier) + 1
    return {
        "times": times,
        "card": rule.card(times),
        "days": rule.days,
        "same": "、".join(word for word, of in (("同一地址", of_address), ("同一报警人", of_caller)) if of),
        "earlier": seen[:EARLIER_SHOWN],
        "hidden": len(earlier) - len(seen[:EARLIER_SHOWN]),
        "of_address": {e.pk for e in of_address},
    }


def caller(user: User, pk: int) -> Subject | None:
    """Who called the police, for a reader with `personal.reveal` there."""
    seen = PoliceIncident.objects.within(user, "personal.reveal").select_related("matter")
    incident = seen.filter(pk=pk).first()
    if incident is None:
        return None
    return Subject(
        name=mask(incident.caller_name) or "报警人",
        meta=f"警情 {incident.police_number}",
        fields=(
            PersonalField("报警人", incident.caller_name),
            PersonalField("联系电话", incident.caller_phone),
        ),
        back=reverse("matter_page", args=[pk]),
    )
