"""Queries that are kept: built once, answered anew, never another's nor of a right that is gone."""

import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from grids import kept as module
from grids.kept import begun, kept
from grids.models import Area, Post
from matters import queries
from matters.models import Matter
from shared.plain import Statement, statement
from tests.cast import Cast


def again(user: User) -> User:
    """The user as the next request reads him."""
    return User.objects.get(pk=user.pk)


def names(rows: list[tuple[Any, ...]]) -> set[str]:
    """Names of areas."""
    return {name for (name,) in rows}


@pytest.mark.parametrize("begins", [False, True], ids=["statement", "queryset"])
def test_who_holds_something_else_asks_something_else(cast: Cast, begins: bool) -> None:
    built = []

    def build(user: User, right: str) -> Any:
        built.append(user.pk)
        rows = Area.objects.within(user, right).values_list("name")
        return rows if begins else statement(rows)

    ask = begun(build) if begins else kept(build)

    def seen(user: User) -> set[str]:
        return names(list(ask(again(user), "matters.view")))

    grids = {cast.grid_a.name, cast.grid_a2.name, cast.village.name}
    assert seen(cast.officer) == seen(cast.officer) == grids
    assert built == [cast.officer.pk], "built once"
    Area.objects.filter(pk=cast.grid_a2.pk).update(name="改名网格")
    assert "改名网格" in seen(cast.officer), "asked anew"
    assert cast.other_village.name in seen(cast.command), "another reader's own"
    post = Post.objects.get(user=cast.officer)
    post.role.rights = [right for right in post.role.rights if right != "matters.view"]
    post.role.save()
    assert seen(cast.officer) == set(), "the right is gone at once"
    Post.objects.filter(user=cast.command).update(area=cast.other_village)
    assert cast.grid_b.name in seen(cast.command)
    assert not seen(cast.command) & grids, "so is the territory"
    Post.objects.filter(user=cast.command).delete()
    assert seen(cast.command) == set()


def test_the_clock_goes_on_in_what_is_kept(cast: Cast) -> None:
    now = timezone.now()
    Matter.objects.create(
        kind="hazard",
        number="YH-kept-1",
        title="堵塞",
        area=cast.grid_a,
        state="reported",
        occurred_at=now,
        due_at=now + timedelta(minutes=5),
    )
    before = queries.standing(again(cast.officer))
    with time_machine.travel(now + timedelta(minutes=10)):
        after = queries.standing(again(cast.officer))
    assert (before["overdue"], after["overdue"]) == (0, 1)
    assert (before["waiting_overdue"], after["waiting_overdue"]) == (0, 1)


def test_only_so_many_are_kept(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    built = []

    @kept
    def numbered(user: User, number: int) -> Statement:
        built.append(number)
        return statement(Area.objects.filter(pk=cast.grid_a.pk).values_list("name"))

    for number in (1, 2, 3, 1):
        assert names(numbered(cast.officer, number)) == {cast.grid_a.name}
    assert built == [1, 2, 3, 1]


def test_threads_that_empty_it_for_each_other_still_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 1)
    monkeypatch.setattr(module, "held", lambda user: user)
    slow = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        numbered = module._keeping(lambda user, number: number + 1)
        with ThreadPoolExecutor(4) as pool:
            asked = [n % 7 for n in range(40_000)]
            assert list(pool.map(lambda n: numbered("anybody", n), asked)) == [n + 1 for n in asked]
    finally:
        sys.setswitchinterval(slow)
