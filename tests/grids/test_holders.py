"""The plain statement behind every request's posts says what the query builder would."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import auth
from django.http import HttpResponse
from django.test import Client, RequestFactory

from accounts.models import ApiKey, User
from grids.holders import key_held, posts_held, user_held
from grids.models import Area, Post, Role
from grids.scope import posts_of, rights_of
from grids.signed_in import SignedIn
from shared.dates import today
from tests.cast import POSTS, Cast


def told(post: Post) -> list[object]:
    area, unit, role = post.area, post.unit, post.role
    return [
        (post.pk, post.user_id, post.starts_on, post.ends_on),
        (area.pk, area.path, area.name, area.level, area.parent_id, area.outline),
        unit and (unit.pk, unit.kind, unit.name, unit.area_id),
        (role.pk, role.code, role.label, role.rights, role.second_factor, role.idle_minutes),
    ]


def test_same_posts_as_the_query_builder(cast: Cast) -> None:
    worker, day = cast.worker, today()
    role = Role.objects.get(code="village_officer")
    Area.objects.filter(pk=cast.grid_a.pk).update(outline={"type": "Polygon", "coordinates": []})
    for starts, ends in ((-9, 0), (0, None), (-8, -1), (1, None)):
        Post.objects.create(
            user=worker,
            area=cast.village,
            role=role,
            unit=cast.station,
            starts_on=day + timedelta(days=starts),
            ends_on=None if ends is None else day + timedelta(days=ends),
        )
    for name in POSTS:
        user = cast.people[name]
        built = Post.objects.on(day).filter(user=user).select_related("area", "unit", "role").order_by("id")
        held = posts_held(user.pk, day)
        assert [told(post) for post in held] == [told(post) for post in built]
    assert len(posts_held(worker.pk, day)) == 3
    Area.objects.filter(pk=cast.village.pk).update(is_active=False)
    assert len(posts_held(worker.pk, day)) == 1


def test_a_user_comes_with_his_posts_and_without_his_phone(cast: Cast) -> None:
    cast.worker.phone = "13900001234"
    cast.worker.save()
    for name in [*POSTS, "nobody"]:
        user = cast.people[name]
        found = user_held(user.pk, today())
        assert found is not None
        fields = [field.attname for field in User._meta.concrete_fields]
        assert [getattr(found, field) for field in fields] == [getattr(user, field) for field in fields]
        assert [told(post) for post in posts_of(found)] == [
            told(post) for post in posts_held(user.pk, today())
        ]
    assert user_held(0, today()) is None


def test_a_key_comes_with_its_user(cast: Cast, count_queries: Callable[[], Any]) -> None:
    key, _ = ApiKey.objects.create(user=cast.program, name="测试", expiry=None)
    with count_queries() as seen:
        found = key_held(key.digest, today())
        assert found is not None
        assert [post.role.code for post in posts_of(found.user)] == ["api_program"]
    assert len(seen) == 1
    assert (found, found.name, found.expiry, found.user) == (key, "测试", None, cast.program)
    assert key_held("0" * 128, today()) is None


@pytest.fixture
def session_request(as_user: Callable[[User], Client], cast: Cast) -> Callable[..., Any]:
    """`session_request(**changes)`: a request with the worker's session, some of its values changed."""
    client = as_user(cast.worker)

    def make(**changes: Any) -> Any:
        request: Any = RequestFactory().get("/")
        request.session = client.session
        for name, value in changes.items():
            request.session[name] = value
        SignedIn(lambda _: HttpResponse()).process_request(request)
        return request

    return make


def test_a_sound_session_is_read_once_with_its_posts(
    session_request: Callable[..., Any], cast: Cast, count_queries: Callable[[], Any]
) -> None:
    request = session_request()
    assert auth.SESSION_KEY in request.session  # read, as by an earlier middleware
    with count_queries() as seen:
        assert request.user == cast.worker
        assert rights_of(request.user)
    assert len(seen) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {auth.HASH_SESSION_KEY: "0" * 64},
        {auth.HASH_SESSION_KEY: ""},
        {auth.SESSION_KEY: "999999999"},
        {auth.BACKEND_SESSION_KEY: "somebody.else.Backend"},
    ],
)
def test_an_unsound_session_is_nobody(session_request: Callable[..., Any], changes: dict[str, str]) -> None:
    assert not session_request(**changes).user.is_authenticated


@pytest.mark.parametrize("change", [{"session_round": 1}, {"password": "another"}, {"is_active": False}])
def test_whoever_is_shut_or_changed_his_password_is_out_at_once(
    session_request: Callable[..., Any], cast: Cast, change: dict[str, Any]
) -> None:
    assert session_request().user.is_authenticated
    User.objects.filter(pk=cast.worker.pk).update(**change)
    assert not session_request().user.is_authenticated


def test_a_session_signed_with_an_older_secret_key_goes_on(
    session_request: Callable[..., Any], settings: Any
) -> None:
    old = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another " * 8, [old]
    assert session_request().user.is_authenticated


def test_read_once_and_without_the_outline(cast: Cast, count_queries: Callable[[], Any]) -> None:
    with count_queries() as seen:
        for _ in range(3):
            (post,) = posts_of(cast.mediator)
            assert post.area.path
            assert post.role.rights
            assert post.unit
            assert post.unit.name
    assert len(seen) == 1
    assert "outline" not in seen[0]
