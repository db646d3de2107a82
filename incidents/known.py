"""What is known of a call, report or hazard, for whoever takes it over or asks who called before."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse

from grids.queries import words
from grids.scope import covers
from incidents.models import Hazard, PoliceIncident
from incidents.queries import short_address
from incidents.reports.models import CitizenReport
from matters.models import Matter
from shared.jinja import date_text

SHOWN = 5
SORTS = {
    "dispute": "neighbour",
    "traffic": "traffic",
    "noise": "neighbour",
    "domestic_violence": "marriage_family",
}
"""Type of the incident → type of dispute, as a first guess that a mediator sets right."""


def taken_over(matter: Matter) -> dict[str, Any]:
    """Source, place, caller and what the police wrote: what a case at a station begins with."""
    incident = PoliceIncident.objects.get(matter=matter)
    return {
        "source": "police",
        "facts": incident.summary,
        "address": short_address(incident.address),
        "dispute_type": SORTS.get(incident.incident_type, "other"),
        "name": incident.caller_name,
        "phone": incident.caller_phone,
    }


def report_taken_over(matter: Matter) -> dict[str, Any]:
    """What a resident wrote, and where; he gave no name."""
    report = CitizenReport.objects.get(matter=matter)
    return {"source": "resident", "facts": report.description, "address": short_address(report.address)}


def hazard_taken_over(matter: Matter) -> dict[str, Any]:
    """What was found unsafe, and where."""
    hazard = Hazard.objects.get(matter=matter)
    return {
        "source": "grid" if hazard.source == "grid_census" else "department",
        "facts": hazard.description,
        "address": short_address(hazard.address),
    }


def calls_before(
    reader: Any, phones: Sequence[str], keys: Sequence[str], matter: Matter
) -> list[tuple[str, str]]:
    """Earlier incidents of the street by one of the phones (blind indexes) or at one of the places, newest
    first, as (when and what sort, address of its page). Who has no right to it gets no page, and no more
    than the sort.
    """
    street = f"/{matter.area.parent_ids[0]}/"
    found = (
        PoliceIncident.objects.filter(
            Q(phone_index__in=phones) | Q(address_key__in=keys),
            matter__area__path__startswith=street,
            matter__occurred_at__lt=matter.occurred_at,
        )
        .exclude(matter__cases=matter.pk)
        .select_related("matter__area")
        .order_by("-matter__occurred_at", "-pk")[:SHOWN]
    )
    labels = words("incident_type")["incident_type"]
    return [
        (
            f"{date_text(incident.matter.occurred_at)}，{labels.get(incident.incident_type, '警情')}，"
            + ("同一电话" if incident.phone_index in phones else "同一地址"),
            reverse("matter_page", args=[incident.pk])
            if covers(reader, "incidents.view", incident.matter.area)
            else "",
        )
        for incident in found
    ]
