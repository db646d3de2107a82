"""Visits without signal, in Chromium: saved on the phone, there after a reload, sent once when it is back."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from grids.models import Target, Visit
from mediation.models import Dispute
from shared.dates import today
from tests.cast import Cast
from tests.e2e.conftest import sign_in
from tests.workers import until

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def phone(device: Callable[[int], Page], cast: Cast) -> Page:
    """The worker's phone with two targets due today; everything is at hand when this returns."""
    cast.target()
    cast.target(name="后岸出租房")
    page = device(390)
    sign_in(page, "worker")
    ready(page)
    return page


def ready(page: Page) -> None:
    """The service worker holds my day and both forms."""
    until(lambda: len(shelves(page)) >= 4, "my day, the outbox and both forms are kept")


def shelves(page: Page) -> list[str]:
    """What the device keeps of pages."""
    found: list[str] = page.evaluate(
        """async () => {
            const kept = [];
            for (const name of await caches.keys()) {
                if (!name.startsWith("pages-")) continue;
                kept.push(...(await (await caches.open(name)).keys()).map((asked) => asked.url));
            }
            return kept;
        }"""
    )
    return found


def save(page: Page, target: Target, result: str = "正常") -> None:
    page.goto(f"/visits/new/?target={target.pk}")
    page.get_by_role("radio", name=result).check()
    page.get_by_role("button", name="保存走访").click()
    page.wait_for_url("**/")


def test_saved_offline_reloaded_offline_sent_once(phone: Page, cast: Cast) -> None:
    grill, house = Target.objects.order_by("id")
    phone.context.set_offline(True)
    save(phone, grill)
    expect(phone.get_by_text("已存在这台手机：走访老渡口烧烤")).to_be_visible()
    save(phone, house)
    phone.reload()
    expect(phone.locator(".topbar [data-unsent-count]")).to_have_text("2")
    phone.goto("/visits/")
    expect(phone.get_by_role("heading")).to_contain_text("没有信号")
    assert not Visit.objects.exists()

    phone.context.set_offline(False)
    phone.goto("/")
    expect(phone.locator(".topbar [data-unsent]")).to_be_hidden()
    phone.reload()
    assert sorted(Visit.objects.values_list("target_id", "result")) == [
        (grill.pk, "normal"),
        (house.pk, "normal"),
    ]
    assert set(Visit.objects.values_list("visitor", flat=True)) == {cast.worker.pk}
    phone.reload()
    expect(phone.get_by_text("今天没有要回应的事")).to_be_visible()


def test_a_dispute_heard_of_without_signal_becomes_a_case(phone: Page, cast: Cast) -> None:
    grill = Target.objects.order_by("id")[0]
    phone.context.set_offline(True)
    phone.goto(f"/visits/new/?target={grill.pk}")
    phone.get_by_text("顺带登记纠纷").click()
    phone.get_by_label("是什么纠纷").select_option(label="邻里")
    phone.get_by_label("一方", exact=False).first.fill("陈翀")
    phone.get_by_label("另一方").fill("李䶮")
    phone.get_by_label("为什么事").fill("半夜放音乐")
    phone.get_by_role("radio", name="可能打起来").check()
    phone.get_by_role("radio", name="要处理").check()
    phone.get_by_role("button", name="保存走访").click()
    phone.wait_for_url("**/")
    assert not Dispute.objects.exists()
    phone.context.set_offline(False)
    phone.goto("/")
    expect(phone.locator(".topbar [data-unsent]")).to_be_hidden()
    case = Dispute.objects.get()
    assert (case.station, case.source, case.risk, case.facts) == (cast.station, "grid", "high", "半夜放音乐")
    assert [party.name for party in case.parties.order_by("side")] == ["陈翀", "李䶮"]


def test_the_same_kept_form_twice_is_two_visits(phone: Page) -> None:
    grill = Target.objects.order_by("id")[0]
    phone.context.set_offline(True)
    save(phone, grill)
    save(phone, grill)
    phone.goto("/outbox/")
    expect(phone.get_by_role("heading", name="等着上传的走访")).to_be_visible()
    expect(phone.locator(".topbar [data-unsent-count]")).to_have_text("2")
    phone.context.set_offline(False)
    phone.goto("/")
    expect(phone.locator(".topbar [data-unsent]")).to_be_hidden()
    assert Visit.objects.count() == 2


