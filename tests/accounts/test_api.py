"""Keys for programs: made once, hashed, cheap to check, refused at once."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import orjson
import pytest
import time_machine
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice
from rest_framework.test import APIClient

from accounts import workflow
from accounts.models import ApiKey, User
from grids.models import Role
from tests.cast import PASSWORD, Cast

pytestmark = pytest.mark.servers

SCHEMA = "/api/v1/schema/"
SECRET = "31" * 20


@pytest.fixture(autouse=True)
def _fresh_throttle() -> None:
    cache.clear()


def ask(key: str) -> Any:
    return Client(headers={"Authorization": f"Token {key}"}).get(SCHEMA)


def login(**fields: str) -> Any:
    return APIClient().post("/api/v1/auth/login", {"username": "program", "password": PASSWORD, **fields})


def test_the_command_prints_the_key_once_and_only_its_hash_stays(cast: Cast) -> None:
    out = StringIO()
    call_command("api_key", "program", "--name", "省平台", "--days", "30", stdout=out)
    printed = orjson.loads(out.getvalue().splitlines()[-1])
    assert ask(printed["key"]).status_code == 200
    kept = ApiKey.objects.get(user=cast.program)
    assert kept.name == "省平台"
    assert printed["key"] not in (kept.digest, kept.token_key)
    assert timedelta(days=29) < kept.expiry - timezone.now() <= timedelta(days=30)


@pytest.mark.parametrize(
    "arguments", [["stranger"], ["program", "--days", "0"], ["program", "--days", "9999"]]
)
def test_the_command_refuses_what_cannot_be(cast: Cast, arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("api_key", *arguments, stdout=StringIO())
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize(
    "header",
    ["", "Token", "Token a b", "Token 0000", "Token é", "Token \x00", "Bearer x", "Token " + "a" * 5000],
)
def test_anonymous_and_made_up_keys_are_401_problems(cast: Cast, header: str) -> None:
    answer = Client(headers={"Authorization": header} if header else {}).get(SCHEMA)
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"] == "Token"
    assert answer.json()["status"] == 401


def test_a_key_of_a_shut_account_is_refused_at_once_and_for_good(cast: Cast) -> None:
    _, key = workflow.issue_key(user=cast.program, name="x")
    workflow.set_active(actor=cast.administrator, user=cast.program, active=False)
    assert ask(key).status_code == 401
    workflow.set_active(actor=cast.administrator, user=cast.program, active=True)
    assert ask(key).status_code == 401


@pytest.mark.parametrize(
    ("done", "left"),
    [
        (
            lambda c: workflow.change_password(user=c.program, old=PASSWORD, new="Morning-bell-2026"),
            [401, 200],
        ),
        (lambda c: workflow.end_other_sessions(user=c.program, sign_in_id=0), [401, 200]),
        (lambda c: workflow.reset_password(actor=c.administrator, user=c.program), [401, 401]),
    ],
    ids=["own change", "sign out elsewhere", "reset"],
)
def test_keys_end_with_what_they_rest_on(cast: Cast, done: Callable[[Cast], Any], left: list[int]) -> None:
    """Of a key got by signing in and one given by the operator; somebody else's stays."""
    keys = [login().json()["token"], workflow.issue_key(user=cast.program, name="省平台")[1]]
    other = workflow.issue_key(user=cast.leader, name=workflow.LOGIN_KEY)[1]
    assert [ask(key).status_code for key in keys] == [200, 200]
    done(cast)
    User.objects.filter(pk=cast.program.pk).update(must_change_password=False)
    assert [ask(key).status_code for key in keys] == left
    assert ask(other).status_code == 200


def test_a_key_rests_while_a_first_password_waits(cast: Cast) -> None:
    _, key = workflow.issue_key(user=cast.program, name="x")
    User.objects.filter(pk=cast.program.pk).update(must_change_password=True)
    assert ask(key).status_code == 401
    User.objects.filter(pk=cast.program.pk).update(must_change_password=False)
    assert ask(key).status_code == 200


