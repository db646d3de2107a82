"""Raising a hazard: once, in the right state, by the right people; its pages and API."""

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from grids import reference
from grids.facts import visit_logged
from grids.models import Visit
from incidents.models import Hazard
from matters.limits import set_limit
from matters.models import ClockRule, Matter
from shared.dates import at, today
from shared.errors import Conflict, InvalidInput, NotFound
from tests.cast import Cast, build_cast
from tests.incidents.made import hazard

Api = Callable[[User], APIClient]
SignIn = Callable[[User], Client]


@pytest.mark.parametrize(
    ("person", "place", "state"),
    [
        ("worker", "grid_a", "assigned"),
        ("officer", "grid_a", "reported"),
        ("officer", "village", "reported"),
        ("manager", "grid_a", "reported"),
        ("command", "grid_b", "reported"),
    ],
)
def test_a_worker_of_that_grid_mends_at_once_all_others_report(
    cast: Cast, person: str, place: str, state: str
) -> None:
    found = hazard(cast, cast.people[person], getattr(cast, place))
    assert found.matter.state == state
    assert found.matter.number.startswith(f"YH{today().year}-")
    assert [(e.action, e.to_state, e.actor) for e in found.matter.events.all()] == [
        ("open", state, cast.people[person])
    ]


@pytest.mark.parametrize(("level", "days"), [("ordinary", 15), ("serious", 7), ("major", 3)])
def test_it_is_due_by_its_level(cast: Cast, level: str, days: int) -> None:
    assert hazard(cast, level=level).matter.due_at == at(today() + timedelta(days=days), time(23, 59, 59))


def test_the_days_are_a_limit_that_an_official_edits(cast: Cast) -> None:
    rule = ClockRule.objects.get(kind="hazard", level="major", stage="handle")
    set_limit(actor=cast.command, rule=rule, amount=1, unit="days", seen="3 days")
    due = hazard(cast, level="major").matter.due_at
    assert isinstance(due, datetime)
    assert due.date() == at(today() + timedelta(days=1), time(23, 59, 59)).date()


def test_the_same_again_is_the_first_answer(cast: Cast) -> None:
    client_id = uuid4()
    first, again = hazard(cast, client_id=client_id), hazard(cast, client_id=client_id)
    assert first.pk == again.pk
    assert (Hazard.objects.count(), Matter.objects.count()) == (1, 1)
    assert Matter.objects.get().events.count() == 1


@pytest.mark.parametrize(
    "changed", [{"description": "别的"}, {"level": "major"}, {"hazard_type": "fire"}, {"address": "二区1号"}]
)
def test_the_same_id_with_other_content_is_a_conflict(cast: Cast, changed: dict[str, Any]) -> None:
    first = hazard(cast)
    with pytest.raises(Conflict):
        hazard(cast, client_id=first.client_id, **changed)
    assert Matter.objects.count() == 1


