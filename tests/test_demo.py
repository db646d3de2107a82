"""The demo street: the same seed gives the same rows, which agree with each other and with the loop."""

import io
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count, F, Q
from django.test import Client
from stdnum.cn import ric

from accounts.models import User
from chengdong.demo.build import build
from chengdong.demo.people import PASSWORD
from chengdong.demo.plan import Plan
from chengdong.demo.voices import ASKED_CODE, ASKED_PHONE, QUESTION
from digests.models import Digest, DigestRun
from grids.models import AddressRule, Area, Post, Role, Suspension, Target, Term, Unit, Visit
from grids.scope import rights_of
from incidents.models import Hazard, PoliceIncident
from matters.loop import KINDS
from matters.models import Card, Event, Matter, Obligation
from mediation.models import (
    Agreement,
    Booking,
    CaseCounter,
    Confirmation,
    Dispute,
    Leave,
    Session,
    Shift,
    Swap,
    VanCall,
)
from mediation.roster.people import as_turn
from mediation.roster.rules import Limits, Person, Turn, refusals
from shared.crypto import blind
from shared.dates import day_span
from tests.outlines import inside, ring, size

PLAN = Plan(seed=7, until=date(2026, 11, 23), days=45)


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    """The street, built once for the module inside a transaction that is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build(PLAN)
        transaction.set_rollback(True)


def test_the_street_is_the_one_of_the_mission(demo: dict[str, Any], db: None) -> None:
    street = Area.objects.get(level="street")
    assert (street.name, street.code) == ("城东街道", "331081002")
    levels = Counter(Area.objects.values_list("level", flat=True))
    assert (levels["community"], levels["village"]) == (6, 17)
    assert 190 <= levels["grid"] <= 215
    assert 2800 <= demo["targets"] <= 3300
    assert Area.objects.get(aliases__contains=["殿前"]).name == "楼山村"
    assert set(Unit.objects.filter(kind="station").values_list("name", flat=True)) == {
        "九龙湖联勤工作站", "康惠联勤工作站", "凤屏社区联勤工作站", "阳光联勤工作站", "岩下联勤工作站",
    }  # fmt: skip
    assert Unit.objects.filter(kind="department").count() == 7
    for area in Area.objects.select_related("parent"):
        assert area.path == f"{area.parent.path if area.parent else '/'}{area.pk}/"


def test_a_village_is_exactly_its_grids_on_the_map(demo: dict[str, Any], db: None) -> None:
    for village in Area.objects.filter(level__in=Area.VILLAGE_LEVELS).prefetch_related("children"):
        points = ring(village)
        assert points[0] == points[-1]
        whole, parts = size(points), [size(ring(grid)) for grid in village.children.all()]
        assert whole > 0
        assert min(parts) > 0
        assert sum(parts) == pytest.approx(whole, rel=1e-3)
    street = Area.objects.get(level="street")
    grids = Area.objects.filter(level="grid")
    assert sum(size(ring(grid)) for grid in grids) == pytest.approx(size(ring(street)), rel=1e-3)
    assert street.population == sum(grids.values_list("population", flat=True))


def test_targets_lie_in_their_grid_with_valid_made_up_numbers(demo: dict[str, Any], db: None) -> None:
    outlines = {grid.pk: ring(grid) for grid in Area.objects.filter(level="grid")}
    targets = list(Target.objects.all())
    for target in targets:
        assert target.longitude is not None
        assert target.latitude is not None
        assert inside((target.longitude, target.latitude), outlines[target.grid_id])
        assert target.phone.startswith("139000")
        assert target.phone_tail == target.phone[-4:]
        assert bool(target.id_number) == (target.kind == "person")
        if target.id_number:
            assert ric.validate(target.id_number)
            assert target.id_number[14:16] == "99"
            assert int(target.id_number[6:10]) == target.born_in
    known = set(Term.objects.filter(scheme__in=["key_person", "place_type"]).values_list("code", flat=True))
    assert {target.category for target in targets} == known - {"other"} | (
        {"other"} & {t.category for t in targets}
    )
    some = next(t for t in targets if t.kind == "person")
    assert some in Target.objects.filter(phone_index=blind(some.phone, "phone"))
    assert some in Target.objects.filter(id_index=blind(some.id_number, "id"))


def test_house_numbers_of_each_road_are_covered_once(demo: dict[str, Any], db: None) -> None:
    rules: dict[tuple[int, str], list[AddressRule]] = {}
    for rule in AddressRule.objects.order_by("low").select_related("area"):
        rules.setdefault((rule.village_id, rule.road), []).append(rule)
        assert rule.area.parent_id == rule.village_id
    for found in rules.values():
        assert found[0].low == 1
        assert found[-1].high == 300
        assert all(a.high + 1 == b.low for a, b in pairwise(found))
    assert AddressRule.objects.values("area").distinct().count() == Area.objects.filter(level="grid").count()


def test_the_sample_exports_find_their_grids(demo: dict[str, Any], db: None) -> None:
    data = Path(__file__).parent / "data"
    before = set(PoliceIncident.objects.values_list("pk", flat=True))
    for name in ("police_week_2026-11-16.csv", "police_night_2026-11-22.xlsx"):
        call_command("import_incidents", str(data / name), stdout=io.StringIO())
    new = PoliceIncident.objects.exclude(pk__in=before).select_related("matter__area")
    assert new.count() > 210
    without_grid = [incident for incident in new if incident.matter.area.level != "grid"]
    assert all("号" not in i.address for i in without_grid if i.placed != "tray")
    assert len(without_grid) <= 4
    dianqian = new.filter(address__contains="殿前村")
    assert dianqian.count() > 5
    assert {incident.matter.area.parent.name for incident in dianqian if incident.matter.area.parent} == {
        "楼山村"
    }


POSTS = {
    "leader": "street_leader", "command": "command", "police": "police", "village": "village_officer",
    "worker": "grid_worker", "neighbour": "grid_worker", "mediator": "mediator", "liaison": "liaison",
    "captain": "captain", "landlord": "landlord", "manager": "safety_manager", "admin": "administrator",
}  # fmt: skip


@pytest.mark.parametrize(("username", "role"), POSTS.items())
def test_the_named_accounts_sign_in_and_hold_their_post(
    demo: dict[str, Any], db: None, settings: Any, username: str, role: str
) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    user = User.objects.get(username=username)
    assert user.check_password(PASSWORD)
    assert user.is_demo
    post = Post.objects.on(PLAN.until).get(user=user)
    assert post.role.code == role
    assert not post.role.second_factor


def test_the_accounts_stand_where_the_contract_says(demo: dict[str, Any], db: None) -> None:
    places = {
        post.user.username: post.area
        for post in Post.objects.select_related("user", "area")
        if not post.user.username[-1].isdigit()
    }
    assert places["village"].name == "楼山村"
    assert places["worker"].parent == places["neighbour"].parent == places["village"]
    assert places["worker"] != places["neighbour"]
    assert places["mediator"].name == "河边村"
    program = User.objects.get(username="program")
    assert not program.has_usable_password()
    assert rights_of(program) == frozenset(Role.objects.get(code="api_program").rights)
    assert User.objects.get(username="admin").is_superuser
    assert not User.objects.filter(is_demo=False).exists()
    held = Post.objects.filter(role__code="grid_worker")
    assert held.count() == held.values("area").distinct().count() == Area.objects.filter(level="grid").count()


def test_visits_follow_from_what_was_owed(demo: dict[str, Any], db: None) -> None:
    days = {"red": 7, "yellow": 14, "green": 30}
    valid = Visit.objects.filter(is_valid=True)
    assert not Visit.objects.filter(visited_on__gte=PLAN.until).exists()
    assert not valid.filter(visited_on__lt=F("target__enrolled_on")).exists()
    in_time = valid.filter(visited_on__lte=F("due_on")).count() / valid.count()
    assert 0.94 < in_time < 0.98
    paused = set(Suspension.objects.values_list("target", flat=True))
    last: dict[int, date] = {}
    for visit in valid.select_related("target").order_by("target", "visited_on"):
        if visit.target_id in last and visit.target_id not in paused:
            assert visit.due_on == last[visit.target_id] + timedelta(days=days[visit.target.colour])
        last[visit.target_id] = visit.visited_on
    for target in Target.objects.exclude(pk__in=paused):
        if target.last_visit_on:
            assert target.last_visit_on == last.get(target.pk, target.last_visit_on)
            assert target.due_on == target.last_visit_on + timedelta(days=days[target.colour])
    paused_now = Target.objects.filter(suspended_on__isnull=False)
    assert 20 < paused_now.count() == Suspension.objects.filter(ends_on=None).count()
    assert not paused_now.filter(visits__visited_on__gte=F("suspended_on")).exists()


def test_obligations_agree_with_the_visits(demo: dict[str, Any], db: None) -> None:
    asked = Obligation.objects.filter(kind="visit")
    assert not asked.filter(business_date__gte=PLAN.until).exists()
    done = set(
        asked.filter(state="done", late=False, business_date__gt=PLAN.start).values_list(
            "target", "business_date"
        )
    )
    visited = set(
        Visit.objects.filter(
            is_valid=True, visited_on__gte=F("due_on"), visited_on__gt=PLAN.start
        ).values_list("target", "visited_on")
    )
    assert done == visited
    still_open = set(asked.filter(state="open").values_list("target", flat=True))
    overdue = set(Target.objects.due(PLAN.until - timedelta(days=1)).values_list("pk", flat=True))
    assert still_open <= overdue
    assert overdue == set(
        asked.filter(business_date=PLAN.until - timedelta(days=1))
        .exclude(state="done")
        .values_list("target", flat=True)
    )
    assert not Obligation.objects.filter(late=True).exclude(answered_at__gt=F("due_at")).exists()


def test_matters_stand_where_their_timelines_end(demo: dict[str, Any], db: None) -> None:
    last: dict[int, Event] = {}
    for event in Event.objects.order_by("matter", "id"):
        before = last.get(event.matter_id)
        assert event.from_state == (before.to_state if before else "")
        assert before is None or before.at < event.at
        last[event.matter_id] = event
    for matter in Matter.objects.all():
        end = last[matter.pk]
        assert (matter.state, matter.moved_at) == (end.to_state, end.at)
        assert matter.state in KINDS[matter.kind].states
    hazards = Counter(Matter.objects.filter(kind="hazard").values_list("state", flat=True))
    assert set(hazards) >= {"assigned", "handling", "echoed", "closed"}
    assert Matter.objects.filter(kind="hazard", closed_at=None, due_at__lt=day_span(PLAN.until)[0]).exists()
    assert not Matter.objects.filter(events__action="verify", events__actor=F("handler")).exists()


def test_a_hazard_stands_in_every_state_that_a_clock_can_reach(demo: dict[str, Any], db: None) -> None:
    hazards = Matter.objects.filter(kind="hazard")
    running = hazards.filter(runs__stopped_at=None, runs__due_at=F("due_at"))
    wanted = {
        "paused": hazards.exclude(paused_at=None).filter(due_at=None, runs__pauses__ended_at=None),
        "asked": running.exclude(asked_by=None).filter(runs__extensions__state="asked"),
        "granted": running.filter(runs__extensions__state="granted"),
        "supervised": running.exclude(supervised_at=None),
        "reopened": running.filter(reopened=1, runs__life=1),
        "merged": hazards.filter(state="merged").exclude(merged_into=None),
        "transferred": running.filter(events__action="transfer", unit__kind="department"),
        **{grade: running.filter(cards__grade=grade) for grade in ("yellow", "red", "reminder", "bulletin")},
    }
    assert [name for name, rows in wanted.items() if not rows.exists()] == []
    timed = Matter.objects.open().filter(kind__in=["hazard", "police_incident", "citizen_report"])
    assert not timed.exclude(runs__stopped_at=None).exists()
    assert not Card.objects.filter(made_at__gte=day_span(PLAN.until)[0]).exists()
    assert not timed.filter(paused_at=None).exclude(runs__due_at=F("due_at")).exists()


def test_one_resident_is_asked_for_more(demo: dict[str, Any], db: None) -> None:
    """The report that README.md names: its clock stands, and its page asks who knows the phone's tail."""
    matter = Matter.objects.get(citizen_report__code=ASKED_CODE)
    assert (matter.state, matter.due_at) == ("handling", None)
    assert matter.handler == User.objects.get(username="worker")
    assert matter.runs.get(stopped_at=None).pauses.get().ended_at is None
    client = Client()
    assert QUESTION not in client.get(f"/echo/{ASKED_CODE}/").content.decode()
    shown = client.post(f"/echo/{ASKED_CODE}/", {"tail": ASKED_PHONE[-4:]}, follow=True)
    assert QUESTION in shown.content.decode()


