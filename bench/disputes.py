"""Mediation at 100,000 cases: their list, finding one by name, initials and phone tail, and intake."""

from collections.abc import Callable, Iterator
from urllib.parse import quote, urlencode
from uuid import uuid4

import orjson

from bench.docket import pile_up
from bench.measure import Case
from bench.stage import Stage
from bench.wire import Wire
from grids.models import Post
from mediation.models import Dispute, Party

Ask = Callable[[str, dict[str, str], Callable[[bytes], bool]], Callable[[], bytes]]
ROWS = 50
CASES, CASES_WHEN_QUICK = 100_000, 500


def dispute_cases(stage: Stage, wire: Wire, asking: Ask, quick: bool) -> Iterator[Case]:
    """Pages against the same rows as JSON, names out of the same cipher; intake against bare inserts."""
    pile_up(stage.streets[0], CASES_WHEN_QUICK if quick else CASES)
    wire.renew()
    path, leader = stage.streets[0].path, stage.cookie("leader")
    inside = Dispute.objects.filter(matter__area__path__startswith=path)

    def floor(**asked: str) -> Callable[[], bytes]:
        address = f"/floor/disputes/?{urlencode({'path': path, **asked})}"
        return asking(address, {}, lambda body: 0 < len(orjson.loads(body)["results"]) <= ROWS)

    def page(word: str = "", marks: bytes = b"</html>") -> Callable[[], bytes]:
        return asking(f"/mediation/?q={quote(word)}", leader, lambda body: marks in body and b"<tr" in body)

    yield Case("case_list_page", 0.4, floor(), page())
    people = Party.objects.filter(dispute__in=inside, kind="person").exclude(phone_tail="")
    party = people.order_by("-dispute__received_at", "id")[0]
    found = f"/mediation/{party.dispute_id}/".encode()
    yield Case("case_by_name", 0.4, floor(name=party.name), page(party.name, found))
    yield Case("case_by_pinyin", 0.4, floor(initials=party.initials), page(party.initials))
    yield Case("case_by_phone_tail", 0.4, floor(tail=party.phone_tail), page(party.phone_tail))
    yield intake(stage, wire)


def intake(stage: Stage, wire: Wire) -> Case:
    """One case with a person on each side, by the API that makes what the page makes."""
    post = Post.objects.select_related("unit__area").get(user__username="mediator")
    assert post.unit is not None
    headers = stage.key("mediator")
    parties = [
        {"side": "applicant", "name": "陈翀龢", "phone": "13900001234"},
        {"side": "respondent", "name": "阿卜杜拉·买买提", "phone": "13900005678"},
    ]

    def case() -> bytes:
        fields = {
            "client_id": str(uuid4()),
            "station": post.unit_id,
            "area": post.unit.area_id,  # type: ignore[union-attr]
            "dispute_type": "neighbour",
            "source": "application",
            "facts": "排水管漏水，楼下天花板发霉，双方争吵。",
            "parties": parties,
        }
        return orjson.dumps(fields)

    def by_hand() -> bytes:
        return wire.ask(wire.message("POST", "/floor/intake/", {}, case()))

    def really() -> bytes:
        return wire.ask(wire.message("POST", "/api/v1/cases/", headers, case()))

    return Case("case_intake", 0.3, by_hand, really, share=0.5)
