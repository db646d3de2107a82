"""Making digests: the morning alert raises obligations, the evening echo reconciles them, with notices."""

import zlib
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import orjson
from django.db import connection, transaction
from django.db.models import Case, Value, When
from django.utils import timezone

from accounts.models import User
from digests import statements
from digests.clock import Due, due_at, due_runs
from digests.letters import AREA, POLICE, send
from digests.models import DigestKind, DigestRun, Schedule
from grids.models import Area, Target
from grids.queries import parameters
from grids.scope import covers
from matters.loop import KINDS
from matters.models import Obligation
from matters.obligations import ANSWERING, with_village
from shared.dates import at, today
from shared.errors import InvalidInput, NotFound

MORNING, EVENING = DigestKind.MORNING.value, DigestKind.EVENING.value
REPEAT = ("repeat_days", "repeat_yellow", "repeat_red")
MOST = 200
"""Things that one digest names; the rest is counted in `unlisted` and named in the digests below it."""
WINDOW = timedelta(hours=24)
REACH = timedelta(days=2)
"""An incident that came in so long after it happened is still asked for, on the morning after it came in."""


@dataclass(frozen=True)
class Made:
    """What came of a run: created False means that it was there already and nothing changed."""

    created: bool
    obligations: int = 0
    notices: int = 0


def run_digest(*, kind: str, street: Area, day: date, by: User | None = None) -> Made:
    """Make a street's morning alert or evening echo of a day, all rows of it or none; again changes nothing.

    An evening without a morning makes that first. Raises InvalidInput for a day that has not come.
    """
    if day > today():
        raise InvalidInput(f"{day:%Y-%m-%d} 还没到，不能提前生成双响。", field="date")
    _run(statements.STALE, _common(street, day))
    if kind == EVENING:
        run_digest(kind=MORNING, street=street, day=day, by=by)
    return _make(kind=kind, street=street, day=day, by=by)


@transaction.atomic
def _make(*, kind: str, street: Area, day: date, by: User | None) -> Made:
    _one_at_a_time(kind, street, day)
    if DigestRun.objects.filter(kind=kind, street=street, business_date=day).exists():
        return Made(created=False)
    due = due_at(street, kind, day)
    run = DigestRun.objects.create(
        kind=kind, street=street, business_date=day, due_at=due, ran_at=timezone.now(), by=by
    )
    if kind == MORNING:
        _know_the_new_rows(_run(statements.RAISE, {**_asking(street, day), "until": due, "reach": REACH}))
    else:
        _run(statements.ESCALATE, _common(street, day))
    digests = freeze(run)
    told = send(street=street, day=day, digests=digests)
    whole = next(d for d in digests if d["area_id"] == street.pk)
    return Made(created=True, obligations=whole["expected"], notices=told)


def freeze(run: DigestRun) -> list[dict[str, Any]]:
    """Write the run's digests, of every area and of the police, from the obligations as they stand now."""
    with connection.cursor() as cursor:
        cursor.execute(statements.GATHER, _common(run.street, run.business_date))
    return _freeze(run, AREA) + _freeze(run, POLICE)


@transaction.atomic
def set_hours(*, street: Area, morning: time, evening: time, active: bool, actor: User) -> None:
    """Change when a street's digests are due, from the next one on; what was made stays. Safe to repeat.

    A later evening gives today's alert more time. An earlier one is for tomorrow where today's alert has
    told people the later hour (docs/decisions/0019).

    Raises NotFound outside the territory of `digests.run`, InvalidInput where the evening is not the later.
    """
    if not covers(actor, "digests.run", street):
        raise NotFound("没有找到这个街道，或它不在您的辖区。")
    if evening <= morning:
        raise InvalidInput("晚间回响要晚于早上预响，请改时间。", field="evening")
    day = today()
    _one_at_a_time(EVENING, street, day)
    told, new = due_at(street, EVENING, day), at(day, evening)
    waits = _alerted(street, day)
    kept = {"told": told.time(), "told_until": day} if waits and new < told else {}
    for kind, hour in ((MORNING, morning), (EVENING, evening)):
        found = {"at": hour, "is_active": active, "told": None, "told_until": None}
        found |= kept if kind == EVENING else {}
        Schedule.objects.update_or_create(
            street=street,
            kind=kind,
            defaults=found,
            create_defaults={**found, "starts_on": day},
        )
    if waits and new > told:
        asked = Obligation.objects.filter(area__path__startswith=street.path, business_date=day)
        late = Case(When(answered_at__gt=new, then=Value(True)), default=Value(False))
        asked.update(due_at=new, late=late)


