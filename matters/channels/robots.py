"""Group robots of WeCom, DingTalk and Feishu, spoken by `apprise`, with the provider's own answer read.

apprise says only yes or no, and yes to an error that WeCom and DingTalk put into a body of status 200: so the
answer of each request is kept and read here (docs/decisions/0015-channels.md).
"""

import base64
import hashlib
import hmac
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import apprise
import orjson
import requests
from apprise.plugins import dingtalk, feishu, wecombot
from django.conf import settings

from matters.channels.base import Claim, Later, Refused, Unreachable, timeout
from matters.channels.webhook import TRY_LATER
from matters.models import Notice, Robot

MOST_BYTES = 1900
"""WeCom takes 2048 bytes of text; the others take more, but a group's message is short."""
BUSY = {"-1", "45009", "45033", "130101", "130102", "11232", "11233"}
"""Codes of all three that mean too many or too busy just now; none means something else with another."""


class _Heard:
    """Stands in the plugins where they say `requests`, and keeps this thread's last answer."""

    def __init__(self) -> None:
        self.here = threading.local()

    def post(self, *args: Any, **kwargs: Any) -> requests.Response:
        """As `requests.post`."""
        self.here.answer = None
        self.here.answer = requests.post(*args, **kwargs)  # noqa: S113 -- apprise gives the timeout
        answer: requests.Response = self.here.answer
        return answer

    def __getattr__(self, name: str) -> Any:
        return getattr(requests, name)


HEARD = _Heard()
for module in (wecombot, dingtalk):
    vars(module)["requests"] = HEARD


class WeCom(wecombot.NotifyWeComBot):  # type: ignore[no-untyped-call]
    """企业微信群机器人; where it is can be set, for 政务微信 and private deployments."""

    notify_url = property(lambda _: settings.ROBOT_URLS["wecom"])


class DingTalk(dingtalk.NotifyDingTalk):  # type: ignore[no-untyped-call]
    """钉钉群机器人, signed (加签)."""

    notify_url = property(lambda _: settings.ROBOT_URLS["dingtalk"])

    def get_signature(self) -> tuple[str, str]:
        """Milliseconds and Base64(HMAC-SHA256(secret, "<ms>\\n<secret>")); `requests` encodes it for the
        address, and a second encoding (apprise's own) is refused as "sign not match"."""
        stamp = str(round(time.time() * 1000))
        key = str(self.secret).encode()
        digest = hmac.new(key, f"{stamp}\n{self.secret}".encode(), hashlib.sha256).digest()
        return stamp, base64.b64encode(digest).decode()


class Feishu(feishu.NotifyFeishu):  # type: ignore[no-untyped-call]
    """飞书群机器人, signed (签名校验) where it has a secret, which apprise cannot: so the request is ours."""

    notify_url = property(lambda _: settings.ROBOT_URLS["feishu"])

    def __init__(self, token: str, secret: str, **given: Any) -> None:
        super().__init__(token=token, **given)  # type: ignore[no-untyped-call]
        self.secret = secret

    def send(self, body: str, *_: Any, **__: Any) -> bool:
        """One text; whether it was taken is read from the answer."""
        told = {"msg_type": "text", "content": {"text": body}, **self.signature()}
        with suppress(requests.RequestException):
            HEARD.post(
                self.notify_url.format(token=self.token),
                data=orjson.dumps(told),
                headers={"Content-Type": "application/json"},
                timeout=self.request_timeout,
                allow_redirects=False,
            )
        return HEARD.here.answer is not None

    def signature(self) -> dict[str, str]:
        """Base64(HMAC-SHA256(key "<seconds>\\n<secret>", nothing)), good for an hour
        (open.feishu.cn/document/client-docs/bot-v3/add-custom-bot)."""
        if not self.secret:
            return {}
        stamp = str(int(time.time()))
        mac = hmac.new(f"{stamp}\n{self.secret}".encode(), b"", hashlib.sha256)
        return {"timestamp": stamp, "sign": base64.b64encode(mac.digest()).decode()}


PLUGINS: dict[str, Callable[[Robot, dict[str, Any]], apprise.NotifyBase]] = {
    Notice.Channel.WECOM.value: lambda robot, given: WeCom(key=robot.token, **given),  # type: ignore[no-untyped-call]
    Notice.Channel.DINGTALK.value: lambda robot, given: DingTalk(  # type: ignore[no-untyped-call]
        token=robot.token, secret=robot.secret or None, **given
    ),
    Notice.Channel.FEISHU.value: lambda robot, given: Feishu(robot.token, robot.secret, **given),
}


def plugin(robot: Robot) -> apprise.NotifyBase:
    """The robot as apprise knows it. Raises TypeError for a token or secret that cannot be one."""
    seconds = timeout() / 2
    return PLUGINS[robot.channel](robot, {"rto": seconds, "cto": seconds, "redirect": False})


@contextmanager
def opened() -> Iterator[Callable[[Claim], None]]:
    """Robots of one sweep, each read once."""
    known: dict[int, Robot] = {}
    yield lambda one: _send(known, one)


def _send(known: dict[int, Robot], one: Claim) -> None:
    robot = known.get(one.robot) or known.setdefault(one.robot, Robot.objects.get(pk=one.robot))
    label = robot.get_channel_display()
    try:
        speaker = plugin(robot)
    except TypeError as error:
        raise Refused(f"{label}机器人的密钥写错了") from error
    HEARD.here.answer = None
    speaker.send(body=text_of(one))
    _read(label, HEARD.here.answer)


def text_of(one: Claim) -> str:
    """Subject, body and link within what every robot takes; the number lets people see a repeat as one."""
    end = "".join(
        f"\n{part}" for part in (one.link if one.link not in one.body else "", f"（通知 {one.id}）") if part
    )
    text = one.body if one.body.startswith(one.subject) else f"{one.subject}\n{one.body}"
    room = MOST_BYTES - len(end.encode())
    if len(text.encode()) > room:
        text = text.encode()[: room - 3].decode(errors="ignore") + "…"
    return text + end


def _read(label: str, answer: requests.Response | None) -> None:
    """Nothing for a message that was taken."""
    if answer is None:
        raise Unreachable(f"{label}连不上")
    status = answer.status_code
    if status != requests.codes.ok:
        never = 400 <= status < 500 and status not in TRY_LATER
        raise (Refused if never else Later)(f"{label}答复 {status}")
    try:
        told = answer.json()
        code = str(told.get("errcode", told.get("code", told.get("StatusCode"))))
    except (ValueError, AttributeError) as error:
        raise Later(f"{label}的答复看不懂") from error
    if code != "0":
        why = str(told.get("errmsg") or told.get("msg") or "")[:120]
        raise (Later if code in BUSY else Refused)(f"{label}没有收：{code} {why}".strip())
