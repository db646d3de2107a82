"""Fixtures of the whole suite: the cast, clients, and the query counter."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from grids import reference
from grids.models import Role
from tests.cast import Cast, build_cast


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Vocabulary, parameters and roles lie in the database for the whole run.

    Knox makes a table for the token model that ours replaces; no model names it, so emptying the
    database would trip on it.
    """
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS knox_authtoken")
        reference.load()


@pytest.fixture(autouse=True)
def _quick(settings: Any, tmp_path: Path) -> None:
    """Cheap password hashing, plain static names, and files in a folder of the test's own."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def loaded(db: None) -> None:
    """Vocabulary, parameters and roles: anew where a test that commits has emptied the database."""
    if not Role.objects.exists():
        reference.load()


@pytest.fixture
def cast(loaded: None) -> Cast:
    """Everybody, on a street of three grids."""
    return build_cast()


@pytest.fixture
def as_user() -> Callable[[User], Client]:
    """A browser that is signed in as the user."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture
def api() -> Callable[[User], APIClient]:
    """An API client that is signed in as the user."""

    def sign_in(user: User) -> APIClient:
        client = APIClient()
        client.force_authenticate(User.objects.get(pk=user.pk))
        return client

    return sign_in


@pytest.fixture
def count_queries() -> Callable[[], Any]:
    """`with count_queries() as seen:` then `len(seen)`; counts past the query log's cap of 9,000."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            if not sql.startswith(("SAVEPOINT", "RELEASE")):
                seen.append(sql)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(note):
            yield seen

    return counting