def _alerted(street: Area, day: date) -> bool:
    """Whether the day's alert was made and its echo was not."""
    made = DigestRun.objects.filter(street=street, business_date=day).values_list("kind", flat=True)
    return set(made) == {MORNING}


def _one_at_a_time(kind: str, street: Area, day: date) -> None:
    """Held until the transaction ends: a doubled beat waits here, then finds the run made.

    Late incidents take the evening's lock: they are counted by it or not asked for on that day.
    """
    key = zlib.crc32(f"digest:{kind}:{day}".encode())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [key - 2**31, street.pk])


def _know_the_new_rows(asked: int) -> None:
    """Let the planner count what a tenth more rows changed, as autovacuum does a minute later."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'matters_obligation'::regclass")
        if asked > cursor.fetchone()[0] / 10:
            cursor.execute("ANALYZE matters_obligation")


def _freeze(run: DigestRun, audience: str) -> list[dict[str, Any]]:
    """Count and name what stands now, for every area or for the police, and keep it unchangeable."""
    morning = run.kind == MORNING
    incidents = [Obligation.Kind.INCIDENT, Obligation.Kind.REPEAT]
    values = {
        **_common(run.street, run.business_date),
        "street": run.street_id,
        "run": run.pk,
        "kind": run.kind,
        "audience": audience,
        "kinds_told": Obligation.Kind.values if audience == AREA else [str(kind) for kind in incidents],
        "states_told": ["open"] if morning else ["open", "excused"],
        "answering": list(ANSWERING),
        "most": MOST,
        "cut_off_text": f"{due_at(run.street, EVENING, run.business_date):%H:%M}",
    }
    with connection.cursor() as cursor:
        cursor.execute(statements.FREEZE, values)
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    told = {"kind": run.kind, "audience": audience, "business_date": run.business_date}
    return [{**row, **told, "snapshot": orjson.loads(row["snapshot"])} for row in rows]


@transaction.atomic
def top_up(*, street: Area, day: date) -> int:
    """Ask for incidents that came in after the morning alert while there is time to answer before the echo.

    The alert stays as it was frozen; the evening counts these too. Parameter `digest_answer_hours` [D] is the
    time that must be left; what comes later is asked next morning. Safe to repeat.
    """
    _one_at_a_time(EVENING, street, day)
    now, asking = timezone.now(), _asking(street, day)
    left = timedelta(hours=parameters("digest_answer_hours")["digest_answer_hours"])
    if not _alerted(street, day) or asking["cut_off"] - now < left:
        return 0
    _run(statements.STALE, _common(street, day))
    return _run(statements.TOP_UP, {**asking, "until": now, "reach": timedelta(0)})


def _asking(street: Area, day: date) -> dict[str, Any]:
    """Values of the statements that raise obligations."""
    return {
        **_common(street, day),
        **parameters(*REPEAT),
        "since": due_at(street, MORNING, day) - WINDOW,
        "cut_off": due_at(street, EVENING, day),
        "kinds": orjson.dumps({kind.code: kind.label for kind in KINDS.values()}).decode(),
        "by_office": [kind.code for kind in KINDS.values() if kind.by_office],
        "waits": orjson.dumps(with_village()).decode(),
        "colours": orjson.dumps({str(value): str(label) for value, label in Target.Colour.choices}).decode(),
    }


def _common(street: Area, day: date) -> dict[str, Any]:
    return {
        "below": f"{street.path}%",
        "day": day,
        "now": timezone.now(),
        "with_village": list(with_village()),
    }


def _run(statement: str, values: dict[str, Any]) -> int:
    """Execute; how many rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def run_due(now: datetime) -> list[Made]:
    """Make everything that is due and missing, oldest first; an error is raised after all the others."""
    due = due_runs(now)
    streets = Area.objects.in_bulk({one.street_id for one in due})
    made: list[Made] = []

    def make(one: Due) -> None:
        made.append(run_digest(kind=one.kind, street=streets[one.street_id], day=one.day))

    with ExitStack() as others:
        for one in reversed(due):
            others.callback(make, one)
    return made


def top_up_all() -> int:
    """Today's late incidents of every street that had its alert and not yet its echo; how many are new."""
    day = today()
    streets = Area.objects.filter(level=Area.Level.STREET, is_active=True)
    return sum(top_up(street=street, day=day) for street in streets)
