"""The face: strict CSP, every macro and icon there and shown, a cheap frame, no finding of axe."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import engines
from django.test import Client
from playwright.sync_api import sync_playwright

from accounts.models import User
from chengdong import nav
from chengdong.styleguide import icon_names
from tests.cast import Cast

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WIRE_LIMIT = 150 * 1024

FORBIDDEN = {
    "a style attribute": re.compile(r"""\sstyle\s*="""),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "an inline script": re.compile(r"<script\b(?![^>]*\bsrc=)", re.IGNORECASE),
    "an inline handler": re.compile(r"""<[^>]*\s(?:on\w+|hx-on\S*)\s*=""", re.IGNORECASE),
    "evaluated code": re.compile(r"""javascript:|hx-vals\s*=\s*["']?js:""", re.IGNORECASE),
}


def _markup(text: str) -> str:
    """The template without its Jinja tags, so that a keyword argument is not taken for an attribute."""
    return re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_template_runs_under_strict_csp(template: Path) -> None:
    markup = _markup(template.read_text())
    found = [what for what, pattern in FORBIDDEN.items() if pattern.search(markup)]
    assert not found, f"{template.name} holds {found}"


@pytest.mark.parametrize(
    "bad",
    [
        '<p style="color:red">',
        "<style>p{}</style>",
        "<script>alert(1)</script>",
        '<a onclick="go()">',
        '<a hx-on:click="go()">',
        '<a href="javascript:go()">',
    ],
)
def test_the_csp_walk_sees_what_it_looks_for(bad: str) -> None:
    assert any(pattern.search(_markup(bad)) for pattern in FORBIDDEN.values())


def _kit() -> Any:
    backend: Any = engines["jinja2"]
    return backend.env.globals["ui"]


def test_every_macro_is_on_the_style_guide() -> None:
    guide = "".join(path.read_text() for path in TEMPLATES if "styleguide" in str(path))
    kit = "".join(path.read_text() for path in TEMPLATES if path.parent.name == "ui")
    for name in _kit().macros():
        shown = re.search(rf"\bui\.{name}\(", guide)
        assert shown or re.search(rf"\{{\{{ {name}\(", kit), f"ui.{name} is not shown on /styleguide/"


def test_every_icon_named_exists() -> None:
    source = "".join(path.read_text() for path in TEMPLATES)
    named = set(re.findall(r"""(?:icon\(|symbol=|shape=)"([\w-]*\w)\"""", source))
    named |= {item.icon for item in nav.MENU}
    states = ["over", "soon", "open", "hold", "done", "note", "part", "todo", "up", "down", "flat"]
    named |= {f"s-{state}" for state in states}
    assert len(named) > 30
    assert named <= set(icon_names())


def test_an_unknown_macro_is_an_error_that_names_it() -> None:
    with pytest.raises(AttributeError, match="no macro 'sparkle'"):
        _kit().sparkle("x")


def test_texts_of_people_are_escaped() -> None:
    html = str(_kit().chip("over", "<b>x</b>"))
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    assert "<b>" not in html


def test_style_guide_needs_no_sign_in_and_no_database(client: Client) -> None:
    page = client.get("/styleguide/")
    assert page.status_code == 200
    assert "应回应 = 已回应 + 已说明 + 待回应" in page.content.decode()


def test_style_guide_with_all_its_files_is_light_on_the_wire(client: Client) -> None:
    sent = client.get("/styleguide/", headers={"Accept-Encoding": "gzip"})
    page = gzip.decompress(sent.content)
    files = set(re.findall(rb'(?:src|href)="/static/([^"#]+)', page))
    assert {b"css/tokens.css", b"css/components.css", b"js/app.js", b"icons.svg"} <= files
    found = [finders.find(name.decode()) for name in files]
    stored = [len(gzip.compress(Path(path).read_bytes())) for path in found if path]
    assert len(sent.content) + sum(stored) < WIRE_LIMIT


def test_anonymous_frame_costs_no_query(db: None, client: Client, count_queries: Callable[[], Any]) -> None:
    with count_queries() as seen:
        client.get("/styleguide/")
    assert seen == []


