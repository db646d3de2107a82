"""What only a browser tells of long pages: paper holds what a phone leaves out, the next step is at hand."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.cast import Cast
from tests.e2e.conftest import sign_in
from tests.incidents.made import incident

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_columns_that_a_phone_leaves_out_are_printed(device: Callable[[int], Page], cast: Cast) -> None:
    page = device(390)
    sign_in(page, "leader")
    page.goto("/hazards/sources/")
    column = page.get_by_role("columnheader", name="到期", exact=True)
    expect(column).to_have_count(0)
    page.emulate_media(media="print")
    expect(column).to_be_visible()
    assert page.evaluate("document.querySelector('.matrix').scrollWidth") <= 673, "fits A4 within its margins"


def test_what_was_chosen_is_sent_on_from_where_one_stands(device: Callable[[int], Page], cast: Cast) -> None:
    for n in range(20):
        incident(cast, title=f"第{n}件")
    page = device(390)
    sign_in(page, "officer")
    page.goto("/matters/?view=open")
    send = page.get_by_role("button", name="流转选中的")
    expect(send).not_to_be_in_viewport()
    page.get_by_label("选中第", exact=False).first.check()
    expect(send).to_be_in_viewport()


def test_the_hours_of_a_week_fit_a_phone(device: Callable[[int], Page], cast: Cast) -> None:
    made = incident(cast)
    page = device(390)
    sign_in(page, "command")
    page.goto("/incidents/hotspots/")
    table = page.locator(".matrix--day")
    assert table.evaluate("it => it.scrollWidth <= it.parentElement.clientWidth")
    spot = table.get_by_role("link", name="1起")
    box = spot.bounding_box()
    assert box
    assert box["height"] >= 44
    day = page.get_by_role("row").filter(has=page.get_by_role("link", name="1起"))
    at = day.get_by_role("rowheader").bounding_box()
    assert at
    assert at["x"] <= box["x"] <= at["x"] + at["width"], "under its day"
    spot.click()
    expect(page.locator(f'a[href="/matters/{made.pk}/"]')).to_be_visible()
