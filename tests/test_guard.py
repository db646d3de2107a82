"""Every address × every member of the cast: nothing opens without its right, and nothing crashes."""

import sys
from collections.abc import Callable
from copy import copy
from typing import Any

import pytest
from django.core.cache import cache
from django.core.signals import got_request_exception
from django.db import transaction
from django.test import Client
from django.urls import resolve

from accounts.models import User
from grids.api_scope import HasRight
from grids.rights import RIGHTS
from grids.scope import covers, rights_of
from tests.cast import POSTS, Cast
from tests.guard import ENDPOINTS, OURS, WITHOUT_MARK, Endpoint, Row, World, build_world

MEMBERS = [*POSTS, "nobody"]
CALM = {200, 201, 202, 204, 301, 302, 303, 304, 400, 403, 404, 405, 406, 409, 410, 415, 429}
GARBAGE = {
    "q": "\x00'\"><%",
    "cursor": "zzz",
    "state": "zzz",
    "kind": "zzz",
    "date": "2026-99-99",
    "target": "²",
    "area": "²",
    "village": "9" * 30,
    "grid": "-1",
    "limit": "x",
}
BODY = {
    **GARBAGE,
    **dict.fromkeys(("area", "grid", "unit", "role", "version", "handler", "action"), "zzz"),
    "client_id": "no-uuid",
    "note": "\x00",
    "value": "1e999",
    "words": "、",
    "reason": "",
}


def ids(endpoint: Endpoint) -> str:
    return endpoint.path or "/"


@pytest.fixture
def world(cast: Cast) -> World:
    cache.clear()
    return build_world(cast)


class Caller:
    """A browser whose every request is undone, and who remembers what crashed."""

    def __init__(self, user: User | None) -> None:
        self.client = Client(raise_request_exception=False)
        self.crashes: list[str] = []
        if user is not None:
            self.client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
            self.client.get("/me/")
        got_request_exception.connect(self._note)

    def _note(self, sender: object, request: Any, **_: Any) -> None:
        self.crashes.append(f"{request.method} {request.get_full_path()}: {sys.exc_info()[1]!r}")

    def ask(self, method: str, address: str, data: Any = None, **extra: Any) -> Any:
        cookies = copy(self.client.cookies)
        with transaction.atomic():
            answer = getattr(self.client, method)(address, data, **extra)
            if answer.streaming:
                b"".join(answer.streaming_content)
            transaction.set_rollback(True)
        self.client.cookies = cookies
        return answer


def requests_of(
    endpoint: Endpoint, address: str, shut: bool = False
) -> list[tuple[str, str, Any, dict[str, str]]]:
    """What is tried on one address: as it is, with nonsense in the query, and with nonsense sent.

    Where the caller holds none of its rights the guard answers before the view: two tries are enough.
    """
    json = {"content_type": "application/json"} if endpoint.is_api else {}
    tries: list[tuple[str, str, Any, dict[str, str]]] = [
        ("get", address, None, {}),
        ("get", address, GARBAGE, {}),
        ("post", address, BODY, json),
    ]
    if shut:
        return [tries[0], tries[2]]
    if endpoint.is_api:
        tries += [
            ("post", address, [1, "x"], json),
            ("put", address, BODY, json),
            ("delete", address, None, {}),
        ]
    return tries


def may(user: User, endpoint: Endpoint, method: str, rows: list[Row]) -> bool:
    """Whether the user holds one of its rights where all its rows lie, and none belongs to another."""
    rights = endpoint.rights(method)
    for row in rows:
        if row.owner is not None and row.owner.pk != user.pk:
            return False
        if row.area is not None and not any(covers(user, right, row.area) for right in rights):
            return False
    return not rights or bool(rights_of(user) & set(rights))


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=ids)
def test_every_address_says_who_may_open_it(endpoint: Endpoint) -> None:
    if any(endpoint.path.startswith(start) for start in WITHOUT_MARK):
        return
    if endpoint.public:
        assert len(endpoint.public) > 4, "Say why everybody may open it."
        return
    if not endpoint.is_api:
        assert hasattr(endpoint.view, "scope"), f"/{endpoint.path} wears neither @scoped nor @public."
        assert set(endpoint.view.scope) <= set(RIGHTS)
        return
    if getattr(endpoint.cls, "own", ""):
        return
    assert issubclass(HasRight, tuple(endpoint.cls.permission_classes)), f"/{endpoint.path} is not closed."
    for method in endpoint.methods:
        assert endpoint.rights(method), f"{method} /{endpoint.path} names no right."
        assert set(endpoint.rights(method)) <= set(RIGHTS)


