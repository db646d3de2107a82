"""Signing in with WeChat: the real client against a server beside it that speaks `jscode2session`."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from rest_framework.test import APIClient

from incidents.reports import wechat
from incidents.reports.models import CitizenReport
from shared.crypto import blind
from shared.errors import DomainError
from tests.cast import Cast
from tests.incidents.reports.made import PHONE, report
from tests.incidents.reports.test_public_pages import form

SECRET = "stand-in-secret"
CODES: dict[str, Any] = {
    "good": {"openid": "oABC-1", "session_key": "c2Vzc2lvbg=="},
    "other": {"openid": "oABC-2", "session_key": "c2Vzc2lvbg=="},
    "old": {"errcode": 40029, "errmsg": "invalid code"},
    "used": {"errcode": 40163, "errmsg": "code been used"},
    "often": {"errcode": 45011, "errmsg": "api minute-quota reach limit"},
    "busy": {"errcode": -1, "errmsg": "system error"},
    "barred": {"errcode": 40226, "errmsg": "code blocked"},
    "secret": {"errcode": 40125, "errmsg": "invalid appsecret"},
    "empty": {},
    "list": [1],
}


class StandIn(BaseHTTPRequestHandler):
    """WeChat's server as its documents describe it: always 200, JSON labelled text/plain."""

    asked: list[dict[str, str]] = []
    busy_once = False

    def do_GET(self) -> None:
        """One exchange."""
        address = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        self.asked.append(query)
        right = (address.path, query.get("appid"), query.get("secret"), query.get("grant_type")) == (
            "/sns/jscode2session",
            "wx-stand-in",
            SECRET,
            "authorization_code",
        )
        code = query.get("js_code", "")
        answer = CODES.get(code, CODES["old"]) if right else CODES["secret"]
        if code == "once" and right:
            answer = CODES["busy"] if not StandIn.busy_once else CODES["good"]
            StandIn.busy_once = True
        body = b"<html>down</html>" if code == "html" else json.dumps(answer).encode()
        self.send_response(502 if code == "down" else 200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def server(settings: Any) -> Iterator[type[StandIn]]:
    StandIn.asked, StandIn.busy_once = [], False
    running = ThreadingHTTPServer(("127.0.0.1", 0), StandIn)
    Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    settings.WECHAT_APP_ID, settings.WECHAT_APP_SECRET = "wx-stand-in", SECRET
    settings.WECHAT_URL = f"http://127.0.0.1:{running.server_port}"
    yield StandIn
    running.shutdown()
    running.server_close()


def test_a_good_code_becomes_a_blind_index(server: type[StandIn]) -> None:
    index = wechat.sign_in(code="good")
    assert index == blind("oABC-1", "wechat")
    assert "oABC" not in index
    assert server.asked[0]["js_code"] == "good"


@pytest.mark.parametrize(
    ("code", "status", "tries"),
    [
        ("old", 400, 1),
        ("used", 400, 1),
        ("often", 429, 1),
        ("busy", 503, 2),
        ("barred", 403, 1),
        ("empty", 503, 1),
        ("list", 503, 1),
        ("html", 503, 1),
        ("down", 503, 1),
    ],
)
def test_every_other_answer_is_a_refusal_in_words(
    server: type[StandIn], code: str, status: int, tries: int
) -> None:
    with pytest.raises(DomainError) as refused:
        wechat.sign_in(code=code)
    assert refused.value.status == status
    assert len(server.asked) == tries
    assert SECRET not in str(refused.value)


def test_busy_once_is_asked_again(server: type[StandIn]) -> None:
    assert wechat.sign_in(code="once") == blind("oABC-1", "wechat")
    assert len(server.asked) == 2


@pytest.mark.parametrize("broken", ["secret", "port", "unset"])
def test_a_wrong_secret_no_server_or_no_setting_is_unavailable(
    server: type[StandIn], settings: Any, broken: str
) -> None:
    if broken == "secret":
        settings.WECHAT_APP_SECRET = "wrong"
    elif broken == "port":
        settings.WECHAT_URL = "http://127.0.0.1:1"
    else:
        settings.WECHAT_APP_ID = ""
    with pytest.raises(DomainError) as refused:
        wechat.sign_in(code="good")
    assert refused.value.status == 503
    assert refused.value.__cause__ is None


def signed_in(code: str) -> APIClient:
    client = APIClient()
    answer = client.post("/api/v1/reports/wechat/", {"code": code})
    assert answer.status_code == 200, answer.content
    client.credentials(HTTP_AUTHORIZATION=f"Resident {answer.json()['token']}")
    return client


def test_a_resident_signed_in_sees_his_own_reports_only(cast: Cast, server: type[StandIn]) -> None:
    mine, other = signed_in("good"), signed_in("other")
    sent = mine.post("/api/v1/reports/", form(phone=PHONE))
    assert sent.status_code == 201
    report(cast)
    assert CitizenReport.objects.get(code=sent.json()["code"]).wechat_index == blind("oABC-1", "wechat")
    [seen] = mine.get("/api/v1/reports/mine/").json()["results"]
    assert seen["code"] == sent.json()["code"]
    assert other.get("/api/v1/reports/mine/").json()["results"] == []
    assert mine.get(f"/api/v1/reports/{seen['code']}/").status_code == 200
    assert other.get(f"/api/v1/reports/{seen['code']}/").status_code == 403


def test_a_forged_token_is_nobody(cast: Cast, server: type[StandIn]) -> None:
    client = Client(headers={"Authorization": "Resident forged:token:here"})
    assert client.get("/api/v1/reports/mine/").json() == {"signed_in": False, "results": []}
