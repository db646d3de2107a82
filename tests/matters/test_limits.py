"""The page on which an official changes limits and the calendar's exceptions."""

from collections.abc import Callable
from datetime import date

from django.test import Client

from accounts.models import User
from matters.limits import set_limit
from matters.models import CalendarDay, ClockRule
from tests.cast import Cast

SignIn = Callable[[User], Client]


def the_rule() -> ClockRule:
    return ClockRule.objects.get(kind="hazard", stage="handle", level="serious")


def test_a_limit_is_changed_and_the_page_tells_who_did_it(cast: Cast, as_user: SignIn) -> None:
    client, rule = as_user(cast.command), the_rule()
    page = f"/reference/clocks/{rule.pk}/"
    assert "较大隐患整改" in client.get("/reference/clocks/").content.decode()
    assert 'value="7 days"' in client.get(page).content.decode()
    told = client.post(page, {"amount": "5", "unit": "workdays", "seen": "7 days"}, follow=True)
    assert "较大隐患整改的时限已改" in told.content.decode()
    rule.refresh_from_db()
    assert (rule.amount, rule.unit) == (5, "workdays")
    assert cast.command.name in client.get(page).content.decode()
    assert as_user(cast.worker).get(page).status_code == 403


def test_a_stale_edit_is_shown_the_limit_that_stands_now(cast: Cast, as_user: SignIn) -> None:
    rule = the_rule()
    set_limit(actor=cast.command, rule=rule, amount=6, unit="days", seen="7 days")
    posted = {"amount": "5", "unit": "workdays", "seen": "7 days"}
    answer = as_user(cast.command).post(f"/reference/clocks/{rule.pk}/", posted)
    assert answer.status_code == 400
    assert "刚有人把它改成了 6 天" in answer.content.decode()
    rule.refresh_from_db()
    assert (rule.amount, rule.unit) == (6, "days")


def test_garbage_changes_nothing(cast: Cast, as_user: SignIn) -> None:
    client, rule = as_user(cast.command), the_rule()
    good = {"amount": "5", "unit": "days", "seen": "7 days"}
    bad = (
        {"amount": "0"}, {"amount": "-3"}, {"amount": "七"}, {"amount": "100001"}, {"amount": "9" * 40},
        {"amount": ""}, {"unit": "years"}, {"unit": ""}, {"seen": ""}, {"seen": "\x00"},
    )  # fmt: skip
    for wrong in bad:
        assert client.post(f"/reference/clocks/{rule.pk}/", good | wrong).status_code == 400, wrong
    rule.refresh_from_db()
    assert (rule.amount, rule.unit) == (7, "days")
    day = {"day": "2026-12-31", "is_workday": "0", "name": "停电"}
    for wrong in (
        {"day": "2026-02-30"},
        {"day": ""},
        {"is_workday": "2"},
        {"name": " "},
        {"name": "长" * 41},
    ):
        assert client.post("/reference/clocks/", day | wrong).status_code == 400, wrong
    assert not CalendarDay.objects.exists()
    assert client.get("/reference/clocks/999999/").status_code == 404


def test_an_exception_is_added_changed_and_dropped(cast: Cast, as_user: SignIn) -> None:
    client = as_user(cast.command)
    for is_workday, name in (("0", "停电"), ("1", "来电了")):
        fields = {"day": "2026-12-31", "is_workday": is_workday, "name": name}
        assert name in client.post("/reference/clocks/", fields, follow=True).content.decode()
    found = CalendarDay.objects.get()
    assert (found.day, found.is_workday, found.name) == (date(2026, 12, 31), True, "来电了")
    for _ in range(2):
        answer = client.post(f"/reference/clocks/days/{found.pk}/drop/")
        assert answer.status_code in {302, 404}
    assert not CalendarDay.objects.exists()