def test_another_person_with_the_same_id_learns_nothing(cast: Cast) -> None:
    first = hazard(cast)
    with pytest.raises(Conflict) as refused:
        hazard(cast, cast.officer, client_id=first.client_id)
    assert refused.value.extra == {"matter": None}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"hazard_type": "bogus"}, "hazard_type"),
        ({"level": "bogus"}, "level"),
        ({"source": "bogus"}, "source"),
        ({"description": "  "}, "description"),
    ],
)
def test_what_cannot_be_right_is_named(cast: Cast, changed: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        hazard(cast, **changed)
    assert refused.value.field == field
    assert not Matter.objects.exists()


def test_outside_the_territory_is_not_found(cast: Cast) -> None:
    for person in (cast.worker, cast.far_command, cast.program):
        with pytest.raises(NotFound):
            hazard(cast, person, cast.grid_b)


def test_a_visit_that_found_a_hazard_raises_it(cast: Cast) -> None:
    target = cast.target()
    visit = cast.visit(target)
    found = {"hazard_type": "fire", "level": "major", "description": "灭火器过期", "address": ""}
    visit_logged.send(sender=Visit, visit=visit, findings={"hazard": found})
    visit_logged.send(sender=Visit, visit=visit, findings={"hazard": None})
    made = Hazard.objects.get()
    assert (made.visit, made.target, made.source) == (visit, target, "grid_census")
    assert (made.level, made.address, made.matter.title) == (
        "major",
        "河边村一区26号",
        "消防隐患：老渡口烧烤",
    )
    assert (made.matter.state, made.matter.reporter, made.matter.area) == (
        "assigned",
        cast.worker,
        cast.grid_a,
    )


def test_two_threads_with_one_form_make_one_hazard(transactional_db: None) -> None:
    reference.load()
    cast = build_cast()
    client_id, barrier, made = uuid4(), Barrier(4), []

    def send() -> None:
        barrier.wait()
        made.append(hazard(cast, User.objects.get(pk=cast.worker.pk), client_id=client_id).pk)
        connection.close()

    threads = [Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4
    assert len(set(made)) == 1
    assert (Hazard.objects.count(), Matter.objects.count()) == (1, 1)


def form(cast: Cast, **fields: Any) -> dict[str, Any]:
    return {
        "client_id": str(uuid4()),
        "hazard_type": "egress",
        "level": "serious",
        "description": "楼道停车",
        "area": cast.grid_a.pk,
        "source": "grid_census",
        **fields,
    }


def test_the_phone_form_sent_twice_is_one_hazard(cast: Cast, as_user: SignIn) -> None:
    client, data = as_user(cast.worker), form(cast)
    first, second = client.post("/hazards/new/", data), client.post("/hazards/new/", data)
    made = Hazard.objects.get()
    assert first.headers["Location"] == second.headers["Location"] == f"/matters/{made.pk}/"
    other = client.post("/hazards/new/", {**data, "description": "别的"})
    assert other.status_code == 409
    assert "内容不一样" in other.content.decode()
    assert "别的" in other.content.decode()


def test_a_worker_is_asked_neither_grid_nor_source(cast: Cast, as_user: SignIn) -> None:
    page = as_user(cast.worker).get("/hazards/new/").content.decode()
    assert re.findall(r"<select[^>]+name=", page) == []
    page = as_user(cast.command).get("/hazards/new/").content.decode()
    assert re.findall(r'<select[^>]*name="(\w+)"', page) == ["area", "source"]


def test_each_office_reports_under_its_own_source(cast: Cast, as_user: SignIn) -> None:
    client = as_user(cast.police)
    assert client.post("/hazards/new/", form(cast)).status_code == 400
    assert client.post("/hazards/new/", form(cast, source="police_check")).status_code == 302
    assert Hazard.objects.get().source == "police_check"


def test_the_link_from_a_target_fixes_place_and_grid(cast: Cast, as_user: SignIn) -> None:
    target = cast.target()
    client = as_user(cast.worker)
    page = client.get(f"/hazards/new/?target={target.pk}").content.decode()
    assert "老渡口烧烤" in page
    assert "河边村一区26号" in page
    client.post(f"/hazards/new/?target={target.pk}", form(cast, address="河边村一区26号"))
    assert Hazard.objects.get().target == target
    other = cast.target(cast.grid_b)
    for asked in (other.pk, "x", 10**30):
        assert client.get(f"/hazards/new/?target={asked}").status_code == 404


def test_who_reports_without_seeing_matters_gets_the_number(cast: Cast, as_user: SignIn) -> None:
    client = as_user(cast.manager)
    answer = client.post("/hazards/new/", form(cast, source="safety_manager"), follow=True)
    assert answer.redirect_chain == [("/hazards/mine/", 302)]
    assert Matter.objects.get().number in answer.content.decode()


@pytest.mark.parametrize("field", ["client_id", "hazard_type", "level", "description", "area", "source"])
def test_a_missing_field_is_asked_for(cast: Cast, as_user: SignIn, field: str) -> None:
    data = form(cast)
    del data[field]
    assert as_user(cast.command).post("/hazards/new/", data).status_code == 400
    assert not Hazard.objects.exists()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("type=fire", 1),
        ("level=major", 1),
        ("source=grid_census", 2),
        ("state=assigned", 2),
        ("q=灭火器", 1),
        ("after=2030-01-01", 0),
        ("after=x", 2),
    ],
)
def test_filters(cast: Cast, as_user: SignIn, query: str, expected: int) -> None:
    hazard(cast)
    hazard(cast, hazard_type="fire", level="major", description="灭火器过期")
    page = as_user(cast.worker).get(f"/hazards/?{query}").content.decode()
    assert page.count('class="quiet"') == expected


