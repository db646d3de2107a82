"""Numbers of rows that no row can have: refused at once, on every list, whatever they look like."""

from collections.abc import Callable

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from shared.filters import LARGEST, id_of
from tests.cast import Cast

BAD = ["-1e1999999", "²", "99999999999999999999", "1e5", "9" * 5000, "-1", "0"]
API_LISTS = [
    ("visits", "area"),
    ("visits", "target"),
    ("targets", "area"),
    ("matters", "area"),
    ("incidents", "area"),
    ("hazards", "area"),
    ("digests", "area"),
]


@pytest.mark.parametrize("number", BAD)
@pytest.mark.parametrize(("name", "parameter"), API_LISTS)
def test_a_list_of_the_api_refuses_it(
    cast: Cast, api: Callable[[User], APIClient], name: str, parameter: str, number: str
) -> None:
    answer = api(cast.people["command"]).get(f"/api/v1/{name}/", {parameter: number})
    assert answer.status_code == 400, answer.content
    assert list(answer.json()["errors"]) == [parameter]


@pytest.mark.parametrize("number", BAD)
@pytest.mark.parametrize("name", ["coverage", "response"])
def test_statistics_know_no_such_area(
    cast: Cast, api: Callable[[User], APIClient], name: str, number: str
) -> None:
    assert api(cast.people["command"]).get(f"/api/v1/stats/{name}/", {"area": number}).status_code == 404


@pytest.mark.parametrize("number", BAD)
@pytest.mark.parametrize(
    ("page", "status"),
    [
        ("/visits/", 200),
        ("/targets/", 200),
        ("/incidents/", 200),
        ("/hazards/", 200),
        ("/matters/", 200),
        ("/incidents/board/", 200),
        ("/stats/coverage/", 404),
        ("/hazards/new/", 404),
        ("/visits/new/", 404),
    ],
)
def test_a_page_answers(
    cast: Cast, as_user: Callable[[User], Client], page: str, status: int, number: str
) -> None:
    asked = dict.fromkeys(("area", "target", "village"), number)
    reader = cast.people["worker" if page.endswith("/new/") else "command"]
    assert as_user(reader).get(page, asked).status_code == status


@pytest.mark.parametrize(
    ("text", "number"), [("1", 1), (str(LARGEST), LARGEST), (str(LARGEST + 1), None), ("", None)]
)
def test_a_number_that_can_be_one(text: str, number: int | None) -> None:
    assert id_of(text) == number
