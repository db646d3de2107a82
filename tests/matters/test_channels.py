"""Mail and group robots against stand-ins that speak their protocols, each exactly as the outbox promises."""

import io
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.models import User
from matters.channels.robots import Feishu
from matters.models import Notice, Robot
from matters.notices import Letter, post, post_letters
from matters.outbox import BACKOFF, claim, deliver_due
from matters.robots import add_robot, set_active, token_of, try_out
from shared.errors import Conflict, InvalidInput
from tests.cast import Cast
from tests.matters.standins import HOOK, KEY, SECRET, TOKEN, MailServer, RobotServer, running

ADDRESSES = {
    "wecom": (f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}", ""),
    "dingtalk": (f"https://oapi.dingtalk.com/robot/send?access_token={TOKEN}", SECRET),
    "feishu": (f"https://open.feishu.cn/open-apis/bot/v2/hook/{HOOK}", SECRET),
}
ALL = sorted(ADDRESSES)


@pytest.fixture
def groups(settings: Any) -> Iterator[RobotServer]:
    with running(RobotServer()) as server:
        settings.ROBOT_URLS = server.urls
        yield server


@pytest.fixture
def post_office(settings: Any) -> Iterator[MailServer]:
    with running(MailServer()) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.server_address[1]
        settings.EMAIL_USE_SSL = False
        settings.PUBLIC_URL = "https://portal.example"
        yield server


def robot(cast: Cast, channel: str, **fields: Any) -> Robot:
    address, secret = ADDRESSES[channel]
    given = {"area": cast.village, "name": "河边村工作群", "address": address, "secret": secret, **fields}
    return add_robot(channel=channel, **given)


def tell(cast: Cast, source: str = "digest:1", **fields: Any) -> int:
    told = {
        "subject": "早上预响 11月24日",
        "body": "应回应 3 件",
        "url": "/digests/1/",
        "urgency": "now",
        "kind": "morning",
    }
    letter = Letter(source=source, recipients=(), areas=(cast.village.pk,), **{**told, **fields})
    return post_letters(letters=[letter])


def mail(*users: User, source: str = "x") -> None:
    for user in users:
        user.email = f"{user.username}@street.example"
        user.save()
    told: dict[str, Any] = {
        "subject": "快到期了",
        "body": "还剩 2 小时。",
        "url": "/matters/1/",
        "kind": "clock",
        "urgency": "now",
    }
    post(source=source, recipients=[user.pk for user in users], channels=("mail",), **told)


@pytest.mark.parametrize("channel", ALL)
def test_a_group_hears_it_once_in_its_own_protocol(cast: Cast, groups: RobotServer, channel: str) -> None:
    robot(cast, channel)
    assert tell(cast) == 1
    assert tell(cast) == 0, "the same source is told once"
    assert deliver_due() == 1
    assert deliver_due() == 0
    ((said_to, text),) = groups.texts
    notice = Notice.objects.get()
    assert said_to == channel
    assert "早上预响 11月24日\n应回应 3 件" in text
    assert "/digests/1/" in text
    assert f"通知 {notice.pk}" in text
    assert (notice.state, notice.recipient_id, notice.attempts) == ("sent", None, 1)


@pytest.mark.parametrize("secret", ["SECwrong", ""])
@pytest.mark.parametrize(
    ("channel", "error"),
    [("dingtalk", "钉钉群没有收：310000 "), ("feishu", "飞书群没有收：19021 sign match fail")],
)
def test_a_wrong_secret_is_told_in_the_providers_words_and_not_called_sent(
    cast: Cast, groups: RobotServer, channel: str, error: str, secret: str
) -> None:
    robot(cast, channel, secret=secret)
    tell(cast)
    assert deliver_due() == 0
    notice = Notice.objects.get()
    assert notice.state == "failed"
    assert notice.error.startswith(error)
    assert not groups.texts


def test_feishus_signature_is_that_of_its_document() -> None:
    r"""Reckoned with openssl: key "1599360473\ndemo", an empty message."""
    with time_machine.travel(datetime.fromtimestamp(1599360473, UTC), tick=False):
        assert Feishu("hook", "demo").signature() == {
            "timestamp": "1599360473",
            "sign": "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=",
        }