def test_an_expired_key_is_refused_and_not_deleted_by_the_request(cast: Cast) -> None:
    _, key = workflow.issue_key(user=cast.program, name="x", days=1)
    with time_machine.travel(timezone.now() + timedelta(days=1, seconds=1)):
        assert ask(key).status_code == 401
    assert ApiKey.objects.count() == 1


def test_a_request_by_key_costs_one_query_and_one_for_the_posts(
    cast: Cast, count_queries: Callable[[], Any]
) -> None:
    keys = [workflow.issue_key(user=cast.program, name=str(n))[1] for n in range(5)]
    client = Client(headers={"Authorization": f"Token {keys[3]}"})
    with count_queries() as seen:
        assert client.get("/api/v1/visits/", {"limit": 1}).status_code in {200, 404}
    assert [sql for sql in seen if "accounts_apikey" in sql and "accounts_user" in sql] == seen[:1]
    assert len([sql for sql in seen if "grids_visit" not in sql]) <= 3


def test_login_gives_a_key_for_a_day_and_logout_ends_it(cast: Cast) -> None:
    answer = login()
    assert answer.status_code == 200
    key = answer.json()["token"]
    assert ApiKey.objects.get().expiry <= timezone.now() + timedelta(days=1)
    assert ask(key).status_code == 200
    client = Client(headers={"Authorization": f"Token {key}"})
    assert client.post("/api/v1/auth/logout").status_code == 204
    assert ask(key).status_code == 401
    assert client.post("/api/v1/auth/logout").status_code == 401


def test_logout_withdraws_this_key_only(cast: Cast) -> None:
    keys = [workflow.issue_key(user=cast.program, name=str(n))[1] for n in range(2)]
    Client(headers={"Authorization": f"Token {keys[0]}"}).post("/api/v1/auth/logout")
    assert [ask(key).status_code for key in keys] == [401, 200]


def test_login_locks_as_the_page_does(cast: Cast) -> None:
    answers = [login(password="wrong").status_code for _ in range(5)]
    assert answers == [401, 401, 401, 401, 429]
    locked = login()
    assert locked.status_code == 429
    assert locked.json()["code"] == "locked"
    assert "分钟后" in locked.json()["detail"]
    page = Client().post("/login/", {"username": "program", "password": PASSWORD})
    assert page.status_code == 429


def test_login_is_throttled_per_address(cast: Cast) -> None:
    answers = [login(username=f"stranger{n}").status_code for n in range(21)]
    assert set(answers[:20]) == {401}
    assert answers[20] == 429


@pytest.mark.parametrize(
    "body", [{}, {"username": "program"}, {"username": "a\x00b", "password": "x"}, ["x"], "x"]
)
def test_an_unreadable_login_is_400(cast: Cast, body: Any) -> None:
    assert APIClient().post("/api/v1/auth/login", body).status_code == 400


def test_a_first_password_gives_no_key(cast: Cast) -> None:
    User.objects.filter(pk=cast.program.pk).update(must_change_password=True)
    assert login().json()["code"] == "first_password"
    assert not ApiKey.objects.exists()


def test_the_second_factor_is_asked_of_the_login_too(cast: Cast) -> None:
    Role.objects.filter(code="api_program").update(second_factor=True)
    assert login().json()["code"] == "enrol_first"
    TOTPDevice.objects.create(user=cast.program, confirmed=True, key=SECRET, name="手机口令")
    assert login().json()["code"] == "otp_required"
    wrong = login(otp="000000")
    assert (wrong.status_code, wrong.json()["code"]) == (401, "otp_wrong")
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        assert login(otp=f"{totp(bytes.fromhex(SECRET)):06d}").status_code == 200


def test_one_withdraws_one_s_own_keys_only(cast: Cast, as_user: Callable[[User], Client]) -> None:
    mine, my_key = workflow.issue_key(user=cast.program, name="我的")
    theirs, their_key = workflow.issue_key(user=cast.leader, name="别人的")
    client = as_user(cast.program)
    assert "我的" in client.get("/me/").content.decode()
    assert client.post(f"/me/keys/{theirs.token_key}/withdraw/").status_code == 404
    assert client.post(f"/me/keys/{mine.token_key}/withdraw/").status_code == 302
    assert (ask(my_key).status_code, ask(their_key).status_code) == (401, 200)
