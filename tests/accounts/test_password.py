"""First passwords are changed before anything else opens, and only for better ones."""

from importlib import import_module

import pytest
from django.test import Client

from accounts import workflow
from accounts.models import User
from tests.cast import PASSWORD, Cast

GOOD = "Morning-bell-2026"


def first_timer(cast: Cast) -> Client:
    User.objects.filter(pk=cast.worker.pk).update(must_change_password=True)
    client = Client()
    client.post("/login/", {"username": "worker", "password": PASSWORD})
    return client


@pytest.mark.parametrize("path", ["/me/", "/", "/people/", "/me/second-factor/"])
def test_every_page_leads_to_the_password_page(cast: Cast, path: str) -> None:
    client = first_timer(cast)
    answer = client.get(path)
    if path == "/me/second-factor/":
        assert answer.status_code == 200
    else:
        assert answer.status_code == 302
        assert answer["Location"].startswith("/me/password/?next=")


def test_a_session_cannot_use_the_api_before(cast: Cast) -> None:
    answer = first_timer(cast).get("/api/v1/schema/")
    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "password"


def test_a_changed_password_opens_the_portal(cast: Cast) -> None:
    client = first_timer(cast)
    answer = client.post("/me/password/", {"old": PASSWORD, "new": GOOD, "again": GOOD, "next": "/me/"})
    assert answer["Location"] == "/me/"
    assert client.get("/me/").status_code == 200
    changed = User.objects.get(pk=cast.worker.pk)
    assert changed.check_password(GOOD)
    assert not changed.must_change_password


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"new": PASSWORD, "again": PASSWORD}, "不能与原密码相同"),
        ({"old": "not it", "new": GOOD, "again": GOOD}, "原密码不对"),
        ({"new": GOOD, "again": GOOD + "x"}, "两次输入的新密码不一样"),
        ({"new": "Short-1a", "again": "Short-1a"}, "10"),
        ({"new": "9876543210987", "again": "9876543210987"}, "数字"),
        ({"new": "password123", "again": "password123"}, "常见"),
        ({"new": "worker2026", "again": "worker2026"}, "相似"),
    ],
)
def test_bad_choices_are_refused_in_words(cast: Cast, fields: dict[str, str], told: str) -> None:
    client = first_timer(cast)
    answer = client.post("/me/password/", {"old": PASSWORD, **fields})
    assert answer.status_code == 400
    assert told in answer.content.decode()
    assert User.objects.get(pk=cast.worker.pk).must_change_password


def test_first_passwords_are_long_and_never_twice_the_same(cast: Cast) -> None:
    drawn = {workflow.first_password() for _ in range(50)}
    assert len(drawn) == 50
    assert all(len(password.replace("-", "")) == 12 for password in drawn)


def test_passwords_are_kept_as_argon2() -> None:
    settings = import_module("chengdong.settings")

    assert settings.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")