@pytest.mark.parametrize(
    ("channel", "answer", "state", "error"),
    [
        ("wecom", (200, {"errcode": 45009, "errmsg": "api freq out of limit"}), "waiting", "45009"),
        ("wecom", (200, {"errcode": 93000, "errmsg": "invalid webhook url"}), "failed", "93000"),
        ("dingtalk", (200, {"errcode": 130101, "errmsg": "send too fast"}), "waiting", "130101"),
        ("feishu", (200, {"code": 11232, "msg": "frequency limited"}), "waiting", "11232"),
        ("feishu", (200, {"code": 9499, "msg": "Bad Request"}), "failed", "9499"),
        ("wecom", (502, b"<html>"), "waiting", "企业微信群答复 502"),
        ("wecom", (429, b""), "waiting", "429"),
        ("feishu", (404, {"code": 19001}), "failed", "404"),
        ("dingtalk", (200, b"<html>"), "waiting", "看不懂"),
        ("dingtalk", (200, b"[]"), "waiting", "看不懂"),
    ],
)
def test_what_a_robot_answers_decides(
    cast: Cast, groups: RobotServer, channel: str, answer: Any, state: str, error: str
) -> None:
    groups.say = [answer]
    robot(cast, channel)
    tell(cast)
    assert deliver_due() == 0
    notice = Notice.objects.get()
    assert (notice.state, notice.attempts) == (state, 1)
    assert error in notice.error


def test_a_group_that_is_down_waits_and_holds_up_nobody(
    cast: Cast, groups: RobotServer, settings: Any
) -> None:
    settings.ROBOT_URLS = {**groups.urls, "wecom": "http://127.0.0.1:9/send?key={key}"}
    robot(cast, "wecom")
    robot(cast, "feishu")
    tell(cast)
    tell(cast, source="digest:2")
    assert deliver_due() == 2
    waiting = Notice.objects.filter(channel="wecom").order_by("id")
    assert [(n.state, n.attempts) for n in waiting] == [("waiting", 1), ("waiting", 0)]
    assert waiting[0].error == "企业微信群连不上"
    assert waiting[0].next_at > timezone.now() + BACKOFF[0] - timedelta(seconds=30)


def test_a_long_message_is_cut_within_what_wecom_takes(cast: Cast, groups: RobotServer) -> None:
    robot(cast, "wecom")
    tell(cast, body="很长的正文" * 500)
    assert deliver_due() == 1
    ((_, text),) = groups.texts
    assert len(text.encode()) <= 2048
    assert "/digests/1/" in text


def test_robots_speak_of_their_kinds_in_their_area_while_they_are_on(cast: Cast, groups: RobotServer) -> None:
    one = robot(cast, "wecom", kinds=("morning",))
    robot(cast, "feishu", area=cast.other_village)
    assert tell(cast, source="a", kind="evening") == 0
    assert tell(cast, source="b", kind="morning") == 1
    set_active(robot=one, active=False)
    assert tell(cast, source="c", kind="morning") == 0
    assert deliver_due() == 0
    assert Notice.objects.get().error == "群机器人已停用"
    with pytest.raises(Conflict):
        try_out(robot=one)


def test_the_command_line_adds_tries_and_switches_off(
    cast: Cast, groups: RobotServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(ADDRESSES["dingtalk"])))
    call_command("robot", "add", "--area", "河边村", "--channel", "dingtalk", "--name", "工作群")
    added = Robot.objects.get()
    assert (added.token, added.secret) == (TOKEN, SECRET)
    call_command("robot", "test", str(added.pk))
    assert deliver_due() == 1
    call_command("robot", "off", str(added.pk))
    call_command("robot", "list")
    assert SECRET not in capsys.readouterr().out
    with connection.cursor() as cursor:
        cursor.execute("SELECT token, secret FROM matters_robot")
        assert not {TOKEN, SECRET} & set(cursor.fetchone())


