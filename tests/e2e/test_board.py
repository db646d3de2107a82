"""The live board in a browser: walked by keyboard, renewed by itself without losing the place."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from matters.workflow import advance
from tests.cast import Cast
from tests.e2e.conftest import sign_in
from tests.incidents.made import hazard, incident

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


def test_one_key_is_one_move_of_the_job_in_focus(page: Page, cast: Cast) -> None:
    """A sends 受理 at once, also under Caps Lock; S opens the form of 流转; a move that is not offered does
    nothing, nor does a key that is typed into a field.
    """
    waiting = hazard(cast, cast.manager, source="citizen").matter
    page.goto("/incidents/board/")
    job = page.locator(f"a.job[href='/matters/{waiting.pk}/']")
    page.get_by_label("村社").focus()
    page.keyboard.press("a")
    job.focus()
    page.keyboard.press("q")
    assert page.url.endswith("/incidents/board/")
    waiting.refresh_from_db()
    assert waiting.state == "reported"
    with page.expect_navigation():
        page.keyboard.press("Shift+A")
    waiting.refresh_from_db()
    assert (waiting.state, waiting.events.latest("id").actor) == ("accepted", cast.command)
    job.focus()
    page.keyboard.press("s")
    page.wait_for_url(f"**/matters/{waiting.pk}/?do=assign&next=**")
    expect(page.get_by_label("交给", exact=True)).to_be_visible()


def test_a_key_on_a_job_that_somebody_moved_writes_nothing(page: Page, cast: Cast) -> None:
    """The board is some seconds old: the page says what happened meanwhile."""
    waiting = hazard(cast, cast.manager, source="citizen").matter
    page.goto("/incidents/board/")
    page.locator(f"a.job[href='/matters/{waiting.pk}/']").focus()
    advance(matter=waiting, action="accept", actor=cast.officer)
    page.keyboard.press("a")
    expect(page.get_by_text("在您打开以后：")).to_be_visible()
    assert waiting.events.filter(action="accept").count() == 1


def test_filters_narrow_the_board_and_the_wall_keeps_them(page: Page, cast: Cast) -> None:
    incident(cast, title="河边的事")
    incident(cast, cast.grid_b, title="隔壁的事")
    page.goto("/incidents/board/")
    page.get_by_label("村社").select_option(label=cast.village.name)
    page.get_by_role("button", name="按条件查看").click()
    expect(page.get_by_text("河边的事")).to_be_visible()
    expect(page.get_by_text("隔壁的事")).to_have_count(0)
    page.get_by_role("link", name="大屏", exact=True).click()
    expect(page.get_by_role("navigation")).to_have_count(0)
    expect(page.get_by_text("河边的事")).to_be_visible()
    expect(page.get_by_text("隔壁的事")).to_have_count(0)
    page.get_by_role("link", name="退出大屏").click()
    expect(page.get_by_label("村社")).to_have_value(str(cast.village.pk))
