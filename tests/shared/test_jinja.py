"""Wording of days, terms and shares; everything in Shanghai, nothing breaks on None."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from jinja2 import UndefinedError

from shared import jinja

NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai


@pytest.fixture(autouse=True)
def _at_noon() -> object:
    with time_machine.travel(NOON, tick=False):
        yield


LATE = datetime(2026, 11, 24, 15, 52, tzinfo=UTC)  # 23:52 the day before, in Shanghai


@pytest.mark.parametrize("name", ["date", "day", "clock", "moment", "ago"])
def test_none_is_a_dash(name: str) -> None:
    assert jinja.FILTERS[name](None) == "—"


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("date", LATE, "11月24日"),
        ("date", datetime(2026, 11, 24, 16, 0, tzinfo=UTC), "11月25日"),
        ("date", date(2025, 3, 1), "2025年3月1日"),
        ("day", date(2026, 11, 25), "11月25日 星期三"),
        ("day", LATE, "11月24日 星期二"),
        ("clock", LATE, "23:52"),
        ("moment", LATE, "11月24日 23:52"),
        ("ago", NOON - timedelta(seconds=20), "刚刚"),
        ("ago", NOON - timedelta(minutes=5), "5分钟前"),
        ("ago", NOON - timedelta(hours=3), "3小时前"),
        ("ago", LATE, "昨天 23:52"),
        ("ago", NOON - timedelta(days=9), "11月16日 12:00"),
        ("ago", NOON + timedelta(hours=1), "11月25日 13:00"),
        ("pct", 1204 / 1236, "97.4%"),
        ("pct", 1.0, "100%"),
        ("pct", 0.0, "0%"),
        ("pct", None, "—"),
    ],
)
def test_filters(name: str, value: object, text: str) -> None:
    assert jinja.FILTERS[name](value) == text


@pytest.mark.parametrize(
    ("at", "warn", "expected"),
    [
        (None, None, ("bare", "无期限")),
        (date(2026, 11, 24), None, ("over", "超期1天")),
        (date(2026, 11, 25), None, ("soon", "今天到期")),
        (date(2026, 12, 8), None, ("open", "剩13天")),
        (NOON, None, ("over", "超期1分钟")),
        (NOON - timedelta(hours=30), None, ("over", "超期1天")),
        (NOON + timedelta(hours=2, minutes=1), NOON, ("soon", "剩2小时")),
        (NOON + timedelta(hours=5), NOON + timedelta(hours=4), ("open", "剩5小时")),
        (NOON + timedelta(seconds=5), None, ("open", "剩1分钟")),
    ],
)
def test_due(at: date | None, warn: datetime | None, expected: tuple[str, str]) -> None:
    assert jinja.due(at, warn) == expected


def test_share_of_nothing_is_not_zero() -> None:
    assert jinja.share(0, 0) is None
    assert jinja.share(775, 785) == pytest.approx(0.98726, abs=1e-5)


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(minutes=4, seconds=20), "4:20"),
        (timedelta(seconds=-47), "0:47"),
        (timedelta(hours=2, minutes=15), "2<b>时</b>15<b>分</b>"),
    ],
)
def test_countdown(span: timedelta, text: str) -> None:
    assert jinja.countdown(span) == text


def test_a_name_that_nobody_gave_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="missing_name"):
        jinja.environment(autoescape=True).from_string("{{ missing_name }}").render()
