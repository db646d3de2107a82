"""When a message may leave: quiet hours, a day's summary, a time not before."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from matters.models import Notice
from matters.notices import BOTH, post
from matters.outbox import deliver_due
from matters.timing import Hours, hours
from shared.dates import SHANGHAI
from tests.cast import Cast

USUAL = Hours(quiet_from=22, quiet_until=7, summary=17)


def moment(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("urgency", "asked", "goes"),
    [
        ("now", moment(25, 2), moment(25, 2)),
        ("day", moment(25, 21, 59), moment(25, 21, 59)),
        ("day", moment(25, 22), moment(26, 7)),
        ("day", moment(30, 23, 30), moment(30, 7) + timedelta(days=1)),
        ("day", moment(25, 6, 59), moment(25, 7)),
        ("day", moment(25, 7), moment(25, 7)),
        ("summary", moment(25, 9), moment(25, 17)),
        ("summary", moment(25, 17), moment(25, 17)),
        ("summary", moment(25, 17, 1), moment(26, 17)),
    ],
)
def test_what_can_wait_waits(urgency: str, asked: datetime, goes: datetime) -> None:
    assert USUAL.allowed(urgency, asked) == goes


def test_quiet_hours_may_lie_in_one_day_or_nowhere() -> None:
    noon = Hours(quiet_from=12, quiet_until=14, summary=17)
    assert noon.allowed("day", moment(25, 13)) == moment(25, 14)
    assert noon.allowed("day", moment(25, 23)) == moment(25, 23)
    assert not any(Hours(5, 5, 17).is_quiet(moment(25, hour)) for hour in range(24))


def test_the_hours_are_parameters(cast: Cast) -> None:
    assert hours() == USUAL


@pytest.mark.parametrize(
    ("urgency", "not_before", "goes"),
    [
        ("now", None, moment(25, 23)),
        ("now", moment(26, 3), moment(26, 3)),
        ("now", moment(24, 3), moment(25, 23)),
        ("day", moment(26, 9), moment(26, 9)),
        ("day", moment(26, 22, 30), moment(27, 7)),
    ],
)
def test_the_inbox_has_it_at_once_and_the_outside_when_it_may(
    cast: Cast, settings: Any, urgency: str, not_before: datetime | None, goes: datetime
) -> None:
    settings.NOTICE_WEBHOOK_URL = "http://127.0.0.1:9/hook"
    with time_machine.travel(moment(25, 23), tick=False):
        told: dict[str, Any] = {"subject": "快到期了", "body": "还剩 2 小时", "kind": "clock"}
        to = [cast.worker.pk]
        when: dict[str, Any] = {"urgency": urgency, "not_before": not_before}
        assert post(source="clock:1", recipients=to, channels=BOTH, **told, **when) == 2
        inside, outside = Notice.objects.order_by("channel")
        assert (inside.state, inside.sent_at, inside.kind) == ("sent", moment(25, 23), "clock")
        assert (outside.state, outside.next_at, outside.urgency) == ("waiting", goes, urgency)
    with time_machine.travel(goes - timedelta(seconds=1), tick=False):
        deliver_due()
        outside.refresh_from_db()
        assert outside.attempts == 0, "not before its time"


def test_what_failed_at_the_edge_of_the_night_is_not_tried_in_it(cast: Cast, settings: Any) -> None:
    settings.NOTICE_WEBHOOK_URL = "http://127.0.0.1:9/hook"
    with time_machine.travel(
        moment(
            25,
            21,
            59,
        )
        + timedelta(seconds=30),
        tick=False,
    ):
        told: dict[str, Any] = {"kind": "morning", "subject": "通知", "body": "", "channels": ("webhook",)}
        post(source="x", recipients=[cast.worker.pk], **told)
        deliver_due()
        notice = Notice.objects.get()
        assert (notice.attempts, notice.next_at) == (1, moment(26, 7))