def test_past_days_have_their_alert_and_their_echo(demo: dict[str, Any], db: None) -> None:
    street = Area.objects.get(level="street")
    day = PLAN.until - timedelta(days=1)
    owed = Obligation.objects.filter(business_date=day)
    morning, evening = Digest.objects.filter(area=street, audience="area", business_date=day).order_by(
        "-kind"
    )
    assert (morning.expected, morning.open) == (owed.count(), owed.count())
    assert evening.expected == morning.expected
    assert evening.done == owed.filter(state="done", late=False).count()
    assert evening.excused == owed.filter(state="excused").count()
    assert 0 < evening.open < evening.expected / 4
    assert {item["id"] for item in evening.snapshot["items"] if item["state"] == "open"} == set(
        owed.filter(Q(state="open") | Q(late=True)).values_list("pk", flat=True)
    )
    assert demo["digest_runs"] == DigestRun.objects.count() == 2 * min(PLAN.days, 10)
    assert not DigestRun.objects.filter(business_date__gte=PLAN.until).exists()


def test_incidents_repeat_by_address_and_by_caller(demo: dict[str, Any], db: None) -> None:
    incidents = PoliceIncident.objects.exclude(placed="tray")
    per_day = incidents.count() / (PLAN.days + 1)
    assert 20 < per_day < 34
    for column in ("address_key", "phone_index"):
        again = incidents.values(column).annotate(n=Count("pk")).filter(n__gt=1)
        assert again.count() > 20, column
    one = incidents.first()
    assert one is not None
    assert one.phone_index == blind(one.caller_phone, "phone")


