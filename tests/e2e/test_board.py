"""The live board in a browser: walked by keyboard, renewed by itself without losing the place."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from matters.workflow import advance
from tests.cast import PASSWORD, Cast
from tests.incidents.made import incident

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch, live_server: Any, cast: Cast) -> Iterator[Page]:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        browser: Browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        desk = {"width": 1440, "height": 900}
        shown = browser.new_context(base_url=live_server.url, viewport=desk).new_page()  # type: ignore[arg-type]
        shown.goto("/login/")
        shown.get_by_label("用户名").fill("command")
        shown.get_by_label("密码", exact=True).fill(PASSWORD)
        shown.get_by_role("button", name="登录").click()
        shown.wait_for_url("**/")
        yield shown
        browser.close()


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
    expect(page.locator("[aria-labelledby=lane-handling] .job__title")).to_have_text("甲")
    assert focused(page) == "乙"

    page.keyboard.press("Enter")
    page.wait_for_url(f"**/matters/{other.pk}/")


def test_a_board_whose_session_has_ended_asks_to_sign_in(page: Page, cast: Cast) -> None:
    page.clock.install()
    page.goto("/incidents/board/")
    page.context.clear_cookies()
    page.clock.fast_forward(16_000)
    page.wait_for_url("**/login/?next=/incidents/board/")
