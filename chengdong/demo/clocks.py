"""The clocks of what is still open, replayed from its timeline; a hazard in every state of a clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID

from django.db import connection
from django.utils import timezone

from accounts.models import User
from chengdong.demo.places import Grid, Street
from chengdong.demo.plan import Plan, moment, read
from grids.models import Area, Unit
from incidents.workflow import raise_hazard
from matters import clocks, escalation
from matters.loop import KINDS
from matters.models import Card, ClockRule, Event, Matter
from matters.workflow import advance

Step = tuple[int, str, str, str, dict[str, Any]]
"""Days ago, action, who (a key of `Stories.who`), note, evidence."""
ANSWERED = {"outcome": "settled", "answer": "已换成合格线路，并教会房东每月自查。"}
STORIES: dict[str, tuple[str, str, int, tuple[Step, ...]]] = {
    "paused": (
        "electric", "serious", 4,
        ((2, "handle", "worker", "", {}), (1, "ask_info", "worker", "请房东提供电气检测报告", {})),
    ),
    "asked": (
        "electric", "serious", 5,
        ((4, "handle", "worker", "", {}),
         (1, "ask_extension", "worker", "配电箱要订货，五天后到", {"days": "5"})),
    ),
    "granted": (
        "egress", "serious", 5,
        ((4, "handle", "worker", "", {}),
         (3, "ask_extension", "worker", "要等租客搬走杂物", {"days": "5"}),
         (2, "grant_extension", "officer", "", {})),
    ),
    "supervised": (
        "gas", "major", 2,
        ((2, "handle", "worker", "", {}), (1, "supervise", "leader", "今天断气检查，明天中午前报结果。", {})),
    ),
    "yellow": ("egress", "serious", 7, ((5, "handle", "worker", "", {}),)),
    "red": ("electric", "serious", 8, ((6, "handle", "worker", "", {}),)),
    "reminder": ("ebike", "serious", 11, ((8, "handle", "worker", "", {}),)),
    "bulletin": ("gas", "major", 18, ((16, "handle", "worker", "", {}),)),
    "reopened": (
        "electric", "ordinary", 12,
        ((10, "handle", "worker", "", {}), (8, "echo", "worker", "线已经换了", {}),
         (7, "verify", "officer", "", ANSWERED),
         (2, "reopen", "officer", "回头看时发现又私拉电线", {})),
    ),
    "merged": ("electric", "serious", 3, ((2, "merge", "officer", "同一家", {"main": "red"}),)),
    "transferred": (
        "egress", "ordinary", 6,
        ((5, "handle", "worker", "", {}),
         (3, "transfer", "officer", "要专业检测，请部门办理", {"unit": "department"})),
    ),
}  # fmt: skip
"""Type, level and days ago of each; accepted and given to its grid on the same day."""


def wind(plan: Plan, streets: list[Street]) -> int:
    """Every open matter gets its clock, the first street its stories, all the cards that were due; returns
    how many matters were added."""
    _replay()
    added = Stories(plan, streets[0]).tell()
    _cards(moment(plan.until, 0) - timedelta(seconds=1))
    return added


def _replay() -> None:
    """Each open matter's events through `matters.clocks`, as its moves would have turned it."""
    kinds = ClockRule.objects.values_list("kind", flat=True).distinct()
    found = Matter.objects.open().filter(kind__in=kinds).order_by("pk").prefetch_related("events")
    for matter in found:
        moves = KINDS[matter.kind].loop
        for event in sorted(matter.events.all(), key=lambda event: event.pk):
            stage = _stage(matter, event, moves)
            if stage:
                clocks.start(matter, stage, event.at)
            elif _told(event, moves) == "pause":
                clocks.pause(matter, event.actor, event.note, event.at)
        matter.save(update_fields=["due_at", "warn_at", "paused_at"])


def _stage(matter: Matter, event: Event, moves: Any) -> str:
    """The stage whose clock the event starts, "" = none."""
    if event.action == "open":
        return "accept" if event.to_state == KINDS[matter.kind].start else "handle"
    how, _, stage = _told(event, moves).partition(":")
    return stage if how == "start" else ""


