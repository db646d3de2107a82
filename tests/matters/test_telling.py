"""How people are told: own channels, the day's one summary, an official's wording, the operator's page."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from matters.choices import choices_of, choose
from matters.models import Notice, NoticeTemplate
from matters.notices import BOTH, Letter, post, post_letters
from matters.robots import add_robot
from matters.summaries import MOST, bundle_due
from matters.wording import KINDS, fill, set_template
from shared.dates import SHANGHAI
from shared.errors import Conflict, InvalidInput
from tests.cast import Cast

SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def both_set_up(settings: Any) -> None:
    settings.NOTICE_WEBHOOK_URL = "http://127.0.0.1:9/hook"
    settings.EMAIL_HOST = "127.0.0.1"


def moment(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


def tell(*users: User, source: str = "digest:1", **fields: Any) -> int:
    told: dict[str, Any] = {"subject": "早上预响", "body": "应回应 3 件", "kind": "morning", **fields}
    return post(source=source, recipients=[user.pk for user in users], channels=BOTH, **told)


def ways(user: User) -> list[str]:
    return sorted(Notice.objects.filter(recipient=user).values_list("channel", flat=True))


def test_each_has_the_usual_ways_until_he_chooses(cast: Cast) -> None:
    choose(user=cast.worker, channels={"morning": ["mail"], "nonsense": ["mail"]}, email="w@street.example")
    choose(user=cast.leader, channels={"morning": ["mail", "webhook"]}, email="")
    assert choices_of(cast.worker)["morning"] == ["mail"]
    assert choices_of(cast.worker)["evening"] == ["webhook"]
    tell(cast.worker, cast.officer, cast.leader)
    assert ways(cast.worker) == ["inbox", "mail"]
    assert ways(cast.officer) == ["inbox", "webhook"]
    assert ways(cast.leader) == ["inbox", "webhook"], "no address, no mail"
    tell(cast.worker, source="e", kind="evening")
    assert Notice.objects.filter(source="e", channel="webhook").exists()


def test_one_chooses_on_ones_own_page(cast: Cast, as_user: SignIn) -> None:
    client = as_user(cast.worker)
    page = client.get("/me/notices/").content.decode()
    assert all(kind.label in page for kind in KINDS.values())
    refused = client.post("/me/notices/", {"morning": ["mail"]})
    assert refused.status_code == 400
    assert "选了邮件，请填邮箱。" in refused.content.decode()
    assert client.post("/me/notices/", {"morning": ["mail"], "email": "w@street.example"}).status_code == 302
    cast.worker.refresh_from_db()
    assert (cast.worker.email, choices_of(cast.worker)["morning"]) == ("w@street.example", ["mail"])
    assert choices_of(cast.worker)["evening"] == [], "what is not ticked is not wanted"
    assert "/me/notices/" in client.get("/me/").content.decode()


def test_a_kind_that_nobody_registered_is_refused(cast: Cast) -> None:
    with pytest.raises(LookupError, match="nonsense"):
        tell(cast.worker, kind="nonsense")
    assert not Notice.objects.exists()


def test_what_is_not_urgent_comes_as_one_message_a_day(cast: Cast) -> None:
    add_robot(area=cast.village, channel="wecom", name="群", address="abc-key")
    with time_machine.travel(moment(25, 9), tick=False):
        for n in range(3):
            tell(cast.worker, source=f"n:{n}", urgency="summary", subject=f"第{n}件")
        tell(cast.officer, source="n:0", urgency="summary", subject="第0件")
        for n in range(2):
            words = (f"g:{n}", f"群里第{n}件", "", "", (), "morning")
            post_letters(letters=[Letter(*words, urgency="summary", areas=(cast.village.pk,))])
        assert bundle_due() == 0
        assert Notice.objects.filter(recipient=cast.worker, channel="inbox").count() == 3
    with time_machine.travel(moment(25, 17, 1), tick=False):
        assert bundle_due() == 6
        assert bundle_due() == 0
        one = Notice.objects.get(recipient=cast.worker, kind="summary")
        assert (one.state, one.channel, one.subject) == ("waiting", "webhook", "11月25日通知汇总：3 条")
        assert one.body == "1. 第0件\n2. 第1件\n3. 第2件"
        assert one.bundled.count() == 3
        assert set(one.bundled.values_list("state", flat=True)) == {"bundled"}
        assert Notice.objects.get(robot__isnull=False, kind="summary").body == "1. 群里第0件\n2. 群里第1件"


def test_there_is_one_summary_a_day_whatever_happens_to_the_hour(cast: Cast) -> None:
    with time_machine.travel(moment(25, 9), tick=False):
        tell(cast.worker, urgency="summary")
    with time_machine.travel(moment(25, 17, 1), tick=False):
        bundle_due()
        tell(cast.worker, source="late", urgency="summary")
        Notice.objects.filter(state="held").update(next_at=moment(25, 17))
        assert bundle_due() == 0
        late = Notice.objects.get(source="late", channel="webhook")
        assert (late.state, late.next_at) == ("held", moment(26, 17))
    with time_machine.travel(moment(26, 17, 1), tick=False):
        assert bundle_due() == 1


def test_a_long_day_is_counted_not_listed(cast: Cast) -> None:
    with time_machine.travel(moment(25, 9), tick=False):
        for n in range(MOST + 5):
            tell(cast.worker, source=f"n:{n}", urgency="summary")
    with time_machine.travel(moment(25, 18), tick=False):
        bundle_due()
    body = Notice.objects.get(kind="summary").body
    assert len(body.splitlines()) == MOST + 1
    assert body.endswith("另有 5 条。")


def test_an_officials_wording_is_used_from_then_on(cast: Cast) -> None:
    words = {"subject": "【城东】{区域}{日期}", "body": "{正文}\n请在今天答复，还有 {待回应} 件。"}
    set_template(kind=KINDS["morning"], version=0, actor=cast.command, **words)
    letter = Letter(
        "d:1",
        "早上预响",
        "原文",
        "",
        [cast.worker.pk],
        "morning",
        values={"区域": "河边村", "日期": "11月24日"},
    )
    post_letters(letters=[letter])
    told = Notice.objects.get()
    assert (told.subject, told.body) == ("【城东】河边村11月24日", "原文\n请在今天答复，还有  件。")


@pytest.mark.parametrize(
    ("subject", "body", "field"),
    [
        ("{标题}", "{不存在}", "body"),
        ("{标题", "{正文}", "subject"),
        ("{标题!r}", "{正文}", "subject"),
        ("{标题:>90}", "{正文}", "subject"),
        ("{标题.__class__}", "{正文}", "subject"),
        ("{}", "{正文}", "subject"),
        ("{标题}", "  ", "body"),
    ],
)
def test_a_template_that_cannot_be_filled_is_refused(cast: Cast, subject: str, body: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        set_template(kind=KINDS["morning"], subject=subject, body=body, version=0, actor=cast.command)
    assert refused.value.field == field
    assert not NoticeTemplate.objects.exists()


def test_values_are_never_read_as_templates() -> None:
    assert fill("{标题}：{{x}}", {"标题": "{正文}"}) == "{正文}：{x}"


def test_a_stale_template_is_not_overwritten(cast: Cast) -> None:
    words = {"subject": "{标题}", "body": "一"}
    for _ in range(2):
        assert set_template(kind=KINDS["morning"], version=0, actor=cast.command, **words).version == 1
    with pytest.raises(Conflict) as refused:
        set_template(kind=KINDS["morning"], version=0, actor=cast.command, **{**words, "body": "二"})
    assert refused.value.extra["now"]["body"] == "一"


def test_templates_are_tried_then_saved_on_their_page(cast: Cast, as_user: SignIn) -> None:
    client = as_user(cast.command)
    assert "早上预响" in client.get("/notices/templates/").content.decode()
    words = {"subject": "{区域}要回应 {应回应} 件", "body": "{正文}", "version": 0}
    tried = client.post("/notices/templates/morning/", {**words, "preview": "1"})
    assert "河边村第一网格要回应 12 件" in tried.content.decode()
    assert not NoticeTemplate.objects.exists()
    refused = client.post("/notices/templates/morning/", {**words, "body": "{姓名}"})
    assert refused.status_code == 400
    assert "没有叫 {姓名} 的占位符" in refused.content.decode()
    assert client.post("/notices/templates/morning/", words).status_code == 302
    stale = client.post("/notices/templates/morning/", {**words, "body": "二"})
    assert stale.status_code == 409
    assert "现在是：{区域}要回应 {应回应} 件" in stale.content.decode()
    assert client.get("/notices/templates/nonsense/").status_code == 404
    assert as_user(cast.officer).get("/notices/templates/").status_code == 403


def failed(channel: str, **fields: Any) -> Notice:
    given = {
        "source": channel,
        "subject": "早上预响",
        "body": "内文示例",
        "state": "failed",
        "error": "答复 400",
    }
    return Notice.objects.create(channel=channel, **{**given, **fields})


def test_the_operator_sees_each_channel_and_sends_again_by_channel(cast: Cast, as_user: SignIn) -> None:
    near = add_robot(area=cast.village, channel="wecom", name="河边村工作群", address="abc-key")
    far = add_robot(area=cast.far_grid, channel="wecom", name="太平工作群", address="abc-key")
    mine, mailed, theirs = (
        failed("wecom", robot=near),
        failed("mail", recipient=cast.worker),
        failed("wecom", robot=far),
    )
    failed("webhook", recipient=cast.worker, state="waiting", attempts=2, error="消息接口连不上")
    client = as_user(cast.command)
    page = client.get("/notices/").content.decode()
    assert "河边村工作群" in page
    assert "太平工作群" not in page
    assert "消息接口连不上" in page
    assert "发不通" in page
    assert "内文示例" not in page
    narrowed = client.get("/notices/?channel=mail").content.decode()
    assert "河边村工作群" not in narrowed
    client.post("/notices/retry/", {"channel": "wecom"})
    for notice, state in ((mine, "waiting"), (mailed, "failed"), (theirs, "failed")):
        notice.refresh_from_db()
        assert notice.state == state
    client.post("/notices/retry/", {"notice": theirs.pk})
    theirs.refresh_from_db()
    assert theirs.state == "failed"


@pytest.mark.parametrize("rows", [2, 20])
def test_the_operators_page_costs_the_same_at_any_length(
    cast: Cast, as_user: SignIn, count_queries: Any, rows: int
) -> None:
    near = add_robot(area=cast.village, channel="wecom", name="群", address="abc-key")
    for n in range(rows):
        failed("wecom", robot=near, source=f"n:{n}")
        failed("mail", recipient=cast.worker, source=f"n:{n}")
    client = as_user(cast.command)
    client.get("/notices/")
    with count_queries() as seen:
        assert client.get("/notices/").content.decode().count("重发</button>") == 2 * rows + 1
    assert len(seen) <= 7


def test_writing_costs_the_same_for_many_letters(cast: Cast, count_queries: Any) -> None:
    add_robot(area=cast.village, channel="wecom", name="群", address="abc-key")
    counts = []
    for size in (2, 40):
        letters = [
            Letter(f"{size}:{n}", "标题", "正文", "", [cast.worker.pk], "morning", areas=(cast.village.pk,))
            for n in range(size)
        ]
        with count_queries() as seen:
            assert post_letters(letters=letters, channels=BOTH) == 3 * size
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 6