def test_the_list_of_exceptions_is_not_longer_than_needed() -> None:
    for start in WITHOUT_MARK:
        assert any(endpoint.path.startswith(start) for endpoint in ENDPOINTS), start


def test_each_address_leads_to_its_own_view(world: World) -> None:
    for endpoint in OURS:
        for address, _ in world.addresses(endpoint):
            assert resolve(address).func is endpoint.view, f"{address} is caught by another pattern."


def test_a_stranger_sees_nothing_but_public_pages(world: World) -> None:
    caller = Caller(None)
    wrong = []
    for endpoint in OURS:
        for address, _ in world.addresses(endpoint):
            for method, path, data, extra in requests_of(endpoint, address):
                answer = caller.ask(method, path, data, **extra)
                if not stranger_expects(endpoint, answer):
                    wrong.append(f"{method} {path} → {answer.status_code}")
    assert_calm(caller, wrong)


def assert_calm(caller: Caller, wrong: list[str]) -> None:
    """Name every crash and every wrong answer, not only the first."""
    if caller.crashes or wrong:
        pytest.fail("\n".join(["Crashed:", *caller.crashes, "Answered wrongly:", *wrong]), pytrace=False)


def stranger_expects(endpoint: Endpoint, answer: Any) -> bool:
    if endpoint.public:
        return answer.status_code in CALM | {401, 503}
    if endpoint.is_api:
        return bool(answer.status_code == 401)
    to_sign_in = answer.status_code == 302 and answer["Location"].startswith("/login/")
    return bool(to_sign_in or answer.status_code == 405)


@pytest.mark.parametrize("member", MEMBERS)
def test_each_member_sees_only_what_its_posts_open(cast: Cast, world: World, member: str) -> None:
    user = cast.people[member]
    caller = Caller(user)
    wrong = []
    held = rights_of(user)
    for endpoint in OURS:
        rights = {right for method in ("GET", "POST") for right in endpoint.rights(method)}
        shut = bool(rights) and not rights & held
        for address, rows in world.addresses(endpoint)[: 1 if shut else None]:
            for method, path, data, extra in requests_of(endpoint, address, shut):
                answer = caller.ask(method, path, data, **extra)
                if not member_expects(user, endpoint, method.upper(), rows, answer):
                    wrong.append(f"{method} {path} → {answer.status_code}")
    assert_calm(caller, wrong)


def member_expects(user: User, endpoint: Endpoint, method: str, rows: list[Row], answer: Any) -> bool:
    """Shut: 403 or 404 (405 where the method is not there at all); open: anything but a crash."""
    without_session = {401, 503} if endpoint.public or getattr(endpoint.cls, "own", "") else set()
    if answer.status_code not in CALM | without_session:
        return False
    if answer.status_code == 302 and answer["Location"].startswith("/login/"):
        return endpoint.path == "logout/"
    if endpoint.public or may(user, endpoint, method, rows):
        return True
    return answer.status_code in {403, 404, 405}


def test_every_page_opens_for_somebody(cast: Cast, world: World, as_user: Callable[[User], Client]) -> None:
    """A page that refuses everybody would pass the other tests; this one finds it."""
    wrong = []
    for endpoint in OURS:
        if endpoint.is_api and "GET" not in endpoint.methods:
            continue
        address, rows = world.addresses(endpoint)[0]
        fit = [user for user in cast.people.values() if endpoint.public or may(user, endpoint, "GET", rows)]
        answers: set[int] = set()
        for user in fit:
            answers.add(as_user(user).get(address).status_code)
            if answers & {200, 302, 405}:
                break
        else:
            wrong.append(f"{address} → {sorted(answers)} for {[user.username for user in fit]}")
    assert not wrong
