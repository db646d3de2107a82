"""The day of those who find hazards and do not visit: what runs, what they reported, what became of it."""

from typing import Any

from incidents.hazards.campaigns import running
from incidents.hazards.queries import my_hazards
from incidents.queries import place_row
from matters.loop import state_label
from matters.queries import holder_of

SHOWN = 5


def reporter_day(user: Any, rights: frozenset[str]) -> dict[str, Any]:
    """Nothing for who may not report; else running campaigns and the newest reports."""
    if "hazards.report" not in rights:
        return {"may_report": False, "campaigns": [], "mine": []}
    mine = my_hazards(user).order_by("-occurred_at", "-matter_id")[:SHOWN]
    return {
        "may_report": True,
        "campaigns": [row for row in running(user) if row.inspected < row.total][:SHOWN],
        "mine": list(mine),
        "state_label": state_label,
        "holder_of": lambda row: holder_of(place_row(row)),
    }
