"""Signing in and out while the service worker is at work: nothing of one person stays for the next."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from tests.cast import PASSWORD, Cast

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def device(monkeypatch: pytest.MonkeyPatch, live_server: Any, cast: Cast) -> Iterator[BrowserContext]:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser.new_context(viewport={"width": 390, "height": 844}, base_url=live_server.url)
        browser.close()


def sign_in(page: Page, username: str) -> None:
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/")


def with_worker(page: Page) -> None:
    """Until the service worker answers this page's requests and has kept my day."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.wait_for_function("caches.keys().then((names) => names.some((name) => name.startsWith('pages-')))")


def test_one_person_leaves_nothing_for_the_next(device: BrowserContext, cast: Cast) -> None:
    page = device.new_page()
    page.goto("/")
    expect(page).to_have_url("http://" + page.url.split("/")[2] + "/login/?next=/")
    sign_in(page, "worker")
    with_worker(page)

    page.goto("/me/")
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("heading", name="登录")).to_be_visible()
    page.wait_for_function("caches.keys().then((names) => !names.some((name) => name.startsWith('pages-')))")
    device.set_offline(True)
    page.goto("/")
    expect(page.locator("body")).not_to_contain_text(cast.grid_a.name)
    expect(page.locator("body")).to_contain_text("没有网络")

    device.set_offline(False)
    page.goto("/login/")
    sign_in(page, "neighbour")
    expect(page.locator("body")).to_contain_text(cast.grid_b.name)


def test_a_session_that_ended_on_the_server_leads_to_sign_in_and_back(
    device: BrowserContext, cast: Cast
) -> None:
    page = device.new_page()
    page.goto("/login/")
    sign_in(page, "worker")
    with_worker(page)
    Session.objects.all().delete()
    page.goto("/targets/?kind=place")
    expect(page.get_by_text("长时间没有操作会自动退出")).to_be_visible()
    page.get_by_label("用户名").fill("worker")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/targets/?kind=place")
