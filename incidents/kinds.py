"""The kinds of matter that this app owns, each with its table of moves derived from the standard loop."""

from incidents.reports.takeover import TO_HAZARD
from matters.loop import STANDARD_LOOP, Kind, derive, move

IN_HAND = "assigned handling"
DIVERSION = (
    move(
        "divert",
        "分流",
        "accepted assigned handling",
        "assigned",
        "incidents.divert",
        "receiver",
        fields=("note",),
        prompt="要交代的",
        effect="divert",
        when="may_divert",
    ),
    move("sign", "签收", IN_HAND, "", "diversions.take", effect="diversion_step", when="diversion_step"),
    move("contact", "已联系", IN_HAND, "", "diversions.take", effect="diversion_step", when="diversion_step"),
    move(
        "arrive",
        "已到场",
        IN_HAND,
        "handling",
        "diversions.take",
        takes=True,
        effect="diversion_step",
        when="diversion_step",
    ),
    move(
        "reply",
        "回复办结",
        IN_HAND,
        "echoed",
        "diversions.take",
        "note",
        prompt="怎么处理的、当事人怎么说",
        takes=True,
        when="diversion_step",
    ),
    move(
        "hand_back",
        "退回公安",
        IN_HAND,
        "accepted",
        "diversions.take",
        "note",
        prompt="为什么退回",
        effect="diversion_back",
        when="diversion_step",
    ),
)
"""非警务分流 (incidents/diversions): open only for what is no police matter, and to the receiving side."""

POLICE_INCIDENT = Kind(
    code="police_incident",
    label="警情",
    prefix="JQ",
    start="reported",
    loop=derive(
        STANDARD_LOOP,
        add=[
            move("place", "落格", "reported", "assigned", "incidents.place", "area", clock="start:handle"),
            *DIVERSION,
        ],
        echo={"label": "回应"},
        refer={"by_reporter": True},
    ),
    reader="incidents.view",
)
"""Its number is the police number. One that the import could not place waits in `reported` until the command
room places it. The police, its reporter, refer it by a mark in their export (incidents/referring.py).
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
        add=[TO_HAZARD],
        verify={"label": "审核答复", "fields": ("photos",)},
        ask_info={"prompt": "请上报人补充什么（上报人看得到）"},
    ),
    reader="reports.view",
)
"""It ends with an answer that the resident reads and rates."""
