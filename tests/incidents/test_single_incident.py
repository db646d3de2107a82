"""A police incident sent by itself over the API, and one read with all that its page shows."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import User
from incidents.importing.by_hand import register_incident
from incidents.models import PoliceIncident
from matters.models import ClockRun, Event, Matter
from tests.cast import Cast
from tests.incidents.made import incident

Api = Callable[[User], APIClient]
PATH = "/api/v1/incidents/"


def body(cast: Cast, **changed: Any) -> dict[str, Any]:
    """A call from 河边村, as a program sends it."""
    return {
        "client_id": str(uuid4()),
        "area": cast.street.pk,
        "police_number": "3310810020261100777",
        "occurred_at": "2026-11-25T08:30:00+08:00",
        "incident_type": "noise",
        "address": "河边村一区26号",
        "village_text": "河边村",
        "summary": "楼上吵，电话13900001234",
        "caller_name": "张示例",
        "caller_phone": "13900001234",
        **changed,
    }


def test_one_is_registered_as_the_import_would(cast: Cast, api: Api) -> None:
    answer = api(cast.police).post(PATH, body(cast), format="json")
    assert answer.status_code == 201, answer.content.decode()
    row = answer.json()
    made = PoliceIncident.objects.select_related("matter__area").get(pk=row["id"])
    assert (made.placed, made.batch, made.level) == ("column", None, "ordinary")
    assert (made.matter.state, made.matter.area.path.startswith(cast.village.path)) == ("assigned", True)
    assert made.matter.number == row["police_number"] == "3310810020261100777"
    assert ClockRun.objects.get(matter=made.matter).due_at == made.matter.due_at
    event = Event.objects.get(matter=made.matter)
    assert (event.action, event.actor, event.note) == ("open", cast.police, "单件登记，按所属村社。")
    assert "13900001234" not in answer.content.decode()
    assert "13900001234" not in made.matter.title


def test_a_named_grid_is_where_it_belongs(cast: Cast, api: Api) -> None:
    sent = body(cast, area=cast.grid_a2.pk, incident_type="噪音扰民", village_text="")
    row = api(cast.command).post(PATH, sent, format="json").json()
    made = PoliceIncident.objects.select_related("matter__area").get(pk=row["id"])
    assert (made.placed, made.matter.area, made.incident_type) == ("hand", cast.grid_a2, "noise")
    assert made.address_key.startswith("河边村")


def test_what_nobody_can_place_waits_in_the_tray(cast: Cast, api: Api) -> None:
    row = api(cast.police).post(PATH, body(cast, address="不知道哪里", village_text=""), format="json").json()
    assert (row["placed"], row["state"], row["area"]) == ("tray", "reported", cast.street.pk)


def test_sent_again_it_is_the_same(cast: Cast, api: Api) -> None:
    client, sent = api(cast.police), body(cast)
    first, again = (client.post(PATH, sent, format="json") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    PoliceIncident.objects.update(row_hash="an import changed it since")
    assert client.post(PATH, sent, format="json").status_code == 200
    other = client.post(PATH, {**sent, "summary": "别的"}, format="json")
    assert (other.status_code, other.json()["code"]) == (409, "conflict")
    assert list(other.json()["errors"]) == ["client_id"]
    by_another = api(cast.command).post(PATH, sent, format="json")
    assert by_another.status_code == 409
    taken = client.post(PATH, {**sent, "client_id": str(uuid4())}, format="json")
    assert (taken.status_code, taken.json()["matter"]) == (409, first.json()["id"])
    assert (Matter.objects.count(), PoliceIncident.objects.count(), Event.objects.count()) == (1, 1, 1)


def test_a_number_of_another_street_tells_no_more_than_that(cast: Cast, api: Api) -> None:
    far = incident(cast, cast.far_grid)
    answer = api(cast.police).post(PATH, body(cast, police_number=far.number), format="json")
    assert answer.status_code == 409
    assert "matter" not in answer.json()


@pytest.mark.django_db(transaction=True)
def test_the_same_made_while_the_first_is_looked_for_is_one(cast: Cast) -> None:
    given = {k: v for k, v in body(cast).items() if k not in {"client_id", "area"}}
    sent: dict[str, Any] = {"area": cast.street, "client_id": uuid4(), "given": given}
    made = []

    def by_another_process() -> None:
        try:
            made.append(register_incident(actor=User.objects.get(pk=cast.police.pk), **sent))
        finally:
            connection.close()

    def after_the_look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        rows = execute(sql, params, many, context)
        if not made and sql.startswith("SELECT") and sent["client_id"] in (params or ()):
            other = threading.Thread(target=by_another_process)
            other.start()
            other.join(30)
        return rows

    with connection.execute_wrapper(after_the_look):
        row, new = register_incident(actor=cast.police, **sent)
    assert [(row.pk, new)] == [(one.pk, not fresh) for one, fresh in made]
    assert PoliceIncident.objects.count() == Matter.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_twice_at_once_is_one(cast: Cast) -> None:
    client_id, start, made = uuid4(), threading.Barrier(2), []
    given = {k: v for k, v in body(cast).items() if k not in {"client_id", "area"}}

    def send() -> None:
        try:
            start.wait(10)
            row, new = register_incident(
                actor=User.objects.get(pk=cast.police.pk), area=cast.street, client_id=client_id, given=given
            )
            made.append((row.pk, new))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len({pk for pk, _ in made}) == 1
    assert sorted(new for _, new in made) == [False, True]
    assert PoliceIncident.objects.count() == Matter.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"client_id": "x"}, "client_id"),
        ({"police_number": ""}, "police_number"),
        ({"police_number": "33’; DROP"}, "police_number"),
        ({"police_number": "1" * 41}, "police_number"),
        ({"occurred_at": "昨天"}, "occurred_at"),
        ({"occurred_at": "0001-01-01"}, "occurred_at"),
        ({"incident_type": "没有这一类"}, "incident_type"),
        ({"level": "xx"}, "level"),
        ({"address": "", "village_text": " "}, "address"),
        ({"caller_phone": "1" * 41}, "caller_phone"),
        ({"to_mediation": "也许"}, "to_mediation"),
        ({"area": "²"}, "area"),
        ({"summary": "x" * 5001}, "summary"),
        ({"address": "河\x00边"}, "address"),
    ],
)
def test_rubbish_is_a_400_that_names_it(cast: Cast, api: Api, changed: dict[str, Any], field: str) -> None:
    answer = api(cast.police).post(PATH, body(cast, **changed), format="json")
    assert answer.status_code == 400, answer.content.decode()
    assert list(answer.json()["errors"]) == [field]
    assert not Matter.objects.exists()


def test_who_may_not_and_where_nobody_may(cast: Cast, api: Api) -> None:
    for person in ("worker", "officer", "leader", "mediator", "program"):
        assert api(cast.people[person]).post(PATH, body(cast), format="json").status_code == 403, person
    for area in (cast.far_grid.pk, cast.far_street.pk, 2**62):
        assert api(cast.police).post(PATH, body(cast, area=area), format="json").status_code == 404, area
    several: list[Any] = [[], "x", None, {}]
    for rubbish in several:
        assert api(cast.police).post(PATH, rubbish, format="json").status_code == 400
    assert not Matter.objects.exists()


def test_one_is_read_with_what_came_before(cast: Cast, api: Api, count_queries: Any) -> None:
    here: dict[str, Any] = {"address_key": "河边村一区26号"}
    first, second, hidden = (
        incident(cast, **here),
        incident(cast, **here),
        incident(cast, cast.grid_b, **here),
    )
    row = incident(cast, **here)
    answer = api(cast.officer).get(f"{PATH}{row.pk}/")
    assert answer.status_code == 200
    told = answer.json()
    assert (told["id"], told["incident"]["id"], told["card"]) == (row.pk, row.pk, "red")
    assert told["earlier"] == [second.pk, first.pk], f"{hidden.pk} lies in another village"
    assert [event["action"] for event in told["events"]] == ["open"]
    assert "echo" in {action["action"] for action in told["actions"]}
    assert "13900001234" not in answer.content.decode()
    assert "张三丰" not in answer.content.decode()
    assert api(cast.officer).get(f"{PATH}{incident(cast, cast.grid_b).pk}/").status_code == 404
    assert api(cast.officer).get(f"{PATH}{2**62}/").status_code == 404
    assert api(cast.mediator).get(f"{PATH}{row.pk}/").status_code == 403
