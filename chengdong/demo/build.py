"""The whole demo in order: refuse or clear, land, people, targets, visits, incidents, hazards, schedule."""

from contextlib import nullcontext
from datetime import time, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction

from accounts.models import User
from chengdong.demo.answers import Ledger
from chengdong.demo.checks import Checker, photograph
from chengdong.demo.clocks import wind
from chengdong.demo.copying import bare
from chengdong.demo.diversions import pass_on
from chengdong.demo.docket import Docket
from chengdong.demo.echoes import freeze_past
from chengdong.demo.incidents import Desk
from chengdong.demo.papers import letterhead
from chengdong.demo.people import Registrar
from chengdong.demo.places import Grid, Street, Surveyor
from chengdong.demo.plan import Plan, read
from chengdong.demo.rounds import Rounds
from chengdong.demo.stations import Stations
from chengdong.demo.targets import Register
from chengdong.demo.timelines import Clerk
from chengdong.demo.told import tell
from chengdong.demo.troubles import Inspector
from chengdong.demo.voices import Listener
from digests.models import DigestKind, Schedule
from grids import reference
from grids.models import Area, Role, Target, Visit
from matters.models import Event, Matter, Obligation
from shared.errors import Conflict, NotAllowed

KEPT = {
    "incidents.sourcerule",
    "incidents.sourceruleevent",
    "grids.term",
    "grids.parameter",
    "grids.role",
    "grids.termevent",
    "grids.parameterevent",
    "matters.clockrule",
    "matters.clockruleevent",
    "matters.calendarday",
    "matters.calendardayevent",
}
"""What `--reset` leaves: reference rows belong to the officials who edit them."""
OWN_APPS = (
    "accounts", "grids", "matters", "landlords", "mediation", "patrols", "incidents", "digests", "checkups",
    "stats",
)  # fmt: skip
MANY = 200_000
"""Visits from which on indexes are built after the load instead of with it."""
VISITS_A_DAY = 200
DUE = (-3, -1, 0, 0, 0)
"""When the first targets of the lively grid are owed, in days from today; its others are not yet owed."""


def check(*, reset: bool) -> None:
    """Refuse where a demo has no business: NotAllowed in production, Conflict on a database in use."""
    if settings.PRODUCTION:
        raise NotAllowed("正式环境不能装演示数据。")
    demo = User.objects.filter(is_demo=True).exists()
    if not demo and (User.objects.exists() or Area.objects.exists() or Target.objects.exists()):
        raise Conflict("这个数据库里已有非演示数据，不能装演示数据。请用 DATABASE_URL 指定一个空数据库。")
    if demo and not reset:
        raise Conflict("演示数据已经在了。要清空重建，请加 --reset（make demo 就是这样做的）。")


def own_tables() -> str:
    """Every table of the project but those of the reference rows, quoted, for a statement."""
    tables = [
        model._meta.db_table
        for model in apps.get_models()
        if (model._meta.app_label in OWN_APPS and model._meta.label_lower not in KEPT)
        or model._meta.label_lower in {"sessions.session", "axes.accessattempt", "admin.logentry"}
    ]
    return ", ".join(f'"{table}"' for table in tables)


def clear() -> None:
    """Empty them; ids start from 1 again."""
    with connection.cursor() as cursor:
        _check_now(cursor)
        cursor.execute(f"TRUNCATE {own_tables()} RESTART IDENTITY CASCADE")
        cursor.execute("ALTER SEQUENCE matters_number RESTART")


@transaction.atomic
def build(plan: Plan, *, reset: bool = False) -> dict[str, Any]:
    """Build it all or nothing; returns the counts of rows made."""
    check(reset=reset)
    clear()
    reference.load()
    Role.objects.update(second_factor=False)
    surveyor, registrar = Surveyor(plan), Registrar(plan)
    streets = [surveyor.street(number) for number in range(plan.streets)]
    surveyor.close()
    stations = Stations(plan)
    for street in streets:
        registrar.people(street)
        stations.staff(street, registrar)
    registrar.close()
    with connection.cursor() as cursor:
        _check_now(cursor)
    many = VISITS_A_DAY * plan.days * plan.streets > MANY
    with bare(Target, Visit, Matter, Event, Obligation) if many else nullcontext():
        clerk, ledger, rounds = _fill(plan, streets)
    docket = Docket(plan)
    cases = sum(docket.street(street) for street in streets)
    for street in streets:
        for kind, hour in ((DigestKind.MORNING, time(8)), (DigestKind.EVENING, time(20))):
            Schedule.objects.create(street_id=street.id, kind=kind, at=hour, starts_on=plan.until)
        letterhead(street)
    shifts, calls = stations.rosters(streets[0]), stations.calls(streets[0])
    with connection.cursor() as cursor:
        _check_now(cursor)
        cursor.execute("ANALYZE matters_obligation")
    photograph(plan, streets[0])
    diversions = pass_on(plan, streets)
    stories = wind(plan, streets)
    runs = freeze_past(plan, streets)
    tell(plan, streets[0])
    _settle()
    return {
        "streets": plan.streets,
        "areas": surveyor.areas.count,
        "users": registrar.users.count,
        "targets": rounds.targets.count,
        "visits": rounds.visits.count,
        "matters": clerk.matters.count + cases + stories,
        "cases": cases,
        "events": clerk.events.count + docket.clerk.events.count,
        "obligations": ledger.rows.count,
        "digest_runs": runs,
        "shifts": shifts,
        "van_calls": calls,
        "diversions": diversions,
    }


def _fill(plan: Plan, streets: list[Street]) -> tuple[Clerk, Ledger, Rounds]:
    """Targets, visits, incidents, hazards and what was asked, street by street."""
    clerk, ledger, register = Clerk(), Ledger(plan), Register(plan)
    rounds = Rounds(plan, ledger)
    desk, inspector = Desk(plan, clerk, ledger), Inspector(plan, clerk, ledger)
    listener = Listener(plan, clerk)
    for street in streets:
        lively = _lively(street)
        for grid in street.grids:
            _register_grid(plan, grid, grid is lively, register, rounds)
        desk.street(street, lively)
        inspector.street(street, rounds.findings, lively)
        listener.street(street)
        rounds.findings.clear()
    rounds.close()
    Checker(plan, inspector).street(streets[0])
    for part in (rounds, clerk, desk, inspector, listener, ledger):
        part.close()
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('matters_number', %s)", [max(inspector.rows.count, 1)])
    return clerk, ledger, rounds


def _lively(street: Street) -> Grid | None:
    """The grid of the demo account `worker`."""
    if street.number:
        return None
    grid = street.find(read("street")["accounts"]["worker"][2])
    return grid if isinstance(grid, Grid) else None


def _register_grid(plan: Plan, grid: Grid, lively: bool, register: Register, rounds: Rounds) -> None:
    """A grid's targets with their visits; the lively grid owes just enough of them today."""
    dice = plan.dice("targets", grid.id)
    for n, subject in enumerate(register.subjects(grid, dice)):
        wanted = None
        if lively:
            wanted = plan.until + timedelta(days=DUE[n] if n < len(DUE) else dice.randint(1, 6))
        rounds.follow(subject, grid, dice, wanted)


def _check_now(cursor: Any) -> None:
    """Check what foreign keys left for later: PostgreSQL changes no table that still has checks to come."""
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _settle() -> None:
    """Let the planner know the new rows; not the catalogues, which all databases of a server share."""
    with connection.cursor() as cursor:
        _check_now(cursor)
        cursor.execute(f"ANALYZE {own_tables()}")
