"""The live board in a browser: walked by keyboard, renewed by itself without losing the place."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from matters.workflow import advance
from tests.cast import Cast
from tests.e2e.conftest import sign_in
from tests.incidents.made import incident

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(device: Callable[[int], Page], cast: Cast) -> Page:
    shown = device(1440)
    sign_in(shown, "command")
    return shown


def focused(page: Page) -> str:
    """The title of the job that has the focus."""
    return str(page.evaluate("document.activeElement.querySelector('.job__title')?.textContent ?? ''"))


def test_the_keyboard_walks_and_the_board_renews_itself(page: Page, cast: Cast) -> None:
    incident(cast, cast.street, title="待落格", state="reported", placed="tray")
    moving, other = incident(cast, title="甲"), incident(cast, title="乙")
    page.clock.install()
    page.goto("/incidents/board/")
    walked = []
    for key in ("j", "ArrowRight", "ArrowDown", "ArrowDown", "k", "ArrowLeft", "l"):
        page.keyboard.press(key)
        walked.append(focused(page))
    assert walked == ["待落格", "甲", "乙", "乙", "甲", "待落格", "甲"]
    page.keyboard.press("j")
    assert focused(page) == "乙"

    advance(matter=moving, action="handle", actor=cast.worker)
    page.clock.fast_forward(16_000)
    expect(page.locator(f"a.job[href='/matters/{moving.pk}/']")).to_contain_text(cast.worker.name)
    assert focused(page) == "乙"

    page.keyboard.press("Enter")
    page.wait_for_url(f"**/matters/{other.pk}/")


def test_a_board_whose_session_has_ended_asks_to_sign_in(page: Page, cast: Cast) -> None:
    page.clock.install()
    page.goto("/incidents/board/")
    page.context.clear_cookies()
    page.clock.fast_forward(16_000)
    page.wait_for_url("**/login/?next=/incidents/board/")
