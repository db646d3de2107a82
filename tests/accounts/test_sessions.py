"""How long a session lasts, and that its end is immediate wherever sessions are kept."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from accounts import workflow
from accounts.models import SignIn, User
from grids.models import Post, Role
from shared.dates import SHANGHAI, today
from tests.cast import PASSWORD, Cast

pytestmark = pytest.mark.servers

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=SHANGHAI)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as travel:
        yield travel


@pytest.fixture(params=["shipped", "cached_db"])
def engine(request: pytest.FixtureRequest, settings: Any) -> str:
    if request.param != "shipped":
        settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{request.param}"
    cache.clear()
    return str(request.param)


def signed_in(username: str = "worker") -> Client:
    client = Client()
    client.post("/login/", {"username": username, "password": PASSWORD})
    return client


def is_in(client: Client) -> bool:
    return client.get("/me/").status_code == 200


def test_a_session_ends_when_it_lay_idle_for_the_role_s_time(
    cast: Cast, clock: time_machine.Traveller
) -> None:
    Role.objects.filter(code="grid_worker").update(idle_minutes=60)
    client = signed_in()
    clock.shift(timedelta(minutes=59))
    assert is_in(client)
    clock.shift(timedelta(minutes=59))
    assert is_in(client)
    clock.shift(timedelta(minutes=60))
    assert not is_in(client)


def test_the_strictest_of_several_posts_decides(cast: Cast, clock: time_machine.Traveller) -> None:
    role = Role.objects.get(code="landlord")
    Role.objects.filter(pk=role.pk).update(idle_minutes=10)
    Post.objects.create(user=cast.worker, area=cast.village, role=role, starts_on=today())
    client = signed_in()
    clock.shift(timedelta(minutes=10))
    assert not is_in(client)


def test_without_a_post_it_is_thirty_minutes(cast: Cast, clock: time_machine.Traveller) -> None:
    client = signed_in("nobody")
    clock.shift(timedelta(minutes=29))
    assert is_in(client)
    clock.shift(timedelta(minutes=30))
    assert not is_in(client)


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(cast: Cast, clock: time_machine.Traveller) -> None:
    Role.objects.filter(code="grid_worker").update(idle_minutes=30)
    client = signed_in()
    assert is_in(client)
    for _ in range(2):
        clock.shift(timedelta(minutes=15))
        polled = client.get("/me/", headers={"X-Poll": "1"})
    assert polled.status_code == 302


def test_after_seven_days_even_a_busy_session_ends(cast: Cast, clock: time_machine.Traveller) -> None:
    client = signed_in()
    for _ in range(2 * 7):
        clock.shift(timedelta(hours=11, minutes=59))
        assert is_in(client)
    clock.shift(timedelta(minutes=20))
    assert not is_in(client)


def test_use_is_written_at_most_once_a_minute(
    cast: Cast, clock: time_machine.Traveller, count_queries: Callable[[], Any]
) -> None:
    client = signed_in()
    client.get("/me/")

    def writes() -> list[str]:
        with count_queries() as seen:
            assert is_in(client)
        return [sql for sql in seen if sql.startswith(("UPDATE", "INSERT", "DELETE"))]

    clock.shift(timedelta(seconds=59))
    assert writes() == []
    clock.shift(timedelta(seconds=1))
    assert len(writes()) == 2
    assert writes() == []
    assert SignIn.objects.get(user=cast.worker).seen_at == NOON + timedelta(minutes=1)


def test_shutting_an_account_ends_its_sessions_at_the_next_request(cast: Cast, engine: str) -> None:
    client = signed_in()
    assert is_in(client)
    workflow.set_active(actor=cast.administrator, user=cast.worker, active=False)
    assert not is_in(client)
    workflow.set_active(actor=cast.administrator, user=cast.worker, active=True)
    assert not is_in(client)


def test_changing_the_password_ends_the_other_sessions_only(cast: Cast, engine: str) -> None:
    here, there = signed_in(), signed_in()
    new = {"old": PASSWORD, "new": "Another-2026-word", "again": "Another-2026-word"}
    assert here.post("/me/password/", new).status_code == 302
    assert is_in(here)
    assert not is_in(there)


def test_a_reset_password_ends_every_session(cast: Cast, engine: str) -> None:
    client = signed_in()
    workflow.reset_password(actor=cast.administrator, user=cast.worker)
    assert not is_in(client)


def test_an_ended_post_closes_its_pages_at_the_next_request(cast: Cast, engine: str) -> None:
    client = signed_in("administrator")
    assert client.get("/people/").status_code == 200
    Post.objects.filter(user=cast.administrator).update(ends_on=today() - timedelta(days=1))
    assert client.get("/people/").status_code == 403
    assert is_in(client)


def test_signing_out_elsewhere_ends_the_others_and_keeps_this_one(cast: Cast, engine: str) -> None:
    here, there = signed_in(), signed_in()
    assert "最近使用" in here.get("/me/").content.decode()
    told = here.post("/me/sign-out-elsewhere/", follow=True).content.decode()
    assert "已退出其他 1 台设备" in told
    assert "最近使用" not in told
    assert is_in(here)
    assert not is_in(there)
    assert User.objects.get(pk=cast.worker.pk).session_round == 1


def test_a_signed_out_session_is_dead_even_with_its_cookie_kept(cast: Cast, engine: str) -> None:
    client = signed_in()
    cookie = client.cookies["sessionid"].value
    client.post("/logout/")
    client.cookies["sessionid"] = cookie
    assert not is_in(client)