def test_the_worker_has_a_lively_but_answerable_day(demo: dict[str, Any], db: None) -> None:
    worker = User.objects.get(username="worker")
    grid = Post.objects.get(user=worker).area
    due = Target.objects.due(PLAN.until).filter(grid=grid)
    assert due.count() == 5
    assert due.filter(due_on__lt=PLAN.until).count() == 2
    start, _ = day_span(PLAN.until)
    last_night = Matter.objects.filter(
        kind="police_incident",
        area=grid,
        closed_at=None,
        state="assigned",
        occurred_at__gte=start - timedelta(hours=16),
    )
    assert last_night.count() == 3
    assert last_night.values("police_incident__address_key").distinct().count() == 2
    overdue = Matter.objects.filter(kind="hazard", area=grid, closed_at=None, due_at__lt=start)
    assert overdue.count() >= 1
    assert 6 <= due.count() + last_night.count() + overdue.count() <= 11


WORDS = (
    "incident_type", "incident_level", "hazard_type", "hazard_source",
    "visit_chip_place", "visit_chip_person",
)  # fmt: skip


def test_no_row_has_an_unknown_word(demo: dict[str, Any], db: None) -> None:
    known = {
        scheme: set(Term.objects.filter(scheme=scheme).values_list("code", flat=True)) for scheme in WORDS
    }
    assert set(PoliceIncident.objects.values_list("incident_type", flat=True)) <= known["incident_type"]
    assert set(PoliceIncident.objects.values_list("level", flat=True)) <= known["incident_level"]
    assert set(Hazard.objects.values_list("hazard_type", flat=True)) <= known["hazard_type"]
    assert set(Hazard.objects.values_list("source", flat=True)) <= known["hazard_source"]
    for kind in ("place", "person"):
        lists = Visit.objects.filter(target__kind=kind).values_list("chips", flat=True)
        assert {chip for chips in lists for chip in chips} <= known[f"visit_chip_{kind}"]
    assert not Visit.objects.filter(is_valid=True, result="").exists()


