"""A real browser, and signing in with it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Browser, Page, sync_playwright

from tests.cast import PASSWORD

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
TALL = {390: 844}


@pytest.fixture
def browser(chromium: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """The machine's Chromium. What a test reads from the database beside it goes over connections of its own,
    closed here.
    """
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()
        connections.close_all()


@pytest.fixture
def device(browser: Browser, live_server: Any) -> Callable[[int], Page]:
    """`device(390)`: an empty page on a phone or, wider, at a desk; nobody is signed in."""

    def open_page(width: int) -> Page:
        return browser.new_context(
            viewport={"width": width, "height": TALL.get(width, 900)},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            base_url=live_server.url,
        ).new_page()

    return open_page


def sign_in(page: Page, username: str) -> None:
    """Through the form, as a person does."""
    page.goto("/login/")
    fill_in(page, username)
    page.wait_for_url("**/")


def fill_in(page: Page, username: str) -> None:
    """Name and password into the sign-in form that is open."""
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
