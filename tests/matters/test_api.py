"""The API of matters: list, detail, moves (who may what is in test_kinds)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from matters.models import Matter
from matters.workflow import advance
from tests.cast import Cast
from tests.incidents.made import hazard, incident

Api = Callable[[User], APIClient]


def test_a_row_says_where_it_stands_and_who_has_it(cast: Cast, api: Api) -> None:
    matter = incident(cast)
    (row,) = api(cast.program).get("/api/v1/matters/").json()["results"]
    assert row["id"] == matter.pk
    assert (row["state"], row["state_label"], row["kind_label"]) == ("assigned", "待办理", "警情")
    assert (row["area"], row["place"], row["holder"]) == (cast.grid_a.pk, "河边村第一网格", "河边村第一网格")
    assert row["version"] == 1


def test_lists_are_scoped_filtered_and_paged(cast: Cast, api: Api) -> None:
    ids = [incident(cast, at=timezone.now() - timedelta(minutes=i)).pk for i in range(5)]
    incident(cast, cast.grid_b)
    client = api(cast.worker)
    first = client.get("/api/v1/matters/?limit=2").json()
    second = client.get(first["next"]).json()
    third = client.get(second["next"]).json()
    assert [row["id"] for page in (first, second, third) for row in page["results"]] == ids
    assert third["next"] is None
    assert client.get(second["previous"]).json()["results"] == first["results"]
    assert client.get("/api/v1/matters/?kind=hazard").json()["results"] == []
    assert client.get("/api/v1/matters/?kind=bogus").status_code == 400


def test_what_waits_is_sorted_by_its_term(cast: Cast, api: Api) -> None:
    ids = []
    for days in (2, -1, None):
        matter = incident(cast)
        due = timezone.now() + timedelta(days=days) if days else None
        Matter.objects.filter(pk=matter.pk).update(due_at=due)
        ids.append(matter.pk)
    first = api(cast.worker).get("/api/v1/matters/?view=waiting&limit=2").json()
    rest = api(cast.worker).get(first["next"]).json()
    assert [row["id"] for row in first["results"] + rest["results"]] == [ids[1], ids[0], ids[2]]


def test_a_move_answers_with_the_matter_as_it_is_now(cast: Cast, api: Api) -> None:
    matter = incident(cast)
    url = f"/api/v1/matters/{matter.pk}/actions/"
    client = api(cast.worker)
    offered = client.get(url).json()
    assert [(move["action"], move["needs"]) for move in offered] == [
        ("echo", ["note"]),
        ("handle", []),
        ("send_back", ["note"]),
        ("ask_info", ["note"]),
        ("ask_extension", ["days", "note"]),
    ]
    answer = client.post(url, {"action": "echo", "note": "已到场", "version": 1}, format="json")
    body = answer.json()
    assert answer.status_code == 200
    assert (body["state"], body["version"], body["actions"]) == ("echoed", 2, [])
    assert [(e["action"], e["from_state"], e["to_state"], e["note"]) for e in body["events"]] == [
        ("open", "", "assigned", ""),
        ("echo", "assigned", "echoed", "已到场"),
    ]
    assert body["events"][1]["actor"] == cast.worker.name


def test_numbers_in_what_was_written_are_masked_without_the_right(cast: Cast, api: Api, as_user: Any) -> None:
    matter = incident(cast)
    advance(matter=matter, action="handle", actor=cast.officer, note="王师傅 13905768812 已到场")
    address = f"/api/v1/matters/{matter.pk}/"
    for person, shown in (
        (cast.leader, "王师傅 139****8812 已到场"),
        (cast.worker, "王师傅 13905768812 已到场"),
    ):
        assert api(person).get(address).json()["events"][-1]["note"] == shown
        assert shown in as_user(person).get(f"/matters/{matter.pk}/").content.decode()


def test_a_stale_version_is_a_409_with_the_new_one(cast: Cast, api: Api) -> None:
    matter = incident(cast)
    advance(matter=matter, action="handle", actor=cast.officer)
    answer = api(cast.worker).post(
        f"/api/v1/matters/{matter.pk}/actions/", {"action": "echo", "note": "x", "version": 1}, format="json"
    )
    assert (answer.status_code, answer.json()["code"], answer.json()["version"]) == (409, "conflict", 2)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_move_sent_twice_is_taken_once_and_asks_for_the_version(cast: Cast, api: Api) -> None:
    matter = incident(cast)
    address, client = f"/api/v1/matters/{matter.pk}/actions/", api(cast.leader)
    move: dict[str, Any] = {"action": "supervise", "note": "今天办结"}
    for version in ({}, {"version": None}):
        refused = client.post(address, {**move, **version}, format="json")
        assert refused.status_code == 400
        assert "先读取事项" in refused.json()["errors"]["version"][0]
    sent = [client.post(address, {**move, "version": 1}, format="json") for _ in range(2)]
    assert [answer.status_code for answer in sent] == [200, 409]
    assert sent[1].json()["version"] == 2
    assert matter.events.filter(action="supervise").count() == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"action": "", "version": 1},
        {"action": "echo", "note": 5 * ["x"], "version": 1},
        {"action": "echo", "note": "x", "version": "eins"},
        {"action": "echo", "note": "x", "version": 0},
        {"action": "echo", "note": "a\x00b", "version": 1},
        {"action": "assign", "evidence": {"area": "x"}, "version": 1},
        {"action": "assign", "evidence": {"area": 99999999999999999999}, "version": 1},
        {"action": "assign", "evidence": "x", "version": 1},
        {"action": "verify", "evidence": {"outcome": "bogus", "answer": "x"}, "version": 1},
        [],
        "x",
    ],
)
def test_rubbish_is_a_400(cast: Cast, api: Api, body: Any) -> None:
    matter = incident(cast)
    answer = api(cast.officer).post(f"/api/v1/matters/{matter.pk}/actions/", body, format="json")
    assert answer.status_code == 400, answer.content
    matter.refresh_from_db()
    assert matter.version == 1


def test_the_detail_masks_what_is_personal(cast: Cast, api: Api) -> None:
    matter = incident(cast, caller_name="欧阳长风", caller_phone="13912345678", summary="请回电13912345678")
    text = api(cast.command).get(f"/api/v1/matters/{matter.pk}/").content.decode()
    assert "139****5678" in text
    assert "13912345678" not in text
    assert "欧阳长风" not in text


def test_who_may_not_see_incidents_finds_none_among_the_matters(cast: Cast, api: Api) -> None:
    matter = incident(cast, caller_name="欧阳长风", summary="夫妻争吵，女方受伤")
    unsafe = hazard(cast)
    for person in (cast.mediator, cast.liaison):
        client = api(person)
        assert client.get(f"/api/v1/matters/{matter.pk}/").status_code == 404
        seen = [row["id"] for row in client.get("/api/v1/matters/").json()["results"]]
        assert seen == ([unsafe.pk] if person == cast.liaison else [])


def test_a_cancelled_matter_is_never_settled(cast: Cast, api: Api) -> None:
    matter = incident(cast)
    body = {
        "action": "cancel",
        "note": "重复登记",
        "evidence": {"outcome": "settled", "answer": "都好了"},
        "version": 1,
    }
    assert api(cast.officer).post(f"/api/v1/matters/{matter.pk}/actions/", body).status_code == 200
    matter.refresh_from_db()
    assert (matter.state, matter.outcome) == ("cancelled", "cancelled")


def test_as_csv(cast: Cast, api: Api) -> None:
    incident(cast, title="=1+1")
    answer = api(cast.command).get("/api/v1/matters/?format=csv")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "'=1+1" in answer.content.decode()


def test_a_hazard_shows_its_facts(cast: Cast, api: Api) -> None:
    found = hazard(cast, address="河边村一区26号")
    facts = {
        f["label"]: f["value"] for f in api(cast.worker).get(f"/api/v1/matters/{found.pk}/").json()["facts"]
    }
    assert facts == {
        "类型": "疏散通道堵塞",
        "等级": "较大",
        "来源": "网格普查",
        "地点": "河边村一区26号",
        "情况": "二楼楼道停了三辆电动车",
    }
