"""What the portal promises browsers and checks of itself in production."""

import os
import re
import secrets
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from tests.cast import PASSWORD, Cast
from tests.guard import OURS, build_world

INLINE = re.compile(
    r"""\sstyle\s*=|<style|\son[a-z]+\s*=\s*["']|<script(?![^>]*\bsrc=)|javascript:""", re.IGNORECASE
)


def production(**changed: str) -> subprocess.CompletedProcess[str]:
    """`manage.py check --deploy` as a production would run it."""
    given = {
        "CHENGDONG_ENV": "production",
        "SECRET_KEY": secrets.token_hex(32),
        "FIELD_KEY": secrets.token_hex(32),
        "INDEX_KEY": secrets.token_hex(32),
        "ALLOWED_HOSTS": "portal.example.org",
        "PUBLIC_URL": "https://portal.example.org",
        "DATABASE_URL": os.environ.get("DATABASE_URL") or settings.DATABASE_URL,
        "CHENGDONG_VAR": str(settings.VAR),
        **changed,
    }
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment = {**kept, **{name: value for name, value in given.items() if value}}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_passes_its_own_checks() -> None:
    done = production()
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize("name", ["SECRET_KEY", "FIELD_KEY", "INDEX_KEY", "ALLOWED_HOSTS", "PUBLIC_URL"])
def test_production_names_what_it_lacks(name: str) -> None:
    done = production(**{name: ""})
    assert done.returncode != 0
    assert f"{name} must be set in production" in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FIELD_KEY", "ab" * 16),
        ("FIELD_KEY", "xy" * 32),
        ("INDEX_KEY", "ab" * 16),
        ("FIELD_KEYS_OLD", f"1:{'ab' * 16}"),
        ("FIELD_KEYS_OLD", "ab" * 32),
    ],
)
def test_a_key_that_is_none_stops_the_start_and_is_not_shown(name: str, value: str) -> None:
    """Half a key would key half of what it guards."""
    done = production(**{name: value})
    assert done.returncode != 0
    assert done.stderr.startswith(name)
    assert value not in done.stderr


def test_production_is_never_in_debug() -> None:
    assert production(CHENGDONG_DEBUG="1").returncode != 0


def test_every_answer_carries_the_headers(cast: Cast) -> None:
    for path in ("/login/", "/me/", "/nowhere/", "/api/v1/visits/", "/healthz"):
        answer = Client().get(path)
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
        policy = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == "'self'"
        assert policy["object-src"] == policy["frame-ancestors"] == "'none'"
        assert policy["form-action"] == policy["base-uri"] == "'self'"
        assert "unsafe" not in answer["Content-Security-Policy"]


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(cast: Cast) -> None:
    client = Client()
    client.post("/login/", {"username": "worker", "password": PASSWORD})
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_no_page_holds_inline_script_or_style(cast: Cast, as_user: Callable[[User], Client]) -> None:
    world = build_world(cast)
    clients = [as_user(user) for user in (cast.command, cast.worker, cast.administrator)]
    seen, wrong = 0, []
    for endpoint in OURS:
        if endpoint.is_api or endpoint.path == "logout/":
            continue
        address, _ = world.addresses(endpoint)[0]
        for client in clients:
            answer: Any = client.get(address)
            if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                seen += 1
                wrong += [f"{address}: {found}" for found in INLINE.findall(answer.content.decode())]
    assert seen > 20
    assert not wrong
