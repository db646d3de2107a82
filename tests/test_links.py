"""Whatever a page offers opens: the demo street is walked by each of its people, link by link."""

import html
import re
from collections import Counter, deque
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client

from accounts.models import User
from chengdong.demo.build import build
from chengdong.demo.people import WITHOUT_PASSWORD
from chengdong.demo.plan import Plan, read
from shared.dates import today

LINK = re.compile(r'<a\b[^>]*?\bhref="([^"#]+)')
OF_A_SHAPE = 2
"""So many addresses are opened that differ in numbers only."""
MOST = 150


def shape(address: str) -> str:
    """The address without its numbers and without what its parameters say."""
    parts = urlsplit(address)
    names = sorted(pair.partition("=")[0] for pair in parts.query.split("&"))
    return re.sub(r"\d+", "0", parts.path) + "?" + "&".join(names)


def shut_to(person: User) -> tuple[int, list[str]]:
    """How many addresses were opened from the person's first page on, and which of them did not open."""
    browser, shut = Client(), []
    browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    seen, shapes, waiting = set[str](), Counter[str](), deque([("/", "")])
    while waiting and len(seen) < MOST:
        address, page = waiting.popleft()
        if address in seen or shapes[shape(address)] >= OF_A_SHAPE:
            continue
        seen.add(address)
        shapes[shape(address)] += 1
        answer: Any = browser.get(address)
        if answer.status_code >= 400:
            shut.append(f"{answer.status_code} {address} from {page}")
        if answer.status_code < 300 and answer["Content-Type"].startswith("text/html"):
            offered = [html.unescape(found) for found in LINK.findall(answer.content.decode())]
            told = [urljoin(address, found) for found in offered]
            waiting.extend((one, address) for one in told if one.startswith("/"))
        elif 300 <= answer.status_code < 400:
            waiting.append((urljoin(address, answer["Location"]), address))
        if answer.streaming:
            b"".join(answer.streaming_content)
    return len(seen), shut


@pytest.mark.django_db
def test_every_link_opens_for_whom_it_is_shown() -> None:
    build(Plan(seed=1, until=today() - timedelta(days=1), days=8))
    people = User.objects.filter(username__in=set(read("street")["accounts"]) - WITHOUT_PASSWORD)
    found = {person.username: shut_to(person) for person in people}
    assert {name: shut for name, (_, shut) in found.items() if shut} == {}
    assert len(found) >= 12
    assert min(opened for opened, _ in found.values()) >= 8
