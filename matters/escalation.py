"""The sweep of due clocks: yellow at 80 %, red at 100 %, reminder next day, bulletin at +5 working days.

Each grade is one statement over what is newly due (`ClockRun.graded`), written once for each (matter, stage,
deadline, grade): a repeated, doubled or late sweep adds nothing. What is late already gets no yellow card any
more.
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from django.db import connection, transaction
from django.urls import reverse

from grids.queries import parameters
from matters.models import Card
from matters.models.clock import Unit
from matters.notices import BOTH, DAY, NOW, Letter, post_letters
from matters.people import HOLDER, LEADER, OFFICER, people_of
from matters.workdays import calendar
from shared.dates import at, local
from shared.jinja import moment_text

Grade = Card.Grade
MOST = 2000
"""Rows that one statement takes: the sweep repeats it until none is left."""
KIND = "clock"
RUNNING = """
    FROM matters_clockrun run JOIN matters_matter matter ON matter.id = run.matter_id
    WHERE run.stopped_at IS NULL AND run.graded = ANY(%(before_{grade})s)
      AND matter.paused_at IS NULL AND matter.closed_at IS NULL AND {due}
"""
CARD = """
WITH due AS (
    SELECT run.id, run.matter_id, run.stage, run.due_at {running}
    ORDER BY run.due_at, run.id
    LIMIT %(most)s
    FOR KEY SHARE OF matter SKIP LOCKED
    FOR NO KEY UPDATE OF run SKIP LOCKED
), marked AS (
    UPDATE matters_clockrun run SET graded = %(place)s FROM due WHERE run.id = due.id
)
INSERT INTO matters_card (matter_id, stage, grade, deadline, made_at)
SELECT matter_id, stage, %(grade)s, due_at, %(now)s FROM due ORDER BY due_at, id
ON CONFLICT (matter_id, stage, deadline, grade) DO NOTHING
RETURNING id, matter_id, deadline
"""
"""Waits for nobody: a matter that is being moved at this moment has its turn with the next sweep."""
DUE = {
    Grade.YELLOW: "run.warn_at <= %(now)s AND run.due_at > %(now)s",
    Grade.RED: "run.due_at <= %(now)s",
    Grade.REMINDER: "run.due_at < %(remind)s",
    Grade.BULLETIN: "run.due_at <= %(bulletin)s",
}
PLACE = {grade: place for place, grade in enumerate(Grade, 1)}
ORDER = {Grade.YELLOW: "run.graded, run.warn_at"}
ANY = """
(SELECT TRUE {running} ORDER BY {order} LIMIT 1)
"""
"""Ordered as the index is: nearly always there is none, which the planner's statistics do not know."""
TOLD = {
    Grade.YELLOW: (HOLDER,),
    Grade.RED: (HOLDER, OFFICER),
    Grade.REMINDER: (HOLDER, OFFICER, LEADER),
    Grade.BULLETIN: (OFFICER, LEADER),
}
"""Who hears of it: each grade reaches one level higher."""
TEXT = {
    Grade.YELLOW: "黄牌，快到期",
    Grade.RED: "红牌，已超期",
    Grade.REMINDER: "催办，超期未办",
    Grade.BULLETIN: "列入通报",
}
ABOUT = """
SELECT matter.id, matter.number, matter.title, run.unit
FROM matters_matter matter JOIN matters_clockrun run ON run.matter_id = matter.id AND run.stopped_at IS NULL
WHERE matter.id = ANY(%s)
"""


def raise_due(now: datetime) -> dict[str, int]:
    """Give every card that is due and tell who must know; how many of each grade are new."""
    values = as_of(now)
    with connection.cursor() as cursor:
        cursor.execute(LOOK, values)
        due = cursor.fetchone()
    return {
        grade.value: _raise(grade, values) if found else 0 for grade, found in zip(Grade, due, strict=True)
    }


def _running(grade: Card.Grade, due: str) -> str:
    return RUNNING.format(grade=grade.value, due=due)


LOOK = "SELECT " + ", ".join(
    ANY.format(running=_running(grade, due), order=ORDER.get(grade, "run.graded, run.due_at"))
    for grade, due in DUE.items()
)
"""Which grades have anything to give: nearly every sweep ends with this one look."""


def give(grade: Card.Grade, values: dict[str, Any], due: str = "") -> list[tuple[int, int, datetime]]:
    """The new cards of a grade, of up to `most` runs, as (id, matter, deadline); nobody is told yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            CARD.format(running=_running(grade, due or DUE[grade])),
            {**values, "grade": grade.value, "place": PLACE[grade]},
        )
        return list(cursor.fetchall())


def as_of(now: datetime) -> dict[str, Any]:
    """What the statement compares with at this moment."""
    limits = parameters("remind_days", "bulletin_workdays")
    today = local(now).date()
    return {
        "now": now,
        "most": MOST,
        # Late by so many days: red on the day itself, reminded on the morning after.
        "remind": at(today - timedelta(days=limits["remind_days"] - 1), time(0)),
        "bulletin": at(calendar().back(today, limits["bulletin_workdays"]), time(23, 59, 59)),
        **{f"before_{grade}": list(range(place)) for grade, place in PLACE.items()},
    }


def _raise(grade: Card.Grade, values: dict[str, Any]) -> int:
    made = 0
    while True:
        new = _some(grade, values)
        made += new
        if new < MOST:
            return made


@transaction.atomic
def _some(grade: Card.Grade, values: dict[str, Any]) -> int:
    cards = give(grade, values)
    if not cards:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(ABOUT, [[matter for _, matter, _ in cards]])
        about = {row[0]: row[1:] for row in cursor.fetchall()}
    people = people_of(about)
    # A clock that was stopped between the two statements calls nobody any more.
    letters = [
        _letter(grade, card, matter, deadline, about[matter], people.get(matter, {}))
        for card, matter, deadline in cards
        if matter in about
    ]
    post_letters(letters=letters, channels=BOTH)
    return len(cards)


def _letter(
    grade: Card.Grade,
    card: int,
    matter: int,
    deadline: datetime,
    about: tuple[str, str, str],
    people: Any,
) -> Letter:
    """A clock of minutes cannot wait for the morning; the others can, and so can the bulletin."""
    number, title, unit = about
    to: Iterable[int] = (user for tier in TOLD[grade] for user in people.get(tier, ()))
    urgent = unit == Unit.MINUTES and grade in {Grade.YELLOW, Grade.RED}
    return Letter(
        source=f"card:{card}",
        subject=f"{TEXT[grade]}：{title}",
        body=f"{number} {title}，期限 {moment_text(deadline)}。",
        url=reverse("matter_page", args=[matter]),
        recipients=sorted(set(to)),
        kind=KIND,
        urgency=NOW if urgent else DAY,
    )
