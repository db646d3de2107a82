"""Building the demo: repeatable, refused where it has no business, and COPY that loses nothing."""

import hashlib
import io
import json
from datetime import date
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import User
from chengdong.demo.build import build
from chengdong.demo.copying import Table, bare
from chengdong.demo.plan import Plan, moment
from digests.models import Digest, DigestRun
from grids.models import AddressRule, Area, Post, Suspension, Target, Term, Unit, Visit
from incidents.models import Diversion, Hazard, PoliceIncident
from matters.models import Event, Matter, Obligation
from mediation.models import Invitation
from shared.errors import Conflict, NotAllowed

pytestmark = pytest.mark.servers

CIPHERED = {"phone", "id_number", "caller_name", "caller_phone", "password"}
MADE_NOW = {"last_login"}
MODELS = (
    Area, AddressRule, Unit, User, Post, Target, Suspension, Visit, Matter, Event, PoliceIncident, Hazard,
    Obligation, DigestRun,
)  # fmt: skip


def fingerprint() -> str:
    """Hash over the rows of every table that the demo fills, without ciphertext, which differs each time."""
    total = hashlib.sha256()
    for model in MODELS:
        names = [f.name for f in model._meta.concrete_fields if f.name not in CIPHERED | MADE_NOW]
        for row in model._base_manager.order_by("pk").values_list(*names):
            total.update(repr(row).encode())
    # One statement writes all digests of a run, in no order of its own.
    for digest in Digest.objects.order_by("run", "audience", "area").values(
        "run", "area", "open", "snapshot"
    ):
        total.update(repr(digest).encode())
    return total.hexdigest()


@pytest.mark.django_db
def test_same_seed_and_day_give_the_same_rows_and_another_seed_others() -> None:
    prints = []
    for seed in (1, 1, 2):
        build(Plan(seed=seed, until=date(2026, 11, 23), days=10), reset=True)
        prints.append(fingerprint())
    assert prints[0] == prints[1]
    assert prints[0] != prints[2]


@pytest.mark.django_db
def test_it_refuses_production_and_real_data_and_a_second_time(settings: Any) -> None:
    plan = Plan(seed=1, until=date(2026, 11, 23), days=3)
    settings.PRODUCTION = True
    with pytest.raises(NotAllowed):
        build(plan)
    assert not User.objects.exists()
    settings.PRODUCTION = False
    Area.objects.plant(name="真街道", level="street")
    for reset in (False, True):
        with pytest.raises(Conflict):
            build(plan, reset=reset)
    assert Area.objects.get().name == "真街道"
    Area.objects.all().delete()
    build(plan)
    with pytest.raises(Conflict):
        build(plan)
    Term.objects.filter(scheme="colour", code="red").update(label="红")
    User.objects.create(username="made-later", name="后来的")
    assert build(plan, reset=True)["streets"] == 1
    assert not User.objects.filter(username="made-later").exists()
    assert Term.objects.get(scheme="colour", code="red").label == "红"


@pytest.mark.django_db
def test_the_command_ends_with_its_counts_and_scale_adds_streets() -> None:
    out = io.StringIO()
    call_command("seed_demo", "--years", "0.02", "--scale", "2", "--until", "2026-11-23", stdout=out)
    *words, last = out.getvalue().strip().splitlines()
    counts = json.loads(last)
    assert counts["streets"] == 2
    assert counts["areas"] == Area.objects.count()
    assert counts["visits"] == Visit.objects.count()
    assert any("动态口令" in line for line in words)
    with pytest.raises(CommandError, match="--reset"):
        call_command("seed_demo", "--until", "2026-11-23", stdout=io.StringIO())
    new = Target.objects.create(
        kind="place",
        category="bar",
        name="新店",
        grid=Area.objects.filter(level="grid")[0],
        enrolled_on=date(2026, 11, 1),
        due_on=date(2026, 12, 1),
    )
    assert new.pk == counts["targets"] + 1


NASTY = 'Tab\there "quoted", back\\slash \\N line\nnext\r {brace}'


@pytest.mark.django_db
def test_copy_keeps_every_sign() -> None:
    table = Table(Area)
    path = "/1/"
    table.add(
        parent=None,
        level="street",
        name=NASTY[:60],
        path=path,
        aliases=[NASTY[:60], ""],
        outline={"note": NASTY},
    )
    table.add(parent=None, level="grid", name="\\N", path="/2/", aliases=[], outline=None)
    table.close()
    first, second = Area.objects.order_by("pk")
    assert first.name == NASTY[:60]
    assert first.aliases == [NASTY[:60], ""]
    assert first.outline == {"note": NASTY}
    assert first.is_active is True
    assert (second.name, second.aliases, second.outline) == ("\\N", [], None)
    with pytest.raises(LookupError, match="grid"):
        Table(Target).add(kind="place")


@pytest.mark.django_db
def test_a_bare_load_leaves_the_same_indexes_and_constraints() -> None:
    def parts() -> list[tuple[str, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'grids_visit'"
                " UNION ALL SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
                " WHERE conrelid = 'grids_visit'::regclass"
                " ORDER BY 1, 2"
            )
            return list(cursor.fetchall())

    before = parts()
    with bare(Visit):
        assert len(parts()) < len(before) - 5
    assert parts() == before


def test_built_in_the_night_it_has_no_calls_that_are_still_to_come(db: None) -> None:
    now = moment(date(2026, 11, 23), 90)
    build(Plan(seed=1, until=date(2026, 11, 23), days=3, now=now))
    assert not PoliceIncident.objects.filter(matter__occurred_at__gt=now).exists()
    assert not Matter.objects.filter(created_at__gt=now).exists()
    for name in ("diverted_at", "signed_at", "contacted_at", "arrived_at"):
        assert not Diversion.objects.filter(**{f"{name}__gt": now}).exists(), name
    assert not Event.objects.filter(matter__kind="dispute", at__gt=now).exists()
    assert not Matter.objects.filter(kind="dispute", occurred_at__gt=now).exists()
    assert not Invitation.objects.filter(answered_at__gt=now).exists()
