"""The visits API: 201 first, 200 the same again, 409 other content; batches; scoped, paged, cheap lists."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image
from rest_framework.test import APIClient

from accounts.models import User
from grids.models import Visit
from incidents.models import Hazard
from shared.dates import today
from tests.cast import Cast

Api = Callable[[User], APIClient]
VISITS = "/api/v1/visits/"


def body(cast: Cast, **more: Any) -> dict[str, Any]:
    return {
        "client_id": str(uuid4()),
        "target": cast.target().pk,
        "visited_at": (timezone.now() - timedelta(hours=1)).isoformat(),
        "met": "principal",
        "result": "normal",
        **more,
    }


def test_a_target_elsewhere_and_one_nowhere_get_one_answer(cast: Cast, api: Api) -> None:
    elsewhere = cast.target(cast.grid_b).pk
    answers = [
        api(cast.worker).post(VISITS, body(cast, target=number)) for number in (elsewhere, elsewhere + 9999)
    ]
    assert answers[0].status_code == answers[1].status_code == 404
    assert answers[0].json() == answers[1].json()


def test_once_again_and_otherwise(cast: Cast, api: Api) -> None:
    client = api(cast.worker)
    sent = body(cast, chips=["quiet"], latitude=28.4, longitude=121.4, accuracy=12)
    first, again = client.post(VISITS, sent), client.post(VISITS, sent)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = client.post(VISITS, {**sent, "note": "另一次"})
    assert other.status_code == 409
    assert other.headers["Content-Type"] == "application/problem+json"
    assert (other.json()["code"], other.json()["visit"]) == ("conflict", first.json()["id"])
    assert Visit.objects.count() == 1


@pytest.mark.parametrize("who", ["neighbour", "far_worker"])
def test_a_target_of_another_grid_is_404(cast: Cast, api: Api, who: str) -> None:
    assert api(cast.people[who]).post(VISITS, body(cast)).status_code == 404


@pytest.mark.parametrize(
    ("who", "status"), [("leader", 403), ("landlord", 403), ("nobody", 403), ("program", 403)]
)
def test_who_may_not_log(cast: Cast, api: Api, who: str, status: int) -> None:
    assert api(cast.people[who]).post(VISITS, body(cast)).status_code == status
    assert APIClient().post(VISITS, body(cast)).status_code == 401


def test_what_a_device_kept_for_another_person_is_refused(cast: Cast, api: Api) -> None:
    client, sent = api(cast.worker), body(cast)
    for address, content in ((VISITS, sent), (f"{VISITS}batch/", {"visits": [sent]})):
        answer = client.post(address, content, headers={"X-Who": str(cast.neighbour.pk)})
        assert answer.status_code == 403
        assert "另一个账号" in answer.json()["detail"]
    assert not Visit.objects.exists()
    assert client.post(VISITS, sent, headers={"X-Who": str(cast.worker.pk)}).status_code == 201


@pytest.mark.parametrize(
    ("garbage", "field"),
    [
        ({"client_id": "x"}, "client_id"),
        ({"target": "x"}, "target"),
        ({"target": 2**63}, "target"),
        ({"met": ""}, "met"),
        ({"result": "fine"}, "result"),
        ({"result": ""}, "result"),
        ({"chips": ["x" * 41]}, "chips"),
        ({"chips": "quiet"}, "chips"),
        ({"chips": ["a"] * 21}, "chips"),
        ({"latitude": "nan", "longitude": 1}, "latitude"),
        ({"latitude": 91, "longitude": 1}, "latitude"),
        ({"visited_at": "yesterday"}, "visited_at"),
        ({"visited_at": "2999-01-01T00:00:00+08:00"}, "visited_at"),
        ({"visited_at": "0001-01-01T00:00:00+08:00"}, "visited_at"),
        ({"hazard": {"hazard_type": "fire"}}, "hazard"),
        ({"hazard": "fire"}, "hazard"),
        ({"note": {"a": 1}}, "note"),
        ({"note": "\x00"}, "note"),
    ],
)
def test_garbage_names_its_field(cast: Cast, api: Api, garbage: dict[str, Any], field: str) -> None:
    answer = api(cast.worker).post(VISITS, body(cast, **garbage))
    assert answer.status_code == 400
    assert field in answer.json()["errors"]
    assert not Visit.objects.exists()


@pytest.mark.parametrize("sent", ["[]", "1", '"x"', "{", "null"])
def test_what_is_no_object_is_refused(cast: Cast, api: Api, sent: str) -> None:
    answer = api(cast.worker).post(VISITS, sent, content_type="application/json")
    assert answer.status_code == 400


def test_photos_come_beside_the_visit(cast: Cast, api: Api) -> None:
    out = io.BytesIO()
    Image.new("RGB", (9, 9)).save(out, "JPEG")
    client = api(cast.worker)
    sent = body(cast)

    def send(part: str) -> Any:
        photo = SimpleUploadedFile("a.jpg", out.getvalue(), "image/jpeg")
        return client.post(VISITS, {"visit": part, "photos": [photo]}, format="multipart")

    text = orjson.dumps(sent).decode()
    assert [send(text).status_code, send(text).status_code] == [201, 200]
    assert Visit.objects.get().photos.count() == 1
    assert send("{").status_code == 400
    assert send("[]").status_code == 400


def test_a_batch_answers_for_each(cast: Cast, api: Api) -> None:
    good, hazard = body(cast), body(cast, hazard={"hazard_type": "fire", "description": "灭火器过期"})
    foreign = {**body(cast), "target": cast.target(cast.grid_b).pk}
    sent = [good, good, {**good, "note": "不同"}, foreign, {"client_id": "x"}, hazard]
    answer = api(cast.worker).post(f"{VISITS}batch/", {"visits": sent})
    assert answer.status_code == 200
    results = answer.json()["results"]
    assert [row["status"] for row in results] == [201, 200, 409, 404, 400, 201]
    assert [row["client_id"] for row in results] == [row["client_id"] for row in sent]
    assert results[0]["id"] == results[1]["id"]
    assert "target" in results[4]["errors"]
    assert Visit.objects.count() == 2
    assert Hazard.objects.get().visit_id == results[5]["id"]


@pytest.mark.parametrize("visits", [[], [{}] * 51, "x", [1], None])
def test_a_batch_that_is_none_is_refused(cast: Cast, api: Api, visits: Any) -> None:
    assert api(cast.worker).post(f"{VISITS}batch/", {"visits": visits}).status_code == 400


def test_the_list_is_scoped_and_masked(cast: Cast, api: Api) -> None:
    person = cast.target(kind="person", name="林阿婆", category="elder_alone")
    mine = cast.visit(person)
    cast.visit(cast.target(cast.grid_b))
    answer = api(cast.worker).get(VISITS).json()
    assert [row["id"] for row in answer["results"]] == [mine.pk]
    row = answer["results"][0]
    assert (row["target"], row["target_name"], row["grid"]) == (person.pk, "林**", cast.grid_a.pk)
    assert row["visited_on"] == str(today())
    assert len(api(cast.leader).get(VISITS).json()["results"]) == 2
    assert api(cast.police).get(VISITS).status_code == 403


def test_pages_and_csv(cast: Cast, api: Api) -> None:
    target = cast.target(name="=cmd()")
    for n in range(5):
        cast.visit(target, today() - timedelta(days=n))
    client = api(cast.worker)
    first = client.get(VISITS, {"limit": 2}).json()
    second = client.get(first["next"]).json()
    assert [len(page["results"]) for page in (first, second)] == [2, 2]
    days = [row["visited_on"] for page in (first, second) for row in page["results"]]
    assert days == [str(today() - timedelta(days=n)) for n in range(4)]
    answer = client.get(VISITS, {"format": "csv"})
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "'=cmd()" in answer.content.decode("utf-8-sig")


def test_filters_and_wrong_ones(cast: Cast, api: Api) -> None:
    cast.visit(cast.target(), today() - timedelta(days=3))
    late = cast.visit(cast.target(cast.grid_a2), result="changed")
    client = api(cast.officer)
    for query in (
        {"since": str(today())},
        {"area": cast.grid_a2.pk},
        {"result": "changed"},
        {"target": late.target_id},
    ):
        assert [row["id"] for row in client.get(VISITS, query).json()["results"]] == [late.pk], query
    for wrong in ({"since": "x"}, {"result": "x"}, {"cursor": "x"}, {"limit": "x"}, {"target": "x"}):
        assert client.get(VISITS, wrong).status_code == 400, wrong


def test_queries(cast: Cast, api: Api, count_queries: Callable[[], Any]) -> None:
    """A list costs posts and rows; a visit posts, target, rules, row, target moved, obligations."""
    target = cast.target()

    def cost(call: Callable[[APIClient], Any], status: int) -> int:
        client = api(cast.worker)
        with count_queries() as seen:
            assert call(client).status_code == status
        return len(seen)

    cast.visit(target)
    few = cost(lambda client: client.get(VISITS), 200)
    for _ in range(60):
        cast.visit(target)
    assert cost(lambda client: client.get(VISITS), 200) == few == 2
    assert cost(lambda client: client.post(VISITS, body(cast)), 201) <= 9


def test_targets_and_areas(cast: Cast, api: Api) -> None:
    cast.target(kind="person", category="elder_alone", name="林阿婆", phone="13912345776", initials="lap")
    cast.target(cast.grid_b)
    answer = api(cast.worker).get("/api/v1/targets/")
    assert [row["name"] for row in answer.json()["results"]] == ["林**"]
    assert "13912345776" not in answer.content.decode()
    for query, n in (
        ({"q": "lap"}, 1),
        ({"q": "5776"}, 1),
        ({"q": "13912345776"}, 1),
        ({"q": "13912345777"}, 0),
    ):
        assert len(api(cast.worker).get("/api/v1/targets/", query).json()["results"]) == n, query
    areas = api(cast.officer).get("/api/v1/areas/").json()["results"]
    assert [row["name"] for row in areas] == ["河边村", "河边村第一网格", "河边村第二网格"]
    assert areas[1]["parent"] == cast.village.pk
    assert api(cast.worker).get("/api/v1/areas/").status_code == 403


def test_outlines_are_geojson(cast: Cast, api: Api) -> None:
    outline = {
        "type": "Polygon",
        "coordinates": [[[121.4, 28.4], [121.5, 28.4], [121.5, 28.5], [121.4, 28.4]]],
    }
    cast.grid_a.outline = outline
    cast.grid_a.save()
    answer = api(cast.leader).get("/api/v1/areas/geojson/", {"level": "grid"}).json()
    [feature] = answer["features"]
    assert (answer["type"], feature["type"], feature["geometry"]) == ("FeatureCollection", "Feature", outline)
    assert feature["properties"]["name"] == "河边村第一网格"
    assert api(cast.leader).get("/api/v1/areas/geojson/", {"level": "x"}).status_code == 400
