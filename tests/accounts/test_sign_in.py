"""The sign-in page: generic failure, lockout, safe return, demo hint."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import SignIn, User
from shared.dates import SHANGHAI
from tests.cast import PASSWORD, Cast

pytestmark = pytest.mark.servers

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=SHANGHAI)
BROWSER = "Mozilla/5.0 (Linux; Android 14) Chrome/130 MicroMessenger/8.0"


def sign_in(client: Client, username: str, password: str = PASSWORD, **extra: Any) -> Any:
    return client.post("/login/", {"username": username, "password": password, **extra})


def test_the_right_pair_opens_a_session_on_a_named_device(cast: Cast) -> None:
    client = Client(headers={"user-agent": BROWSER})
    answer = sign_in(client, "worker")
    assert answer.status_code == 302
    assert answer["Location"] == "/"
    assert client.get("/me/").status_code == 200
    signed = SignIn.objects.get(user=cast.worker)
    assert signed.device == "安卓手机 · 微信"
    assert signed.address == "127.0.0.1"
    assert signed.ended_at is None


def test_a_wrong_name_and_a_wrong_password_read_the_same(cast: Cast) -> None:
    User.objects.filter(pk=cast.neighbour.pk).update(is_active=False)
    pages = {
        name: sign_in(Client(), name, password)
        for name, password in {"worker": "wrong", "stranger": "wrong", "neighbour": PASSWORD}.items()
    }
    told = {
        page.content.decode().replace(name, "X").split("form-errors")[0].split("csrfmiddlewaretoken")[0]
        for name, page in pages.items()
    }
    assert {page.status_code for page in pages.values()} == {400}
    assert len(told) == 1
    for page in pages.values():
        assert "用户名或密码不对" in page.content.decode()


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/visits/?state=due", "/visits/?state=due"),
        ("https://evil.example/", "/"),
        ("//evil.example/x", "/"),
        ("javascript:alert(1)", "/"),
        ("/\\evil.example", "/"),
        ("", "/"),
    ],
)
def test_one_returns_only_to_this_portal(cast: Cast, wanted: str, reached: str) -> None:
    assert sign_in(Client(), "worker", next=wanted)["Location"] == reached


def test_five_failures_lock_the_name_for_thirty_minutes_and_nobody_else(cast: Cast) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(4):
            assert sign_in(Client(), "worker", "wrong").status_code == 400
        fifth = sign_in(Client(headers={"user-agent": "another"}), "worker", "wrong")
        assert fifth.status_code == 429
        assert "请在 30 分钟后（12:30）再试" in fifth.content.decode()
        assert "联系本街道管理员重设" in fifth.content.decode()
        assert fifth["Retry-After"] == "1800"
        assert sign_in(Client(), "neighbour").status_code == 302

        clock.shift(timedelta(minutes=20))
        right = sign_in(Client(headers={"user-agent": "yet another"}), "worker")
        assert right.status_code == 429
        assert "请在 10 分钟后（12:30）再试" in right.content.decode()

        clock.shift(timedelta(minutes=10, seconds=1))
        assert sign_in(Client(), "worker").status_code == 302


def test_a_name_that_does_not_exist_locks_in_the_same_way(cast: Cast) -> None:
    answers = [sign_in(Client(), "stranger", "wrong").status_code for _ in range(6)]
    assert answers == [400, 400, 400, 400, 429, 429]


def test_other_spellings_of_a_locked_name_do_not_pass(cast: Cast) -> None:
    for _ in range(5):
        sign_in(Client(), "worker", "wrong")
    for spelling in ("ｗorker", " worker ", "worker"):
        assert sign_in(Client(), spelling).status_code == 429
    assert sign_in(Client(), "WORKER").status_code == 400


def test_success_forgets_earlier_failures(cast: Cast) -> None:
    for _ in range(2):
        for _ in range(4):
            sign_in(Client(), "worker", "wrong")
        assert sign_in(Client(), "worker").status_code == 302


def test_the_sign_in_page_is_never_kept(cast: Cast) -> None:
    assert "no-store" in Client().get("/login/")["Cache-Control"]


def test_a_form_without_its_token_is_refused(cast: Cast) -> None:
    assert sign_in(Client(enforce_csrf_checks=True), "worker").status_code == 403


def test_demo_accounts_show_only_outside_production_and_only_where_there_are_any(
    cast: Cast, settings: Any
) -> None:
    assert "演示账号" not in Client().get("/login/").content.decode()
    User.objects.filter(pk=cast.worker.pk).update(is_demo=True)
    page = Client().get("/login/").content.decode()
    assert "演示账号" in page
    assert "neighbour" not in page
    settings.PRODUCTION = True
    assert "演示账号" not in Client().get("/login/").content.decode()


def test_signing_out_needs_a_post_and_ends_the_session(cast: Cast) -> None:
    client = Client()
    sign_in(client, "worker")
    assert client.get("/logout/").status_code == 405
    kept = client.cookies["sessionid"].value
    assert client.post("/logout/")["Location"] == "/login/"
    client.cookies["sessionid"] = kept
    assert client.get("/me/").status_code == 302
    assert SignIn.objects.get(user=cast.worker).ended_at is not None
