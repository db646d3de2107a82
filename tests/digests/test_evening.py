"""The evening echo: every obligation is done, excused or open by name, and what is open goes up."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from digests.models import Digest
from digests.text import body
from digests.workflow import run_digest
from matters.models import Notice, Obligation
from matters.obligations import answer, excuse
from matters.workflow import advance
from tests.cast import Cast
from tests.digests.conftest import Clock
from tests.digests.street import DAY, digest, hour, incident, night, overdue, sums


@pytest.fixture(autouse=True)
def _evening(clock: Clock) -> None:
    """The tests begin at 08:01 of DAY."""


def both(cast: Cast, clock: Clock, *, days: int = 0) -> None:
    """Morning and evening of DAY + days, each a minute after its time."""
    day = DAY + timedelta(days=days)
    clock(hour("08:01", day))
    run_digest(kind="morning", street=cast.street, day=day)
    clock(hour("20:01", day))
    run_digest(kind="evening", street=cast.street, day=day)


def test_the_sum_adds_up_at_every_level(cast: Cast, clock: Clock) -> None:
    told, why = incident(cast.grid_a, night()), incident(cast.grid_a, night("22:00"))
    cast.target(due_on=DAY)
    overdue(cast.village, cast.officer)
    incident(cast.street, night(), state="reported")
    run_digest(kind="morning", street=cast.street, day=DAY)
    advance(matter=told, action="echo", actor=cast.worker, note="已回访")
    excuse(obligation=why.obligations.get(), actor=cast.worker, reason="住户外出未归")
    clock(hour("20:01"))
    run_digest(kind="evening", street=cast.street, day=DAY)
    assert sums(digest(cast.grid_a, "evening")) == (3, 1, 1, 1)
    assert sums(digest(cast.grid_a2, "evening")) == (0, 0, 0, 0)
    assert sums(digest(cast.village, "evening")) == (4, 1, 1, 2)
    assert sums(digest(cast.street, "evening")) == (5, 1, 1, 3)
    assert sums(digest(cast.street, "evening", audience="police")) == (3, 1, 1, 1)
    own = digest(cast.village, "evening").snapshot["own"]
    assert own == {"expected": 1, "done": 0, "excused": 0, "open": 1}


def test_what_is_open_is_named_with_who_and_where(cast: Cast, clock: Clock) -> None:
    cast.target(due_on=DAY)
    both(cast, clock)
    for area in (cast.grid_a, cast.village, cast.street):
        (item,) = digest(area, "evening").snapshot["items"]
        assert (item["title"], item["place"], item["who"]) == ("老渡口烧烤", "河边村第一网格", "网格员示例")
    assert "老渡口烧烤" in Notice.objects.get(recipient=cast.leader, subject__startswith="晚间").body


def test_what_is_open_goes_up_one_level_each_evening(cast: Cast, clock: Clock) -> None:
    cast.target(due_on=DAY)
    overdue(cast.village, cast.officer)
    incident(cast.street, night(), state="reported")
    up = []
    for n in range(3):
        both(cast, clock, days=n)
        rows = Obligation.objects.filter(business_date=DAY + timedelta(days=n)).order_by("kind")
        up.append([(row.kind, row.carried, row.escalated_to) for row in rows])
    assert up == [
        [("incident", 0, cast.street), ("overdue", 0, cast.street), ("visit", 0, cast.village)],
        [("incident", 1, cast.street), ("overdue", 1, cast.street), ("visit", 1, cast.street)],
        [("incident", 2, cast.street), ("overdue", 2, cast.street), ("visit", 2, cast.street)],
    ]


def test_what_came_up_to_a_level_is_named_first_there(cast: Cast, clock: Clock) -> None:
    incident(cast.grid_a, night())
    both(cast, clock)
    incident(cast.grid_a2, hour("22:00"))
    overdue(cast.village, cast.officer)
    both(cast, clock, days=1)
    items = digest(cast.street, "evening", DAY + timedelta(days=1)).snapshot["items"]
    assert [(item["kind"], item["carried"], item["escalated"]) for item in items] == [
        ("incident", 1, "城东街道"),
        ("overdue", 0, "城东街道"),
        ("incident", 0, "河边村"),
    ]


def test_a_late_answer_is_late_and_the_digest_stays(cast: Cast, clock: Clock) -> None:
    matter = incident(cast.grid_a, night())
    both(cast, clock)
    before = list(Digest.objects.order_by("id").values())
    clock(hour("21:10"))
    advance(matter=matter, action="echo", actor=cast.worker, note="刚回访")
    owed = Obligation.objects.get()
    assert (owed.state, owed.late, owed.answered_by, owed.answer) == (
        "done",
        True,
        cast.worker,
        "回应：刚回访",
    )
    assert list(Digest.objects.order_by("id").values()) == before
    both(cast, clock, days=1)
    assert Obligation.objects.count() == 1


def test_the_last_second_is_in_time(cast: Cast) -> None:
    for n, moment in enumerate((hour("20:00"), hour("20:00") + timedelta(seconds=1))):
        matter = incident(cast.grid_a, night(f"2{n}:00"))
        run_digest(kind="morning", street=cast.street, day=DAY - timedelta(days=n) if n else DAY)
        Obligation.objects.get_or_create(
            source=f"matter:{matter.pk}",
            area=cast.grid_a,
            business_date=DAY,
            defaults={"kind": "incident", "matter": matter, "title": "x", "due_at": hour("20:00")},
        )
        answer(source=f"matter:{matter.pk}", actor=cast.worker, at=moment)
        assert Obligation.objects.get(matter=matter, business_date=DAY).late == bool(n)


def test_an_evening_without_a_morning_makes_it_first(cast: Cast, clock: Clock) -> None:
    cast.target(due_on=DAY)
    clock(hour("20:01"))
    made = run_digest(kind="evening", street=cast.street, day=DAY)
    assert made.created
    assert sums(digest(cast.grid_a, "morning")) == sums(digest(cast.grid_a, "evening")) == (1, 0, 0, 1)


def test_made_again_nothing_changes(cast: Cast, clock: Clock) -> None:
    cast.target(due_on=DAY)
    both(cast, clock)
    rows = [list(model.objects.order_by("id").values()) for model in (Obligation, Digest, Notice)]
    again = run_digest(kind="evening", street=cast.street, day=DAY)
    assert not again.created
    assert rows == [list(model.objects.order_by("id").values()) for model in (Obligation, Digest, Notice)]


@pytest.mark.parametrize("change", [{"open": 5}, {"snapshot": {}}])
def test_the_database_keeps_a_digest_as_it_is(cast: Cast, change: dict[str, object]) -> None:
    run_digest(kind="morning", street=cast.street, day=DAY)
    with pytest.raises(DatabaseError), transaction.atomic():
        Digest.objects.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Digest.objects.all().delete()


def test_the_database_refuses_a_sum_that_does_not_add_up(cast: Cast) -> None:
    run_digest(kind="morning", street=cast.street, day=DAY)
    one = digest(cast.grid_a)
    with pytest.raises(DatabaseError, match="digest_adds_up"), transaction.atomic():
        Digest.objects.create(
            run=one.run, kind="morning", area=cast.grid_a, business_date=DAY - timedelta(days=9),
            expected=3, done=1, excused=0, open=1, snapshot={},
        )  # fmt: skip


def test_the_text_fits_a_message(cast: Cast, clock: Clock) -> None:
    for n in range(40):
        incident(cast.grid_a if n % 2 else cast.grid_a2, night(f"22:{n:02}"), summary="很长的简要警情" * 12)
    both(cast, clock)
    for kind in ("morning", "evening"):
        for area in (cast.grid_a, cast.village, cast.street):
            text = body(
                {**Digest.objects.filter(area=area, kind=kind, audience="area").values().get()},
                link="http://x.example/",
            )
            lines = text.splitlines()
            assert len(lines) <= 20
            assert max(map(len, lines)) <= 60
            assert lines[0].startswith("【早上预响】" if kind == "morning" else "【晚间回响】")
    assert "河边村：待回应 40/40" in text
    assert "另有 34 件" in text