def test_frame_of_a_reader_costs_posts_and_unread(
    cast: Cast, as_user: Callable[[User], Client], count_queries: Callable[[], Any]
) -> None:
    browser = as_user(cast.worker)
    browser.get("/styleguide/")
    with count_queries() as seen:
        page = browser.get("/styleguide/").content.decode()
    frame = [sql for sql in seen if "grids_post" in sql or "notice" in sql or "grids_area" in sql]
    assert len(frame) <= 2, frame
    assert "河边村第一网格" in page


def test_phone_bar_of_a_grid_worker() -> None:
    rights = frozenset(
        {"visits.view", "visits.log", "targets.view", "matters.view", "hazards.view", "hazards.report"}
    )
    open_to_them = [item for item in nav.MENU if nav.opens(item, rights)]
    thumbs = nav.thumb_bar(open_to_them, rights)
    assert [item.label for item in open_to_them if item.path in thumbs] == [
        "今天",
        "走访",
        "上报",
        "事项",
        "我的",
    ]


def test_phone_bar_of_a_leader_reads() -> None:
    rights = frozenset({"stats.view", "board.view", "matters.view", "incidents.view", "digests.view"})
    open_to_them = [item for item in nav.MENU if nav.opens(item, rights)]
    thumbs = nav.thumb_bar(open_to_them, rights)
    assert [item.label for item in open_to_them if item.path in thumbs] == [
        "今天",
        "本周",
        "两室",
        "事项",
        "我的",
    ]


def test_menu_has_no_place_that_does_not_answer() -> None:
    assert nav.exists("/styleguide/")
    assert not nav.exists("/mediation-of-another-year/")


def test_here_is_the_nearest_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nav, "exists", lambda path: True)
    rights = frozenset({"incidents.view", "board.view"})
    marked = [item.path for item in nav.bars(rights, "/incidents/board/", 0) if item.here]
    assert marked == ["/incidents/board/"]
    assert [i.path for i in nav.bars(rights, "/incidents/7/", 0) if i.here] == ["/incidents/"]
    assert [i.path for i in nav.bars(rights, "/somewhere/", 0) if i.here] == []


def test_every_menu_link_opens_for_who_sees_it(cast: Cast, as_user: Callable[[User], Client]) -> None:
    for name, user in cast.people.items():
        browser = as_user(user)
        page = browser.get("/styleguide/").content.decode()
        links = re.findall(r'class="nav__link" href="([^"]+)"', page)
        for link in links:
            assert browser.get(link).status_code == 200, f"{name} cannot open {link}"


def _axe(chromium: str, path: str, base: str, session: str) -> list[str]:
    """What axe finds at phone and desk width, light and dark."""
    found = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for width in (390, 1440):
            for scheme in ("light", "dark"):
                context = browser.new_context(
                    viewport={"width": width, "height": 900},
                    color_scheme="dark" if scheme == "dark" else "light",
                    bypass_csp=True,
                )
                if session:
                    context.add_cookies([{"name": "sessionid", "value": session, "url": base}])
                page = context.new_page()
                page.goto(base + path)
                wide = page.evaluate("document.documentElement.scrollWidth")
                if wide > width:
                    found.append(f"{width} {scheme}: the page is {wide} px wide")
                for finding in Axe().run(page).response["violations"]:
                    found.append(f"{width} {scheme}: {finding['id']} {finding['nodes'][0]['target']}")
                context.close()
        browser.close()
    return found


@pytest.mark.e2e
def test_axe_finds_nothing_on_the_style_guide(
    chromium: str, live_server: Any, cast: Cast, as_user: Callable[[User], Client]
) -> None:
    session = as_user(cast.leader).cookies["sessionid"].value
    assert _axe(chromium, "/styleguide/", live_server.url, session) == []


@pytest.mark.e2e
@pytest.mark.parametrize("name", ["400", "403", "404", "409", "500", "csrf"])
def test_axe_finds_nothing_on_error_pages(chromium: str, live_server: Any, name: str) -> None:
    assert _axe(chromium, f"/styleguide/{name}/", live_server.url, "") == []
