"""Notices: told once, sent once, tried again with patience, and what the recipient and the operator see."""

import hashlib
import hmac
import re
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson
import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from matters.models import Notice
from matters.notices import BOTH, Letter, mark_read, post, post_letters, retry
from matters.outbox import BACKOFF, claim, deliver_due, release
from matters.queries import unread_count
from matters.ways import to_do
from tests.cast import Cast

SignIn = Callable[[User], Client]


class Gateway(ThreadingHTTPServer):
    """Stands in for a messaging gateway; answers with the next of `answers`, the last one for ever."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = [200]
        self.seen: list[tuple[dict[str, str], bytes]] = []


class Handler(BaseHTTPRequestHandler):
    """One message."""

    server: Gateway

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((dict(self.headers), body))
        answers = self.server.answers
        self.send_response(answers.pop(0) if len(answers) > 1 else answers[0])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def gateway(settings: Any) -> Iterator[Gateway]:
    server = Gateway()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.NOTICE_WEBHOOK_URL = f"http://127.0.0.1:{server.server_address[1]}/hook"
    settings.NOTICE_WEBHOOK_SECRET = "shared"
    yield server
    server.shutdown()
    server.server_close()


def tell(*users: User, source: str = "digest:1", channels: tuple[str, ...] = BOTH) -> int:
    told: dict[str, Any] = {
        "subject": "早上预响",
        "body": "应回应 3 件",
        "url": "/digests/1/",
        "urgency": "now",
        "kind": "morning",
    }
    return post(source=source, recipients=[user.pk for user in users], channels=channels, **told)


def outside() -> Notice:
    return Notice.objects.get(channel="webhook")


def overdue_now() -> None:
    """Let the waits pass."""
    Notice.objects.filter(state="waiting").update(next_at=timezone.now() - timedelta(seconds=1))


def test_the_same_source_is_told_once(cast: Cast) -> None:
    assert tell(cast.worker, cast.officer, channels=("inbox",)) == 2
    assert tell(cast.worker, cast.leader, channels=("inbox",)) == 1
    assert tell(cast.worker, source="digest:2", channels=("inbox",)) == 1
    assert Notice.objects.filter(recipient=cast.worker).count() == 2
    assert set(Notice.objects.values_list("state", flat=True)) == {"sent"}


def test_recipients_may_be_a_queryset_and_who_left_is_left_out(cast: Cast) -> None:
    User.objects.filter(pk=cast.officer.pk).update(is_active=False)
    both = User.objects.filter(pk__in=[cast.worker.pk, cast.officer.pk])
    assert post(source="x", recipients=both, kind="morning", subject="通知", body="") == 1
    assert post(source="y", recipients=User.objects.none(), kind="morning", subject="通知", body="") == 0


def test_many_letters_are_one_statement_after_the_look_at_their_wording(
    cast: Cast, count_queries: Any
) -> None:
    letters = [
        Letter(f"d:{n}", "s" * 300, f"第{n}封", "", [cast.worker.pk, cast.leader.pk], "morning")
        for n in range(50)
    ]
    with count_queries() as seen:
        assert post_letters(letters=letters) == 100
    assert len(seen) == 2
    assert Notice.objects.get(source="d:7", recipient=cast.leader).body == "第7封"


def test_without_an_outside_channel_only_the_inbox_is_written(cast: Cast, settings: Any) -> None:
    settings.NOTICE_WEBHOOK_URL = ""
    assert tell(cast.worker) == 1
    assert deliver_due() == 0


def test_it_is_sent_signed_with_its_key_and_once(cast: Cast, gateway: Gateway, settings: Any) -> None:
    settings.PUBLIC_URL = "https://portal.example"
    assert tell(cast.worker) == 2
    assert deliver_due() == 1
    assert deliver_due() == 0
    ((headers, body),) = gateway.seen
    notice = outside()
    assert headers["Idempotency-Key"] == f"notice-{notice.pk}"
    signed = hmac.new(b"shared", headers["X-Timestamp"].encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["X-Signature"] == f"sha256={signed}"
    told = orjson.loads(body)
    assert (told["to"], told["text"], told["url"]) == (
        "worker",
        "应回应 3 件",
        "https://portal.example/digests/1/",
    )
    assert (notice.state, notice.attempts, notice.lease_until) == ("sent", 1, None)
    assert notice.sent_at is not None


def test_a_key_that_the_receiver_knows_counts_as_sent(cast: Cast, gateway: Gateway) -> None:
    gateway.answers = [409]
    tell(cast.worker)
    assert deliver_due() == 1
    assert outside().state == "sent"


@pytest.mark.parametrize("status", [500, 503, 429, 408, 302])
def test_what_may_pass_is_tried_again_ever_later_then_given_up(
    cast: Cast, gateway: Gateway, status: int
) -> None:
    gateway.answers = [status]
    tell(cast.worker)
    for n, wait in enumerate(BACKOFF, 1):
        before = timezone.now()
        assert deliver_due() == 0
        notice = outside()
        assert (notice.state, notice.attempts) == ("waiting", n)
        assert before + wait <= notice.next_at <= timezone.now() + wait
        assert deliver_due() == 0
        assert len(gateway.seen) == n, "not before its time"
        overdue_now()
    deliver_due()
    notice = outside()
    assert (notice.state, notice.attempts, notice.error) == ("failed", 5, f"消息接口答复 {status}")
    overdue_now()
    deliver_due()
    assert len(gateway.seen) == 5


@pytest.mark.parametrize("status", [400, 401, 404, 422])
def test_what_the_receiver_will_never_take_fails_at_once(cast: Cast, gateway: Gateway, status: int) -> None:
    gateway.answers = [status]
    tell(cast.worker)
    deliver_due()
    assert (outside().state, outside().attempts) == ("failed", 1)


def test_one_refused_message_does_not_stop_the_others(cast: Cast, gateway: Gateway) -> None:
    gateway.answers = [500, 400, 200]
    tell(cast.worker, cast.officer, cast.leader, cast.command, channels=("webhook",))
    assert deliver_due() == 2
    states = list(Notice.objects.order_by("id").values_list("state", flat=True))
    assert states == ["waiting", "failed", "sent", "sent"]


def test_who_was_shut_since_is_sent_nothing(cast: Cast, gateway: Gateway) -> None:
    tell(cast.worker, cast.officer, channels=("webhook",))
    User.objects.filter(pk=cast.worker.pk).update(is_active=False)
    claims = claim(10)
    assert [one.username for one in claims] == ["officer"]
    release(claims)
    assert deliver_due() == 1
    assert len(gateway.seen) == 1
    dropped = Notice.objects.get(recipient=cast.worker)
    assert (dropped.state, dropped.attempts, dropped.error) == ("failed", 0, "收件人账号已停用")


def test_a_dead_channel_is_asked_once_and_the_others_keep_their_attempts(cast: Cast, settings: Any) -> None:
    settings.NOTICE_WEBHOOK_URL = "http://127.0.0.1:9/hook"
    tell(cast.worker, cast.officer, cast.leader, channels=("webhook",))
    assert deliver_due() == 0
    assert sorted(Notice.objects.values_list("attempts", "state")) == [
        (0, "waiting"),
        (0, "waiting"),
        (1, "waiting"),
    ]
    assert Notice.objects.get(attempts=1).error == "消息接口连不上"


def test_what_is_claimed_is_not_claimed_again_until_its_lease_ends(cast: Cast, gateway: Gateway) -> None:
    tell(cast.worker, cast.officer, channels=("webhook",))
    first = claim(1)
    second = claim(10)
    assert {c.id for c in first}.isdisjoint(c.id for c in second)
    assert claim(10) == []
    Notice.objects.filter(pk=first[0].id).update(lease_until=timezone.now() - timedelta(seconds=1))
    (again,) = claim(10)
    assert (again.id, again.attempts) == (first[0].id, 2)


def test_who_lost_his_lease_marks_nothing(cast: Cast, gateway: Gateway) -> None:
    tell(cast.worker, channels=("webhook",))
    (old,) = claim(1)
    Notice.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    (new,) = claim(1)
    release([old])
    notice = outside()
    assert (notice.state, notice.lease_until) == ("sending", new.lease_until)
    release([new])
    assert (outside().state, outside().attempts) == ("waiting", 1)


def test_failed_ones_are_sent_again_by_hand(cast: Cast, gateway: Gateway) -> None:
    gateway.answers = [400, 200]
    tell(cast.worker)
    deliver_due()
    assert retry(notices=Notice.objects.all()) == 1
    assert retry(notices=Notice.objects.all()) == 0
    assert deliver_due() == 1
    assert (outside().state, outside().error) == ("sent", "")


def test_the_inbox_shows_ones_own_and_opening_marks_it_read(cast: Cast, as_user: SignIn) -> None:
    tell(cast.worker, channels=("inbox",))
    tell(cast.neighbour, source="digest:2", channels=("inbox",))
    mine, theirs = (Notice.objects.get(recipient=user) for user in (cast.worker, cast.neighbour))
    client = as_user(cast.worker)
    page = client.get("/inbox/").content.decode()
    assert f"/inbox/{mine.pk}/" in page
    assert f"/inbox/{theirs.pk}/" not in page
    assert unread_count(cast.worker) == 1
    assert "应回应 3 件" in client.get(f"/inbox/{mine.pk}/").content.decode()
    assert unread_count(cast.worker) == 0
    assert client.get(f"/inbox/{theirs.pk}/").status_code == 404
    assert unread_count(cast.neighbour) == 1


def test_all_is_read_at_once_and_only_ones_own(cast: Cast, as_user: SignIn) -> None:
    for n in range(3):
        tell(cast.worker, cast.neighbour, source=f"d:{n}", channels=("inbox",))
    assert as_user(cast.worker).get("/inbox/read/").status_code == 405
    as_user(cast.worker).post("/inbox/read/")
    assert (unread_count(cast.worker), unread_count(cast.neighbour)) == (0, 3)
    assert mark_read(notices=Notice.objects.all(), reader=cast.worker) == 0


def test_a_link_that_leads_away_is_not_offered(cast: Cast, as_user: SignIn) -> None:
    post(
        source="x",
        recipients=[cast.worker.pk],
        kind="morning",
        subject="通知",
        body="看看",
        url="https://elsewhere.example/",
    )
    page = as_user(cast.worker).get(f"/inbox/{Notice.objects.get().pk}/").content.decode()
    assert "elsewhere.example" not in page


def test_the_operator_sees_failures_of_his_street_without_their_text(
    cast: Cast, gateway: Gateway, as_user: SignIn
) -> None:
    gateway.answers = [400]
    tell(cast.worker, cast.far_worker, channels=("webhook",))
    deliver_due()
    page = as_user(cast.command).get("/notices/").content.decode()
    assert page.count("网格员示例") == 1
    assert "消息接口答复 400" in page
    assert "应回应 3 件" not in page
    for user in (cast.worker, cast.leader, cast.police):
        assert as_user(user).get("/notices/").status_code == 403


@pytest.mark.parametrize(
    ("error", "step"),
    [
        ("钉钉群没有收：310000 sign not match", "照群里的设置重新登记"),
        ("企业微信群没有收：93000 invalid webhook url", "请系统管理员重新登记"),
        ("邮件服务器答复 550", "核对邮箱"),
        ("飞书群连不上", ""),
        ("消息接口答复 1550", ""),
    ],
)
def test_the_operator_reads_what_to_do(
    cast: Cast, gateway: Gateway, as_user: SignIn, error: str, step: str
) -> None:
    tell(cast.worker, channels=("webhook",))
    Notice.objects.exclude(channel="inbox").update(state="failed", error=error, attempts=1)
    page = as_user(cast.command).get("/notices/").content.decode()
    assert error in page
    assert to_do(error).endswith(step) if step else to_do(error) == ""
    assert not step or f"{step}。</span>" in page


def test_every_number_of_a_channel_opens_its_notices(cast: Cast, gateway: Gateway, as_user: SignIn) -> None:
    tell(cast.worker, cast.officer, cast.neighbour, channels=("webhook",))
    for person, state in ((cast.worker, "failed"), (cast.officer, "waiting"), (cast.neighbour, "held")):
        Notice.objects.filter(recipient=person).exclude(channel="inbox").update(state=state)
    client = as_user(cast.command)
    page = client.get("/notices/").content.decode()
    numbers = re.findall(
        r'<a href="(/notices/\?state=(?:failed|unsent)&amp;channel=webhook)">(\d+)</a>', page
    )
    assert [int(n) for _, n in numbers] == [1, 2]
    for href, n in numbers:
        rows = client.get(href.replace("&amp;", "&")).content.decode()
        assert rows.count('class="table__who"') == int(n), href
    tabs = re.findall(r"/notices/\?state=(\w+)\"", page)
    assert tabs[0] == "failed", "what wants a hand comes first"


def test_the_operator_sends_again_within_his_street(cast: Cast, gateway: Gateway, as_user: SignIn) -> None:
    gateway.answers = [400, 400, 200]
    tell(cast.worker, cast.officer, cast.far_worker, channels=("webhook",))
    deliver_due()
    Notice.objects.update(state="failed")
    one = Notice.objects.get(recipient=cast.worker)
    far = Notice.objects.get(recipient=cast.far_worker)
    client = as_user(cast.command)
    for other in (far.pk, "²", "9" * 5000, "x"):
        assert client.post("/notices/retry/", {"notice": other}).status_code == 302
    assert set(Notice.objects.values_list("state", flat=True)) == {"failed"}
    client.post("/notices/retry/", {"notice": one.pk})
    assert list(Notice.objects.filter(state="waiting")) == [one]
    client.post("/notices/retry/")
    assert set(Notice.objects.filter(state="failed")) == {far}


@pytest.mark.parametrize("rows", [3, 25])
def test_the_inbox_costs_the_same_at_any_length(
    cast: Cast, as_user: SignIn, count_queries: Any, rows: int
) -> None:
    for n in range(rows):
        tell(cast.worker, source=f"d:{n}", channels=("inbox",))
    client = as_user(cast.worker)
    client.get("/inbox/")
    with count_queries() as seen:
        assert client.get("/inbox/").content.decode().count('class="line"') == rows
    assert len(seen) <= 6
