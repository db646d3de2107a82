"""The API: a mini-program reports and follows without an account; staff list theirs."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from incidents.reports.following import rate
from incidents.reports.models import CitizenReport
from matters.models import EventPhoto
from tests.cast import Cast
from tests.incidents.reports.made import PHONE, handled, report
from tests.incidents.reports.test_public_pages import form
from tests.pictures import picture

Api = Callable[[User], APIClient]
SignIn = Callable[[User], Client]


def test_it_creates_once(cast: Cast) -> None:
    client, data = APIClient(), form(area=cast.village.pk, latitude=28.3, longitude=121.4)
    first, again = client.post("/api/v1/reports/", data), client.post("/api/v1/reports/", data)
    other = client.post("/api/v1/reports/", {**data, "report_type": "noise"})
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert first.json() == again.json()
    assert CitizenReport.objects.get().latitude == 28.3


def test_photos_come_as_parts(cast: Cast) -> None:
    photo = SimpleUploadedFile("a.jpg", picture(), "image/jpeg")
    body = {"report": orjson.dumps(form()).decode(), "photos": photo}
    assert APIClient().post("/api/v1/reports/", body, format="multipart").status_code == 201
    assert EventPhoto.objects.count() == 1
    fake = SimpleUploadedFile("a.png", b"no", "image/png")
    body = {"report": orjson.dumps(form()).decode(), "photos": fake}
    answer = APIClient().post("/api/v1/reports/", body, format="multipart")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["photos"])


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "x"},
        {"report_type": "bogus"},
        {"description": ""},
        {"description": "长" * 5000},
        {"description": "a\x00b"},
        {"area": 10**18},
        {"area": "x"},
        {"phone": "123"},
        {"latitude": "nan"},
        {"address": ""},
    ],
)
def test_rubbish_is_refused(cast: Cast, changed: dict[str, Any]) -> None:
    answer = APIClient().post("/api/v1/reports/", form(**changed))
    assert answer.status_code == 400, answer.content
    assert answer.json()["errors"]
    assert not CitizenReport.objects.exists()


def test_too_many_get_429_with_the_time_to_wait(cast: Cast) -> None:
    answers = [APIClient().post("/api/v1/reports/", form()) for _ in range(21)]
    assert [a.status_code for a in answers] == [201] * 20 + [429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 3600
    assert answers[-1].json()["code"] == "too_often"


def test_following_asks_for_the_tail(cast: Cast) -> None:
    made = handled(cast, report(cast, phone=PHONE))
    address = f"/api/v1/reports/{made.code}/"
    client = APIClient()
    assert client.get(address).status_code == 403
    assert client.get(address, headers={"X-Phone-Tail": "0000"}).status_code == 400
    assert client.get("/api/v1/reports/AAAAAAAAAA/").status_code == 404
    client.credentials(HTTP_X_PHONE_TAIL="4321")
    told = client.get(address).json()
    assert (told["answer"], told["rateable"], len(told["timeline"])) == ("路灯已修好", True, 5)
    rated = client.post(f"{address}rating/", {"score": "satisfied", "words": "快"})
    assert rated.json()["rating"] == {"score": "satisfied", "words": "快"}
    assert client.post(f"{address}rating/", {"score": "not"}).status_code == 409
    assert client.post(f"{address}rating/", {"score": "x"}).status_code == 400
    assert client.post(f"{address}words/", {"words": "还有"}).status_code == 409
    assert client.post(f"{address}reopen/", {"words": "又坏了"}).json()["state"] == "accepted"
    assert client.post(f"{address}words/", {"words": "左边第二盏"}).status_code == 200


def test_the_list_is_the_staffs_and_keeps_to_the_territory(cast: Cast, api: Api) -> None:
    assert APIClient().get("/api/v1/reports/").status_code in {401, 403}
    assert api(cast.captain).get("/api/v1/reports/").status_code == 403
    near = report(cast, phone=PHONE, description="电话13812345678")
    report(cast, cast.far_grid)
    rows = api(cast.command).get("/api/v1/reports/").json()["results"]
    assert [row["id"] for row in rows] == [near.pk]
    assert "13812345678" not in str(rows)
    assert PHONE not in str(rows)
    assert near.code not in str(rows)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", 2),
        ("type=noise", 1),
        ("q=麻将", 1),
        (f"q={PHONE}", 1),
        ("q=4321", 1),
        ("rated=good", 1),
        ("rated=none", 1),
        ("state=closed", 1),
        ("placed=address", 2),
        ("after=2030-01-01", 0),
    ],
)
def test_filters_of_page_and_api_agree(
    cast: Cast, api: Api, as_user: SignIn, query: str, expected: int
) -> None:
    rate(report=handled(cast, report(cast, phone=PHONE)), score="satisfied")
    report(cast, report_type="noise", description="楼上打麻将")
    rows = api(cast.officer).get(f"/api/v1/reports/?{query}").json()["results"]
    assert len(rows) == expected
    page = as_user(cast.officer).get(f"/reports/?{query}").content.decode()
    assert page.count('class="quiet"') == expected


def test_the_page_shows_the_rate_with_both_numbers(cast: Cast, as_user: SignIn) -> None:
    for score in ("satisfied", "mostly", "not"):
        rate(report=handled(cast, report(cast)), score=score)
    handled(cast, report(cast))
    page = as_user(cast.leader).get("/reports/").content.decode()
    assert "满意率 66.7%" in page
    assert '满意和基本满意 <a href="?rated=good">2</a>/有效评价 3' in page
    assert as_user(cast.leader).get("/reports/?rated=good").content.decode().count('class="quiet"') == 2
    assert "已答复 4 件" in page


def test_a_phone_shows_only_against_a_reason(cast: Cast, as_user: SignIn) -> None:
    made = report(cast, phone=PHONE)
    officer = as_user(cast.officer)
    page = officer.get(f"/matters/{made.pk}/").content.decode()
    assert PHONE not in page
    assert "139****4321" in page
    reveal = f"/personal/citizen_report/{made.pk}/"
    assert reveal in page
    assert PHONE not in officer.get(reveal).content.decode()
    shown = officer.post(reveal, {"reason": "case", "note": "核对地点"}, follow=True)
    assert PHONE in shown.content.decode()
    assert as_user(cast.other_officer).get(reveal).status_code == 404


def test_the_poster_leads_to_the_form_of_the_village(cast: Cast, as_user: SignIn, settings: Any) -> None:
    settings.PUBLIC_URL = "https://street.example/"
    worker = as_user(cast.worker)
    page = worker.get(f"/reports/poster/?area={cast.village.pk}").content.decode()
    assert f"https://street.example/report/?area={cast.village.pk}" in page
    assert "<svg" in page
    assert "河边村" in page
    assert "poster__code" not in worker.get(f"/reports/poster/?area={cast.other_village.pk}").content.decode()


def test_a_list_of_many_asks_no_more_than_one_of_few(cast: Cast, as_user: SignIn, count_queries: Any) -> None:
    client = as_user(cast.command)
    report(cast)

    def ask() -> int:
        with count_queries() as seen:
            assert client.get("/reports/").status_code == 200
        return len(seen)

    ask()
    first = ask()
    for _ in range(15):
        report(cast)
    assert ask() == first
