"""Signing in and out while the service worker is at work: nothing of one person stays for the next."""

from collections.abc import Callable
from importlib import import_module

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from tests.cast import Cast
from tests.e2e.conftest import fill_in, sign_in

KEPT = """async () => {
  const links = [...document.querySelectorAll('a[href^="/visits/new/?target="]')];
  const forms = new Set(links.map((link) => link.href));
  const shelf = (await caches.keys()).find((name) => name.startsWith("pages-"));
  return shelf !== undefined && (await (await caches.open(shelf)).keys()).length === forms.size + 1;
}"""

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def with_worker(page: Page) -> None:
    """Until the service worker answers this page's requests and has kept my day and the forms it links to."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.wait_for_function(KEPT)


def test_one_person_leaves_nothing_for_the_next(device: Callable[[int], Page], cast: Cast) -> None:
    page = device(390)
    page.goto("/")
    expect(page).to_have_url("http://" + page.url.split("/")[2] + "/login/?next=/")
    sign_in(page, "worker")
    with_worker(page)

    page.goto("/me/")
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("heading", name="登录")).to_be_visible()
    page.wait_for_function("caches.keys().then((names) => !names.some((name) => name.startsWith('pages-')))")
    page.context.set_offline(True)
    page.goto("/")
    expect(page.locator("body")).not_to_contain_text(cast.grid_a.name)
    expect(page.locator("body")).to_contain_text("没有网络")

    page.context.set_offline(False)
    sign_in(page, "neighbour")
    expect(page.locator("body")).to_contain_text(cast.grid_b.name)


def test_a_session_that_ended_on_the_server_leads_to_sign_in_and_back(
    device: Callable[[int], Page], cast: Cast
) -> None:
    page = device(390)
    sign_in(page, "worker")
    with_worker(page)
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for key in Session.objects.values_list("session_key", flat=True):
        store(key).delete()
    page.goto("/targets/?kind=place")
    expect(page.get_by_text("长时间没有操作会自动退出")).to_be_visible()
    fill_in(page, "worker")
    page.wait_for_url("**/targets/?kind=place")
