"""A worker killed in the middle of sending 500 notices: each is taken once, none is missing."""

import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import orjson
import pytest

from accounts.models import User
from chengdong.tasks import sweep
from matters.models import Notice
from tests.cast import Cast
from tests.workers import celery_worker, until

ALL = 500
FATAL = 180
"""The request during which the worker is killed: taken by the gateway, not yet marked by the worker."""

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


class Gateway(ThreadingHTTPServer):
    """Stands in for a messaging gateway: takes each idempotency key once, answers 409 for a repeat."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock = threading.Lock()
        self.taken: dict[str, int] = {}
        self.repeats: Counter[str] = Counter()
        self.fatal = threading.Event()
        self.go_on = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/notify"


class Handler(BaseHTTPRequestHandler):
    """One message."""

    server: Gateway

    def do_POST(self) -> None:
        key = self.headers["Idempotency-Key"]
        body = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            known = key in self.server.taken
            if known:
                self.server.repeats[key] += 1
            else:
                self.server.taken[key] = body["id"]
            stop = len(self.server.taken) == FATAL and not self.server.fatal.is_set()
        if stop:
            self.server.fatal.set()
            self.server.go_on.wait(60)
        self.send_response(409 if known else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    server = Gateway()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.go_on.set()
    server.shutdown()
    server.server_close()


def test_each_notice_is_taken_once_and_none_is_missing(cast: Cast, gateway: Gateway, tmp_path: Path) -> None:
    people = User.objects.bulk_create(User(username=f"p{n}", name="收件示例") for n in range(ALL))
    Notice.objects.bulk_create(
        Notice(source="kill-test", recipient=person, channel="webhook", subject="早上预响", body="今天 3 件")
        for person in people
    )
    ours = Notice.objects.filter(source="kill-test")
    settings = {"NOTICE_WEBHOOK_URL": gateway.url, "NOTICE_LEASE_SECONDS": "3"}

    with celery_worker(tmp_path / "first.log", **settings) as first:
        sweep.delay()
        until(gateway.fatal.is_set, "the gateway took the fatal notice")
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
    gateway.go_on.set()
    assert 0 < ours.filter(state="sent").count() < ALL
    assert ours.filter(state="sending").exists(), "the killed worker held a lease"

    def done() -> bool:
        # What beat does: knock again. The lease of the killed worker has to run out first.
        sweep.delay()
        return not ours.exclude(state="sent").exists()

    with celery_worker(tmp_path / "second.log", **settings):
        until(done, "everything was sent", every=0.5)

    # The sweep that sends also makes digests that are due at this hour: their notices are not counted here.
    expected = set(ours.values_list("pk", flat=True))
    assert Counter(pk for pk in gateway.taken.values() if pk in expected) == Counter(expected)
    assert set(gateway.repeats.values()) <= {1}
    assert len(gateway.repeats) == 1, "only the notice that was in flight when the worker died came twice"
