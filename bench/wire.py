"""A keep-alive HTTP client that adds next to nothing to what it measures."""

import socket
from collections.abc import Mapping


class WrongAnswer(AssertionError):
    """The server said something else than what was to be measured."""


class Wire:
    """One connection to the server under test."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.address = f"{host}:{port}", (host, port)
        self.renew()

    def renew(self) -> None:
        """Connect anew: after what took longer than the server keeps an idle connection."""
        self.socket = socket.create_connection(self.address, timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def message(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
        """A request, ready to be sent as often as wanted."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        return "\r\n".join([*lines, "", ""]).encode() + body

    def ask(self, message: bytes) -> bytes:
        """The body of a 2xx answer. Raises WrongAnswer for any other."""
        self.socket.sendall(message)
        data = self.socket.recv(262_144)
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more()
        head = data[:end].lower()
        length = 0
        if (at := head.find(b"content-length:")) >= 0:
            length = int(head[at + 15 :].split(b"\r\n", 1)[0])
        elif not head.startswith(b"http/1.1 204"):
            raise WrongAnswer(f"No Content-Length: {head[:300]!r}")
        body = data[end + 4 :]
        while len(body) < length:
            body += self._more()
        if not head.startswith(b"http/1.1 2"):
            raise WrongAnswer(f"{message[:80]!r} → {head[:60]!r} {body[:400].decode(errors='replace')}")
        return body

    def _more(self) -> bytes:
        data = self.socket.recv(262_144)
        if not data:
            raise WrongAnswer("The server closed the connection.")
        return data
