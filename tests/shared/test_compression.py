"""What goes out compressed, and that it is the same when it arrives."""

import gzip
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tests.cast import Cast
from tests.incidents.made import incident

AsUser = Callable[[User], Client]
ASKED = {"Accept-Encoding": "gzip, deflate, br"}
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"')


def body(answer: Any) -> bytes:
    """What arrives, without the token that differs each time."""
    sent = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return TOKEN.sub(b"", gzip.decompress(sent) if answer.get("Content-Encoding") == "gzip" else sent)


@pytest.mark.parametrize("path", ["/incidents/", "/api/v1/incidents/", "/incidents/export.csv"])
def test_text_is_compressed_for_who_accepts_it(cast: Cast, as_user: AsUser, path: str) -> None:
    made = incident(cast, cast.grid_a)
    browser = as_user(cast.command)
    plain, small = browser.get(path), browser.get(path, headers=ASKED)
    assert (plain.status_code, plain.get("Content-Encoding")) == (200, None)
    assert small["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in plain["Vary"]
    assert made.number.encode() in body(plain) == body(small)


def test_a_list_weighs_a_fifth(cast: Cast, as_user: AsUser) -> None:
    for _ in range(20):
        incident(cast, cast.grid_a)
    small = as_user(cast.command).get("/incidents/", headers=ASKED)
    assert len(small.content) * 5 < len(gzip.decompress(small.content))
    assert small["Content-Length"] == str(len(small.content))


def test_a_workbook_goes_as_it_is(cast: Cast, as_user: AsUser) -> None:
    incident(cast, cast.grid_a)
    sent = as_user(cast.command).get("/incidents/export.xlsx", headers=ASKED)
    assert sent.get("Content-Encoding") is None
    assert body(sent).startswith(b"PK")


def test_the_board_is_known_again_by_its_weak_mark(cast: Cast, as_user: AsUser) -> None:
    incident(cast, cast.grid_a)
    browser = as_user(cast.command)
    mark = browser.get("/incidents/board/live/", headers=ASKED)["ETag"]
    assert mark.startswith('W/"')
    again = browser.get("/incidents/board/live/", headers={**ASKED, "If-None-Match": mark})
    assert (again.status_code, again.content) == (304, b"")