def _told(event: Event, moves: Any) -> str:
    """What the move did to the clock."""
    return next((m.clock for m in moves if m.action == event.action and event.from_state in m.sources), "")


@contextmanager
def travelled(at: datetime) -> Iterator[None]:
    """The workflow's clock stands at this moment."""
    with patch.object(timezone, "now", lambda: at):
        yield


class Stories:
    """Hazards moved by the real workflow at times gone by."""

    def __init__(self, plan: Plan, street: Street) -> None:
        self.plan, self.street = plan, street
        self.dice = plan.dice("clocks")
        self.made: dict[str, Matter] = {}
        self.found = read("words")["hazards"]
        worked = street.find(read("street")["accounts"]["worker"][2]).id
        self.grids = [grid for village in street.villages[:2] for grid in village.grids if grid.id != worked]
        self.department = Unit.objects.filter(kind="department", area=street.id).order_by("pk").first()

    def tell(self) -> int:
        """All of them, one grid after the other; how many."""
        for n, (name, story) in enumerate(STORIES.items()):
            place = list(STORIES).index("red") if name == "merged" else n
            self._one(name, self.grids[place % len(self.grids)], *story)
        return len(self.made)

    def _one(self, name: str, grid: Grid, kind: str, level: str, back: int, steps: tuple[Step, ...]) -> None:
        who = {
            "worker": User.objects.get(pk=grid.worker),
            "officer": User.objects.get(pk=grid.village.officer),
            "leader": User.objects.get(pk=self.street.people["leader"]),
        }
        area = Area.objects.select_related("parent").get(pk=grid.id)
        with travelled(self._at(back, 0)):
            hazard, _ = raise_hazard(
                actor=User.objects.get(pk=self.street.people["command"]),
                area=area,
                hazard_type=kind,
                level=level,
                description=self.found[kind]["found"][0],
                source="grid_census",
                client_id=UUID(int=self.dice.getrandbits(128), version=4),
                address=grid.address(grid.low),
            )
        matter = self.made[name] = hazard.matter
        given: tuple[Step, ...] = (
            (back, "accept", "officer", "", {}),
            (back, "assign", "officer", "", {"area": area}),
        )
        for n, (days, action, by, note, evidence) in enumerate((*given, *steps), start=1):
            named = self._named(evidence, area)
            with travelled(self._at(days, n)):
                advance(matter=matter, action=action, actor=who[by], note=note, evidence=named)

    def _at(self, back: int, n: int) -> datetime:
        """The hour of the n-th step of a story so many days ago."""
        return moment(self.plan.until - timedelta(days=back), 9 * 60 + 35 * n)

    def _named(self, evidence: dict[str, Any], area: Area) -> dict[str, Any]:
        """With the rows that its words stand for."""
        if "main" in evidence:
            return {"main": self.made[evidence["main"]].number}
        if "unit" in evidence:
            return {"unit": self.department, "area": area}
        return evidence


def _cards(now: datetime) -> None:
    """What the sweep would have given until then, each at its own hour; who was told has long read it."""
    due = escalation.DUE | {Card.Grade.YELLOW: "run.warn_at <= %(now)s"}
    values = escalation.as_of(now) | {"most": None}
    for grade, condition in due.items():
        escalation.give(grade, values, condition)
    with connection.cursor() as cursor:
        cursor.execute(HOURS, [now])


HOURS = """
UPDATE matters_card card
SET made_at = LEAST(%s, CASE card.grade
    WHEN 'yellow' THEN run.warn_at
    WHEN 'red' THEN card.deadline
    WHEN 'reminder' THEN midnight.at
    ELSE midnight.at + interval '7 days' END)
FROM matters_clockrun run,
  LATERAL (SELECT (date_trunc('day', run.due_at AT TIME ZONE 'Asia/Shanghai') + interval '1 day')
           AT TIME ZONE 'Asia/Shanghai' AS at) midnight
WHERE run.matter_id = card.matter_id AND run.stage = card.stage AND run.due_at = card.deadline
"""
