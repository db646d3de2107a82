"""expected = done + excused + open, over random days of answers, excuses, lateness and silence."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digests.models import Digest
from digests.workflow import run_digest, top_up
from grids.models import Area
from matters.models import Obligation
from matters.obligations import answer, excuse
from shared.errors import Conflict
from tests.cast import Cast
from tests.digests.street import hour, incident

STARTS = (date(2026, 11, 24), date(2027, 12, 30), date(2028, 2, 27))
"""An ordinary week, the turn of a year, and one with 29 February."""

move = st.tuples(
    st.sampled_from(["answer", "late", "excuse", "new", "new_today"]),
    st.integers(0, 5),
    st.sampled_from(["a", "a2", "b", "v"]),
)
days = st.lists(st.lists(move, max_size=6), min_size=2, max_size=4)


def area_of(cast: Cast, letter: str) -> Area:
    return {"a": cast.grid_a, "a2": cast.grid_a2, "b": cast.grid_b, "v": cast.village}[letter]


def do(cast: Cast, day: date, what: str, n: int, letter: str) -> None:
    """One thing that somebody does in the course of the day."""
    if what == "new":
        incident(area_of(cast, letter), hour("07:00", day) + timedelta(hours=24))
    elif what == "new_today":
        incident(area_of(cast, letter), hour("08:30", day))
        top_up(street=cast.street, day=day)
    owed = list(Obligation.objects.filter(business_date__lte=day).order_by("id"))
    if not owed:
        return
    one = owed[n % len(owed)]
    if what == "answer":
        answer(source=one.source, actor=cast.worker, at=hour("15:00", day))
    elif what == "late":
        answer(source=one.source, actor=cast.worker, at=hour("20:30", day))
    elif what == "excuse":
        try:
            officer = cast.other_officer if one.area_id == cast.grid_b.pk else cast.officer
            excuse(obligation=one, actor=officer, reason="今天联系不上")
        except Conflict:
            assert Obligation.objects.get(pk=one.pk).state != "open"


def check(cast: Cast, day: date) -> None:
    """Every digest of the evening is what the rows say, and a parent is its own plus its children."""
    evening = {
        d.area_id: d for d in Digest.objects.filter(business_date=day, kind="evening", audience="area")
    }
    assert set(evening) == set(
        Area.objects.filter(path__startswith=cast.street.path).values_list("pk", flat=True)
    )
    for area_id, found in evening.items():
        area = Area.objects.get(pk=area_id)
        rows = Obligation.objects.filter(business_date=day, area__path__startswith=area.path)
        states = list(rows.values_list("state", flat=True))
        assert found.expected == len(states) == found.done + found.excused + found.open
        assert (found.done, found.excused, found.open) == tuple(
            map(states.count, ("done", "excused", "open"))
        )
        named = [item["id"] for item in found.snapshot["items"] if item["state"] == "open"]
        assert sorted(named) == sorted(rows.filter(state="open").values_list("pk", flat=True))
        below = [evening[child["area"]] for child in found.snapshot["children"]]
        for name in ("expected", "done", "excused", "open"):
            assert getattr(found, name) == found.snapshot["own"][name] + sum(getattr(d, name) for d in below)
    assert not Obligation.objects.filter(business_date=day, state="open", escalated_to=None).exists()


def chain(cast: Cast, day: date) -> None:
    """What was open yesterday evening is asked again this morning, one day older, and nothing else."""
    before, today = (Obligation.objects.filter(business_date=d) for d in (day - timedelta(days=1), day))
    opened = dict(before.filter(state="open").values_list("source", "carried"))
    assert dict(today.filter(carried__gt=0).values_list("source", "carried")) == {
        s: n + 1 for s, n in opened.items()
    }
    assert set(today.values_list("source", flat=True)) & set(before.values_list("source", flat=True)) == set(
        opened
    )


@pytest.mark.parametrize("start", STARTS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=days)
def test_it_always_adds_up(cast: Cast, start: date, plan: list[list[tuple[str, int, str]]]) -> None:
    with (
        transaction.atomic(),
        time_machine.travel(hour("07:30", start), tick=False) as clock,
    ):
        for letter in ("a", "a2", "b", "v"):
            incident(area_of(cast, letter), hour("07:00", start))
        for n, moves in enumerate(plan):
            day = start + timedelta(days=n)
            clock.move_to(hour("08:01", day))
            run_digest(kind="morning", street=cast.street, day=day)
            if n:
                chain(cast, day)
            clock.move_to(hour("12:00", day))
            on_time = [one for one in moves if one[0] != "late"]
            for one in on_time:
                do(cast, day, *one)
            clock.move_to(hour("20:01", day))
            run_digest(kind="evening", street=cast.street, day=day)
            check(cast, day)
            clock.move_to(hour("20:30", day))
            for one in moves:
                if one[0] == "late":
                    do(cast, day, *one)
            late = Obligation.objects.filter(late=True)
            assert all(o.answered_at and o.answered_at > o.due_at for o in late)
        transaction.set_rollback(True)