def test_rosters_and_vans_keep_every_rule(demo: dict[str, Any], db: None) -> None:
    shifts = list(Shift.objects.standing().select_related("pattern").order_by("person", "starts_at"))
    assert len({shift.station_id for shift in shifts}) == 5
    assert 55 <= len({shift.person_id for shift in shifts if shift.person_id}) <= 70
    turns: dict[int, list[Turn]] = {}
    for shift in shifts:
        if shift.person_id:
            turns.setdefault(shift.person_id, []).append(as_turn(shift))
    away = {
        leave.person_id: Person(((leave.starts_on, leave.ends_on),)) for leave in Leave.objects.in_force()
    }
    for person, mine in turns.items():
        for turn in mine:
            assert not refusals(turn, away.get(person, Person()), mine, Limits())
    assert [shift.reason for shift in shifts if shift.person_id is None]
    assert Swap.objects.filter(state="asked").count() == 1
    calls = list(VanCall.objects.order_by("van", "asked_at"))
    assert len({call.van_id for call in calls}) == 5
    assert 60 <= len(calls) <= 100
    for one, two in pairwise(calls):
        assert one.van_id != two.van_id or (one.closed_at and two.asked_at >= one.closed_at)


def test_cases_of_2023_are_those_of_the_article(demo: dict[str, Any], db: None) -> None:
    year = Dispute.objects.filter(concluded_on__year=2023)
    assert year.filter(result="success").count() == 775
    assert year.filter(result__in=["success", "failure"]).count() == 785
    client = Client()
    client.force_login(
        User.objects.get(username="leader"), backend="django.contrib.auth.backends.ModelBackend"
    )
    page = client.get("/mediation/stats/", {"from": "2023-01-01", "to": "2023-12-31"}).content.decode()
    assert "调解成功率 98.7%" in page
    assert "775/785" in page
    kept = year.filter(result="success", agreements__performed_on__isnull=False).count()
    confirmed = Confirmation.objects.filter(agreement__dispute__in=year, result="confirmed").count()
    assert 0.94 < kept / 775 < 0.99
    assert 0.08 < confirmed / 775 < 0.18
    assert f"{kept}/775" in page
    assert f"{confirmed}/775" in page
    behind = {"figure": "success", "after": "2023-01-01", "before": "2023-12-31"}
    assert "775 件调解成功" in client.get("/mediation/", behind).content.decode()
    for case in Dispute.objects.exclude(accepted_on=None).select_related("matter", "station", "mediator"):
        assert case.matter.unit_id == case.station_id
        assert case.case_no.startswith(f"({case.accepted_on.year if case.accepted_on else ''})城东人调字第")
    for counter in CaseCounter.objects.all():
        assert Dispute.objects.filter(case_no__startswith=f"({counter.year})").count() == counter.last
    planned = Session.objects.filter(state="planned")
    assert planned.exists()
    assert Booking.objects.filter(session__in=planned).count() == 2 * planned.count()
    assert not Agreement.objects.filter(dispute__result="failure").exists()
