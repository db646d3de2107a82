"""Days at both ends of the calendar have a span, and lists may be asked for them."""

from collections.abc import Callable
from datetime import date, time, timedelta

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from shared.dates import at, day_span
from tests.cast import Cast

ENDS = ["0001-01-01", "9999-12-31"]


def test_a_day_ends_where_the_next_begins() -> None:
    assert day_span(date(2026, 2, 28)) == (at(date(2026, 2, 28), time.min), at(date(2026, 3, 1), time.min))


def test_the_last_day_of_the_calendar_ends_with_it() -> None:
    since, until = day_span(date.max)
    assert until - since == timedelta(days=1) - timedelta.resolution


@pytest.mark.parametrize("day", ENDS)
@pytest.mark.parametrize("bound", ["after", "before"])
@pytest.mark.parametrize(
    "address",
    [
        "/incidents/",
        "/hazards/",
        "/incidents/export.csv",
        "/incidents/export.xlsx",
        "/api/v1/incidents/",
        "/api/v1/hazards/",
    ],
)
def test_a_list_can_be_asked_for_any_day(
    cast: Cast,
    as_user: Callable[[User], Client],
    api: Callable[[User], APIClient],
    address: str,
    bound: str,
    day: str,
) -> None:
    sign_in = api if address.startswith("/api/") else as_user
    assert sign_in(cast.people["command"]).get(address, {bound: day}).status_code == 200


@pytest.mark.parametrize("day", ENDS)
@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("/visits/", ("since", "until")),
        ("/api/v1/visits/", ("since", "until")),
        ("/api/v1/digests/", ("since", "until", "day")),
        ("/stats/coverage/", ("from", "to")),
        ("/api/v1/stats/coverage/", ("from", "to")),
        ("/api/v1/stats/response/", ("from", "to")),
    ],
)
def test_a_span_at_either_end_of_the_calendar(
    cast: Cast,
    as_user: Callable[[User], Client],
    api: Callable[[User], APIClient],
    address: str,
    names: tuple[str, ...],
    day: str,
) -> None:
    sign_in = api if address.startswith("/api/") else as_user
    assert sign_in(cast.people["command"]).get(address, dict.fromkeys(names, day)).status_code == 200
