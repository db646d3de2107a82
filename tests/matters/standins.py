"""Stand-ins that speak the channels' protocols on this machine: the three robots' HTTP, and SMTP."""

import base64
import hashlib
import hmac
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import orjson

KEY, TOKEN, HOOK = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa", "a1b2c3d4e5", "ecac9e6c-c1d6-4b2f-b7ae"
SECRET = "SECabc123def"
Server = TypeVar("Server", bound=socketserver.BaseServer)


class RobotServer(ThreadingHTTPServer):
    """WeCom, DingTalk and Feishu (both signed) as their documents say; `say` overrides answers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Robots)
        self.texts: list[tuple[str, str]] = []
        self.say: list[tuple[int, dict[str, Any] | bytes]] = []

    @property
    def urls(self) -> dict[str, str]:
        """As settings.ROBOT_URLS."""
        root = f"http://127.0.0.1:{self.server_address[1]}"
        return {
            "wecom": f"{root}/cgi-bin/webhook/send?key={{key}}",
            "dingtalk": f"{root}/robot/send?access_token={{token}}",
            "feishu": f"{root}/open-apis/bot/v2/hook/{{token}}",
        }


class _Robots(BaseHTTPRequestHandler):
    server: RobotServer

    def do_POST(self) -> None:
        told = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))
        where = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(where.query).items()}
        answer: tuple[int, dict[str, Any] | bytes]
        if where.path == "/cgi-bin/webhook/send":
            answer = self._wecom(told, asked)
        elif where.path == "/robot/send":
            answer = self._dingtalk(told, asked)
        elif where.path == f"/open-apis/bot/v2/hook/{HOOK}":
            answer = self._feishu(told)
        else:
            answer = (404, {"code": 19001, "msg": "param invalid: incoming webhook access token invalid"})
        if self.server.say:
            answer = self.server.say.pop(0)
        status, said = answer
        body = said if isinstance(said, bytes) else orjson.dumps(said)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _wecom(self, told: dict[str, Any], asked: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if asked.get("key") != KEY:
            return 200, {"errcode": 93000, "errmsg": "invalid webhook url"}
        content = told["text"]["content"]
        if told["msgtype"] != "text" or len(content.encode()) > 2048:
            return 200, {"errcode": 40058, "errmsg": "text.content exceed max length 2048"}
        self.server.texts.append(("wecom", content))
        return 200, {"errcode": 0, "errmsg": "ok"}

    def _dingtalk(self, told: dict[str, Any], asked: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if asked.get("access_token") != TOKEN:
            return 200, {"errcode": 300005, "errmsg": "token is not exist"}
        stamp = asked.get("timestamp", "0")
        if abs(int(stamp) / 1000 - time.time()) > 3600:
            return 200, {"errcode": 310000, "errmsg": "invalid timestamp"}
        mac = hmac.new(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256)
        if asked.get("sign") != base64.b64encode(mac.digest()).decode():
            return 200, {"errcode": 310000, "errmsg": "sign not match"}
        self.server.texts.append(("dingtalk", told["text"]["content"]))
        return 200, {"errcode": 0, "errmsg": "ok"}

    def _feishu(self, told: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """With 签名校验 on, as its document tells; a stamp may be an hour off."""
        stamp = str(told.get("timestamp", "0"))
        mac = hmac.new(f"{stamp}\n{SECRET}".encode(), b"", hashlib.sha256)
        signed = told.get("sign") == base64.b64encode(mac.digest()).decode()
        if not signed or abs(int(stamp) - time.time()) > 3600:
            why = "sign match fail or timestamp is not within one hour from current time"
            return 200, {"code": 19021, "msg": why, "data": {}}
        if told.get("msg_type") != "text":
            return 200, {"code": 9499, "msg": "Bad Request", "data": {}}
        self.server.texts.append(("feishu", told["content"]["text"]))
        return 200, {"code": 0, "msg": "success", "data": {}}

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


class MailServer(socketserver.ThreadingTCPServer):
    """SMTP without a mailbox: `refuse` maps an address to the code it is refused with."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Mail)
        self.taken: list[EmailMessage] = []
        self.refuse: dict[str, int] = {}


class _Mail(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self._say("220 stand-in")
        while line := self.rfile.readline().decode().strip():
            word = line.upper()
            if word.startswith("RCPT TO:"):
                code = self.server.refuse.get(line[line.index("<") + 1 : line.index(">")], 250)
                self._say(f"{code} {'ok' if code == 250 else 'no'}")
            elif word == "DATA":
                self._say("354 go on")
                self._take()
                self._say("250 taken")
            elif word == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        found = message_from_bytes(b"".join(lines), policy=policy.default)
        assert isinstance(found, EmailMessage)
        self.server.taken.append(found)

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def running(server: Server) -> Iterator[Server]:
    """The server in a thread, ended with the block."""
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
