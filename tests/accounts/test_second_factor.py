"""The second factor: enrolment, its demand by role, recovery codes, replay, guessing, reset."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import second_factor, workflow
from accounts.models import User
from accounts.views import OWES_CODE
from grids.models import Role
from shared.dates import SHANGHAI
from shared.errors import InvalidInput
from tests.cast import PASSWORD, Cast

pytestmark = pytest.mark.servers

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=SHANGHAI)
SECRET = "31" * 20


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as travel:
        yield travel


@pytest.fixture
def demanded(cast: Cast) -> None:
    Role.objects.filter(code="street_leader").update(second_factor=True)


def code(secret: str = SECRET) -> str:
    """What the phone shows now."""
    return f"{totp(bytes.fromhex(secret)):06d}"


def phone(user: User) -> TOTPDevice:
    return TOTPDevice.objects.create(user=user, confirmed=True, key=SECRET, name="手机口令")


def signed_in(username: str = "leader") -> Client:
    client = Client()
    client.post("/login/", {"username": username, "password": PASSWORD})
    return client


def test_a_role_that_demands_it_opens_nothing_before_enrolment(cast: Cast, demanded: None) -> None:
    client = signed_in()
    for path in ("/", "/me/", "/people/"):
        assert client.get(path)["Location"].startswith("/me/second-factor/")
    assert client.get("/me/")["Location"] == "/me/second-factor/?next=%2Fme%2F"
    assert client.get("/api/v1/schema/").json()["code"] == "second_factor"
    assert client.post("/me/sign-out-elsewhere/")["Location"] == "/me/second-factor/"


def test_enrolling_shows_the_secret_and_ten_codes_then_opens_the_portal(
    cast: Cast, demanded: None, clock: time_machine.Traveller
) -> None:
    client = signed_in()
    page = client.get("/me/second-factor/").content.decode()
    secret = client.session["enrolling"]
    assert second_factor.typed(secret) in page
    assert "<svg" in page
    assert "style=" not in page
    wrong = client.post("/me/second-factor/", {"code": "000000"})
    assert wrong.status_code == 400
    assert "核对手机时间" in wrong.content.decode()

    done = client.post("/me/second-factor/", {"code": code(secret)}).content.decode()
    assert done.count("<li><code>") == 10
    assert client.get("/me/").status_code == 200
    assert second_factor.recovery_left(cast.leader) == 10


def test_the_next_sign_in_asks_for_a_code_and_takes_it_once(
    cast: Cast, demanded: None, clock: time_machine.Traveller
) -> None:
    phone(cast.leader)
    first, second = signed_in(), signed_in()
    assert first.get("/people/")["Location"] == "/login/verify/?next=%2Fpeople%2F"
    shown = code()
    answer = first.post("/login/verify/", {"code": shown, "next": "/me/"})
    assert answer["Location"] == "/me/"
    assert first.get("/me/").status_code == 200
    assert second.post("/login/verify/", {"code": shown}).status_code == 400
    assert second.get("/me/").status_code == 302


def test_who_enrolled_freely_is_asked_too(cast: Cast, clock: time_machine.Traveller) -> None:
    phone(cast.worker)
    client = signed_in("worker")
    assert client.get("/me/")["Location"].startswith("/login/verify/")
    client.post("/login/verify/", {"code": code()})
    assert client.get("/me/").status_code == 200


def test_a_demand_that_is_set_later_holds_from_the_next_request(cast: Cast) -> None:
    client = signed_in()
    assert client.get("/me/").status_code == 200
    Role.objects.filter(code="street_leader").update(second_factor=True)
    assert client.get("/me/")["Location"].startswith("/me/second-factor/")


def test_a_session_cannot_declare_itself_free(cast: Cast, demanded: None) -> None:
    phone(cast.leader)
    client = signed_in()
    session = client.session
    session[OWES_CODE] = False
    session.save()
    assert client.get("/me/")["Location"].startswith("/login/verify/")


def test_technical_administrators_always_owe_one_except_in_the_demo(cast: Cast) -> None:
    user = cast.nobody
    User.objects.filter(pk=user.pk).update(is_superuser=True)
    assert signed_in("nobody").get("/me/")["Location"].startswith("/me/second-factor/")
    User.objects.filter(pk=user.pk).update(is_demo=True)
    assert signed_in("nobody").get("/me/").status_code == 200


def test_guessing_waits_twice_as_long_each_time(
    cast: Cast, demanded: None, clock: time_machine.Traveller
) -> None:
    phone(cast.leader)
    client = signed_in()
    assert "口令不对" in client.post("/login/verify/", {"code": "111111"}).content.decode()
    soon = client.post("/login/verify/", {"code": code()})
    assert soon.status_code == 400
    assert "试得太快了" in soon.content.decode()
    for failures in range(1, 6):
        clock.shift(timedelta(seconds=2**failures + 1))
        assert "口令不对" in client.post("/login/verify/", {"code": "111111"}).content.decode()
    clock.shift(timedelta(seconds=31))
    assert "试得太快了" in client.post("/login/verify/", {"code": code()}).content.decode()
    clock.shift(timedelta(seconds=60))
    assert client.post("/login/verify/", {"code": code()}).status_code == 302


def test_a_recovery_code_works_once_and_is_not_kept_in_plain(cast: Cast, demanded: None) -> None:
    phone(cast.leader)
    codes = second_factor.new_recovery_codes(user=cast.leader)
    kept = set(StaticToken.objects.values_list("token", flat=True))
    assert len(kept) == 10
    assert not kept & {c.replace("-", "") for c in codes}
    assert signed_in().post("/login/verify/", {"code": codes[0].lower()}).status_code == 302
    assert second_factor.recovery_left(cast.leader) == 9
    with pytest.raises(InvalidInput):
        second_factor.verify(user=cast.leader, code=codes[0])


def test_one_s_recovery_code_does_not_open_another_s_account(cast: Cast) -> None:
    mine = second_factor.new_recovery_codes(user=cast.worker)
    second_factor.new_recovery_codes(user=cast.leader)
    with pytest.raises(InvalidInput):
        second_factor.verify(user=cast.leader, code=mine[0])


def test_a_stolen_password_cannot_replace_the_phone(cast: Cast, demanded: None) -> None:
    phone(cast.leader)
    client = signed_in()
    assert client.get("/me/second-factor/").status_code == 403
    assert client.post("/me/second-factor/", {"code": "000000"}).status_code == 403
    assert client.post("/me/recovery-codes/").status_code == 302


def test_new_recovery_codes_end_the_old_ones(
    cast: Cast, demanded: None, clock: time_machine.Traveller
) -> None:
    phone(cast.leader)
    old = second_factor.new_recovery_codes(user=cast.leader)
    client = signed_in()
    client.post("/login/verify/", {"code": code()})
    assert client.post("/me/recovery-codes/").content.decode().count("<li><code>") == 10
    with pytest.raises(InvalidInput):
        second_factor.verify(user=cast.leader, code=old[0])


def test_a_reset_asks_for_enrolment_at_the_next_request(
    cast: Cast, demanded: None, clock: time_machine.Traveller
) -> None:
    phone(cast.leader)
    client = signed_in()
    client.post("/login/verify/", {"code": code()})
    assert client.get("/me/").status_code == 200
    second_factor.reset(user=cast.leader)
    assert client.get("/me/")["Location"].startswith("/me/second-factor/")


@pytest.mark.parametrize("odd", ["²²²²²²", "abcdef", "９９９９９９", "-1", "0" * 20])
def test_odd_codes_are_just_wrong(cast: Cast, demanded: None, odd: str) -> None:
    phone(cast.leader)
    client = signed_in()
    assert client.post("/login/verify/", {"code": odd}).status_code == 400


def test_requests_by_key_owe_nothing(cast: Cast, demanded: None) -> None:
    _, key = workflow.issue_key(user=cast.leader, name="程序")
    answer = Client(headers={"Authorization": f"Token {key}"}).get("/api/v1/schema/")
    assert answer.status_code == 200