def test_an_answer_lost_on_the_way_makes_no_second_visit(phone: Page) -> None:
    """The server took the visit, the phone never heard: it keeps it, sends it again, the same visit."""
    grill = Target.objects.order_by("id")[0]

    def lose(route: Any) -> None:
        route.fetch(max_redirects=0)
        route.abort()

    phone.route(
        re.compile("/visits/new/"),
        lambda route: lose(route) if route.request.method == "POST" else route.continue_(),
    )
    phone.goto(f"/visits/new/?target={grill.pk}")
    phone.get_by_label("补充说明").fill("第一行\n第二行")
    phone.get_by_role("radio", name="正常").check()
    phone.get_by_role("button", name="保存走访").click()
    phone.wait_for_url("**/")
    expect(phone.locator(".topbar [data-unsent]")).to_be_hidden()
    assert Visit.objects.get().note == "第一行\n第二行"


def test_a_refusal_is_shown_and_kept_until_somebody_deals_with_it(phone: Page, cast: Cast) -> None:
    grill = Target.objects.order_by("id")[0]
    phone.context.set_offline(True)
    save(phone, grill)
    Target.objects.filter(pk=grill.pk).update(is_active=False)
    phone.context.set_offline(False)
    phone.goto("/outbox/")
    expect(phone.get_by_text("这个对象已移出名册")).to_be_visible()
    expect(phone.locator(".topbar [data-unsent-count]")).to_have_text("1")
    phone.reload()
    expect(phone.get_by_text("这个对象已移出名册")).to_be_visible()
    Target.objects.filter(pk=grill.pk).update(is_active=True)
    phone.get_by_role("link", name="重新打开表单").click()
    expect(phone.get_by_label("正常")).to_be_checked()
    phone.get_by_role("button", name="保存走访").click()
    phone.wait_for_url("**/")
    expect(phone.locator(".topbar [data-unsent]")).to_be_hidden()
    assert Visit.objects.get().target_id == grill.pk


def test_online_the_server_tells_what_is_missing(phone: Page) -> None:
    grill = Target.objects.order_by("id")[0]
    phone.goto(f"/visits/new/?target={grill.pk}")
    phone.get_by_role("button", name="保存走访").click()
    expect(phone.get_by_text("请点一下情况怎么样").first).to_be_visible()
    phone.get_by_role("radio", name="要处理").check()
    phone.get_by_role("button", name="保存走访").click()
    expect(phone.get_by_text("请写明要处理什么").first).to_be_visible()
    phone.get_by_label("补充说明").fill("线路要换")
    phone.get_by_role("button", name="保存走访").click()
    expect(phone.get_by_text("已保存：走访老渡口烧烤，要处理。")).to_be_visible()
    assert Visit.objects.get().note == "线路要换"


def test_the_next_person_on_this_phone_finds_nothing_of_the_last(phone: Page, cast: Cast) -> None:
    grill = Target.objects.order_by("id")[0]
    assert len(shelves(phone)) == 4
    phone.context.set_offline(True)
    save(phone, grill)
    phone.context.clear_cookies()
    phone.context.set_offline(False)
    sign_in(phone, "neighbour")
    expect(phone.locator("h1")).to_contain_text("今天没有要回应的事")
    until(lambda: len(shelves(phone)) == 2, "only the neighbour's day and outbox are kept")
    assert not [page for page in shelves(phone) if "target=" in page]
    expect(phone.locator(".topbar [data-unsent]")).to_be_hidden()
    phone.reload()
    assert not Visit.objects.exists()
    phone.context.clear_cookies()
    sign_in(phone, "worker")
    expect(phone.locator(".topbar [data-unsent]")).to_be_hidden()
    phone.reload()
    visit = Visit.objects.get()
    assert (visit.visitor, visit.visited_on) == (cast.worker, today())
