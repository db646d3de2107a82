"""The kinds of matter that this app owns, each with its table of moves derived from the standard loop."""

from incidents.reports.takeover import TO_HAZARD
from matters.loop import STANDARD_LOOP, Kind, derive, move

POLICE_INCIDENT = Kind(
    code="police_incident",
    label="警情",
    prefix="JQ",
    start="reported",
    loop=derive(
        STANDARD_LOOP,
        add=[move("place", "落格", "reported", "assigned", "incidents.place", "area", clock="start:handle")],
        echo={"label": "回应"},
    ),
    reader="incidents.view",
)
"""Its number is the police number. One that the import could not place waits in `reported` until the command
room places it.
"""

HAZARD = Kind(
    code="hazard",
    label="隐患",
    prefix="YH",
    start="reported",
    loop=derive(
        STANDARD_LOOP,
        echo={"label": "反馈整改"},
        handle={"label": "开始整改"},
        verify={"label": "复查销号", "fields": ("photos",)},
        redo={"label": "复查不合格，退回重改", "fields": ("photos",), "not_by": "handler"},
    ),
    reader="hazards.view",
)
"""Struck off only after somebody else than its handler looked again (复查)."""


CITIZEN_REPORT = Kind(
    code="citizen_report",
    label="群众上报",
    prefix="QZ",
    start="reported",
    loop=derive(
        STANDARD_LOOP,
        add=[
            move("again", "群众要求重办", "closed", "accepted", "", "note", clock="start:handle"),
            TO_HAZARD,
        ],
        verify={"label": "审核答复", "fields": ("photos",)},
    ),
    reader="reports.view",
)
"""It ends with an answer that the resident reads and rates."""
