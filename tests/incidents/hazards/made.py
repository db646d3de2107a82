"""Check lists, inspections and campaigns for tests."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from accounts.models import User
from incidents.hazards.campaigns import open_campaign
from incidents.hazards.checking import Finding, record_inspection
from incidents.models import Campaign, CheckList, Inspection
from shared.dates import today
from tests.cast import Cast


def stall_list() -> CheckList:
    """The shipped list for food stalls: gas, extinguisher, wiring, kitchen, noise."""
    return CheckList.objects.get(code="food_stall", is_current=True)


def findings(checklist: CheckList, **bad: str) -> dict[int, Finding]:
    """Everything in order but the hazard types named, each with its note."""
    return {
        item.pk: Finding("bad", bad[item.hazard_type]) if item.hazard_type in bad else Finding("ok")
        for item in checklist.items.all()
    }


def inspection(
    cast: Cast, actor: User | None = None, bad: dict[str, str] | None = None, **fields: Any
) -> Inspection:
    """The worker of grid A checks a food stall there; nothing out of order where `bad` names none."""
    checklist = fields.pop("checklist", None) or stall_list()
    defaults: dict[str, Any] = {
        "area": cast.grid_a,
        "address": "河边村一区26号",
        "source": "grid_census",
        "client_id": uuid4(),
        "place_type": "food_stall",
    }
    made, _ = record_inspection(
        actor=actor or cast.worker,
        checklist=checklist,
        findings=fields.pop("findings", None) or findings(checklist, **(bad or {})),
        **{**defaults, **fields},
    )
    return made


def campaign(cast: Cast, actor: User | None = None, **fields: Any) -> Campaign:
    """The command room's campaign over the food stalls of 河边村, for a month."""
    defaults: dict[str, Any] = {
        "name": "夜宵摊消防专项",
        "action": "fire",
        "area": cast.village,
        "checklist": stall_list(),
        "starts_on": today(),
        "ends_on": today() + timedelta(days=30),
        "leader": cast.officer,
        "client_id": uuid4(),
        "place_types": ["food_stall"],
    }
    made, _ = open_campaign(actor=actor or cast.command, **{**defaults, **fields})
    return made