def test_the_numbers_above_the_list_open_their_rows(cast: Cast, as_user: SignIn) -> None:
    hazard(cast)
    late = hazard(cast, hazard_type="fire")
    done = hazard(cast, hazard_type="fire")
    Matter.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(days=1))
    Matter.objects.filter(pk=done.pk).update(
        state="closed", outcome="settled", answer="好了", closed_at=timezone.now()
    )
    client = as_user(cast.command)
    page = client.get("/hazards/?type=fire").content.decode()
    numbers = re.findall(r'<a href="(\?[^"]+)">[^<\d]*(\d+) 处', page)
    assert [int(n) for _, n in numbers] == [1, 1]
    for href, n in numbers:
        assert client.get(f"/hazards/{href.replace('&amp;', '&')}").content.decode().count(
            'class="quiet"'
        ) == int(n), href


def test_the_api_creates_once(cast: Cast, api: Api) -> None:
    client, data = api(cast.worker), form(cast)
    first, again = (
        client.post("/api/v1/hazards/", data, format="json"),
        client.post("/api/v1/hazards/", data, format="json"),
    )
    other = client.post("/api/v1/hazards/", {**data, "level": "major"}, format="json")
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert first.json() == again.json()
    assert (first.json()["state"], first.json()["place"]) == ("assigned", "河边村第一网格")
    assert client.get("/api/v1/hazards/").json()["results"] == [first.json()]


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"client_id": "x"}, 400),
        ({"area": 999999}, 404),
        ({"area": "²"}, 400),
        ({"area": True}, 400),
        ({"area": "x"}, 400),
        ({"hazard_type": "bogus"}, 400),
        ({"source": "police_check"}, 400),
        ({"description": ""}, 400),
        ({"description": "a\x00b"}, 400),
        ({"level": "huge"}, 400),
        ({"target": 10**18}, 404),
        ({"target": "1e5"}, 400),
    ],
)
def test_the_api_refuses_rubbish(cast: Cast, api: Api, changed: dict[str, Any], status: int) -> None:
    answer = api(cast.worker).post("/api/v1/hazards/", form(cast, **changed), format="json")
    assert answer.status_code == status, answer.content
    assert not Hazard.objects.exists()


@pytest.mark.parametrize("field", ["area", "target"])
def test_what_is_elsewhere_and_what_is_nowhere_get_one_answer(cast: Cast, api: Api, field: str) -> None:
    elsewhere = cast.grid_b.pk if field == "area" else cast.target(cast.grid_b).pk
    answers = [
        api(cast.worker).post("/api/v1/hazards/", form(cast, **{field: number}), format="json")
        for number in (elsewhere, 999999)
    ]
    assert answers[0].status_code == answers[1].status_code == 404
    assert answers[0].json() == answers[1].json()
    assert list(answers[0].json()["errors"]) == [field]


def test_the_api_keeps_to_the_territory(cast: Cast, api: Api) -> None:
    assert (
        api(cast.worker).post("/api/v1/hazards/", form(cast, area=cast.grid_b.pk), format="json").status_code
        == 404
    )
    target = cast.target(cast.grid_b)
    answer = api(cast.worker).post("/api/v1/hazards/", form(cast, target=target.pk), format="json")
    assert answer.status_code == 404
    assert api(cast.program).post("/api/v1/hazards/", form(cast), format="json").status_code == 403
    assert not Hazard.objects.exists()