def test_only_an_address_that_can_be_one_is_taken(cast: Cast) -> None:
    assert [token_of(ADDRESSES[channel][0]) for channel in ("wecom", "dingtalk", "feishu")] == [
        KEY,
        TOKEN,
        HOOK,
    ]
    for channel, fields in (("wecom", {"address": "密钥"}), ("wecom", {"secret": "abc"})):
        with pytest.raises(InvalidInput):
            robot(cast, channel, **fields)


def test_mail_goes_with_its_key_as_message_id(cast: Cast, post_office: MailServer) -> None:
    mail(cast.worker, cast.officer)
    assert deliver_due() == 2
    assert deliver_due() == 0
    one = next(m for m in post_office.taken if m["To"] == "worker@street.example")
    notice = Notice.objects.get(recipient=cast.worker)
    assert one["Message-ID"] == f"<notice-{notice.pk}@portal.example>"
    assert one["Subject"] == "快到期了"
    assert one.get_content().split() == ["还剩", "2", "小时。", "https://portal.example/matters/1/"]


def test_a_refused_address_fails_a_full_box_waits_and_the_others_go(
    cast: Cast, post_office: MailServer
) -> None:
    post_office.refuse = {"worker@street.example": 550, "officer@street.example": 452}
    mail(cast.worker, cast.officer, cast.leader)
    assert deliver_due() == 1
    told = {n.recipient: (n.state, n.error) for n in Notice.objects.select_related("recipient")}
    assert told[cast.worker] == ("failed", "邮件服务器答复 550")
    assert told[cast.officer] == ("waiting", "邮件服务器答复 452")
    assert told[cast.leader] == ("sent", "")


def test_a_mail_server_that_is_down_is_asked_once(cast: Cast, post_office: MailServer, settings: Any) -> None:
    settings.EMAIL_PORT = 9
    mail(cast.worker, cast.officer)
    assert deliver_due() == 0
    assert sorted(Notice.objects.values_list("attempts", "error")) == [(0, ""), (1, "邮件服务器连不上")]


def test_who_has_no_mail_address_gets_no_mail(cast: Cast, post_office: MailServer) -> None:
    told: dict[str, Any] = {"kind": "clock", "subject": "x", "body": "", "channels": ("inbox", "mail")}
    assert post(source="x", recipients=[cast.worker.pk], **told) == 1
    mail(cast.worker, source="y")
    User.objects.update(email="")
    assert deliver_due() == 0
    assert Notice.objects.get(channel="mail").error == "收件人没有填邮箱"


@pytest.mark.parametrize("channel", [*ALL, "mail"])
def test_who_dies_between_sending_and_marking_leaves_a_lease_that_runs_out(
    cast: Cast, groups: RobotServer, post_office: MailServer, channel: str
) -> None:
    if channel == "mail":
        mail(cast.worker)
    else:
        robot(cast, channel)
        tell(cast)
    (lost,) = claim(10, channel)
    assert deliver_due() == 0, "held by the lease of the one that died"
    Notice.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert deliver_due() == 1
    notice = Notice.objects.get()
    assert (notice.state, notice.attempts, notice.pk) == ("sent", 2, lost.id)
    key = f"notice-{lost.id}" if channel == "mail" else f"通知 {lost.id}"
    assert key in (str(post_office.taken[0]["Message-ID"]) if channel == "mail" else groups.texts[0][1])


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_send_each_once(cast: Cast, groups: RobotServer, post_office: MailServer) -> None:
    for channel in ALL:
        robot(cast, channel)
    for n in range(5):
        tell(cast, source=f"d:{n}")
    mail(cast.worker, cast.officer, cast.leader)
    start = threading.Barrier(2)

    def run() -> None:
        try:
            start.wait(10)
            deliver_due()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert Counter(channel for channel, _ in groups.texts) == dict.fromkeys(ALL, 5)
    assert len({text for _, text in groups.texts}) == 15
    assert len(post_office.taken) == 3
    assert set(Notice.objects.values_list("state", flat=True)) == {"sent"}
