"""The register: versions, colours, suspension, removal, search; what each does to the owed visit."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from grids.models import DueChange, Target
from grids.workflow import add_target, edit_target, remove_target, resume, resume_ended, suspend
from shared.dates import today
from shared.errors import Conflict, InvalidInput, NotFound
from tests.cast import Cast

AsUser = Callable[[User], Client]


def days(n: int) -> timedelta:
    return timedelta(days=n)


def fresh(target: Target) -> Target:
    return Target.objects.get(pk=target.pk)


def test_a_new_target_is_due_one_interval_later_and_found_by_initials(cast: Cast) -> None:
    fields = {
        "kind": "person",
        "name": "陈示例",
        "category": "elder_alone",
        "colour": "red",
        "grid": cast.grid_a,
    }
    target = add_target(actor=cast.officer, fields=fields)
    assert (target.enrolled_on, target.due_on, target.initials) == (today(), today() + days(7), "csl")
    with pytest.raises(NotFound):
        add_target(actor=cast.officer, fields={**fields, "grid": cast.grid_b})


@pytest.mark.parametrize(
    ("last", "due", "colour", "expected"),
    [
        (10, 4, "red", 0),
        (3, 11, "red", 4),
        (10, 4, "green", 20),
        (20, -6, "red", -6),
        (20, -6, "green", -6),
        (14, 0, "green", 16),
    ],
    ids=[
        "stricter: due at once",
        "stricter: sooner",
        "milder: later",
        "overdue stays overdue",
        "milder does not forgive",
        "due today is not overdue",
    ],
)
def test_another_colour_counts_the_due_day_anew(
    cast: Cast, last: int, due: int, colour: str, expected: int
) -> None:
    target = cast.target(colour="yellow", last_visit_on=today() - days(last), due_on=today() + days(due))
    edit_target(target=target, actor=cast.officer, version=1, changes={"colour": colour})
    assert (fresh(target).due_on - today()).days == expected
    changes = list(DueChange.objects.values_list("due_on", "reason"))
    assert changes == ([] if due == expected else [(today() + days(due), "recoloured")])


def test_a_stale_edit_shows_the_difference_and_changes_nothing(cast: Cast) -> None:
    target = cast.target(kind="person", name="林阿婆", phone="13912345776")
    edit_target(target=target, actor=cast.officer, version=1, changes={"address": "二区1号"})
    with pytest.raises(Conflict) as refused:
        edit_target(
            target=target,
            actor=cast.command,
            version=1,
            changes={"address": "三区9号", "phone": "13900009999", "name": "林阿公", "note": ""},
        )
    assert refused.value.extra["version"] == 2
    assert refused.value.extra["difference"] == [
        ("address", "二区1号", "三区9号"),
        ("phone", "139****5776", "139****9999"),
        ("name", "林**", "林**"),
    ]
    assert fresh(target).address == "二区1号"


def test_an_edit_that_changes_nothing_is_no_version(cast: Cast) -> None:
    target = cast.target()
    edit_target(target=target, actor=cast.officer, version=1, changes={"address": target.address})
    assert fresh(target).version == 1


@pytest.mark.parametrize("act", ["edit", "suspend", "resume", "remove"])
@pytest.mark.parametrize("who", ["worker", "other_officer", "far_command", "leader"])
def test_nobody_else_manages_a_target(cast: Cast, who: str, act: str) -> None:
    target, actor = cast.target(), cast.people[who]
    acts: dict[str, Callable[[], object]] = {
        "edit": lambda: edit_target(target=target, actor=actor, version=1, changes={"colour": "red"}),
        "suspend": lambda: suspend(target=target, actor=actor, reason="住院", until=None),
        "resume": lambda: resume(target=target, actor=actor),
        "remove": lambda: remove_target(target=target, actor=actor),
    }
    with pytest.raises(NotFound):
        acts[act]()


def test_a_target_is_not_moved_out_of_the_territory(cast: Cast) -> None:
    target = cast.target()
    with pytest.raises(NotFound):
        edit_target(target=target, actor=cast.officer, version=1, changes={"grid": cast.grid_b})
    assert fresh(target).grid == cast.grid_a


def test_suspended_means_not_due_and_resumed_means_due_anew(cast: Cast) -> None:
    target = cast.target(due_on=today() - days(3))
    with time_machine.travel(timezone.now() - days(1)):
        suspend(target=target, actor=cast.officer, reason="住院：市一医院", until=None)
    assert not Target.objects.due(today()).exists()
    with pytest.raises(Conflict):
        suspend(target=target, actor=cast.officer, reason="外出", until=None)
    resume(target=target, actor=cast.officer)
    assert fresh(target).suspended_on is None
    assert fresh(target).due_on == today() + days(14)
    assert target.suspensions.get().ends_on == today()
    with pytest.raises(Conflict):
        resume(target=target, actor=cast.officer)


@pytest.mark.parametrize("due", [-3, 0, 5])
@pytest.mark.parametrize("until", [None, 0, 30])
def test_suspended_and_resumed_on_one_day_moves_nothing(cast: Cast, due: int, until: int | None) -> None:
    target = cast.target(due_on=today() + days(due))
    ends = None if until is None else today() + days(until)
    for _ in range(2):
        suspend(target=target, actor=cast.officer, reason="点错了", until=ends)
        resume(target=target, actor=cast.officer)
    assert (fresh(target).due_on, fresh(target).suspended_on) == (today() + days(due), None)
    assert not DueChange.objects.exists()
    assert list(target.suspensions.values_list("ends_on", flat=True)) == [today()] * 2
    assert Target.objects.due(today()).exists() == (due <= 0)


def test_colours_to_and_fro_on_one_day_move_nothing_overdue(cast: Cast) -> None:
    target = cast.target(colour="yellow", last_visit_on=today() - days(20), due_on=today() - days(6))
    for version, colour in enumerate(("green", "red", "green", "yellow"), 1):
        edit_target(target=target, actor=cast.officer, version=version, changes={"colour": colour})
        assert fresh(target).due_on == today() - days(6)
    assert not DueChange.objects.exists()


def test_until_cannot_lie_in_the_past(cast: Cast) -> None:
    with pytest.raises(InvalidInput) as refused:
        suspend(target=cast.target(), actor=cast.officer, reason="住院", until=today() - days(1))
    assert refused.value.field == "until"


def test_a_suspension_with_an_end_ends_by_itself_and_only_then(cast: Cast) -> None:
    until = today() + days(5)
    ending, open_ended = cast.target(colour="red"), cast.target()
    suspend(target=ending, actor=cast.officer, reason="外出", until=until)
    suspend(target=open_ended, actor=cast.officer, reason="停业", until=None)
    bare = cast.target(suspended_on=today())
    for day in (today(), until):
        with time_machine.travel(timezone.now() + (day - today())):
            assert resume_ended(day=day) == 0
    assert resume_ended(day=until + days(1)) == 1
    assert fresh(ending).suspended_on is None
    assert fresh(ending).due_on == until + days(1) + days(7)
    assert fresh(open_ended).suspended_on == today()
    assert fresh(bare).suspended_on == today()
    assert resume_ended(day=until + days(1)) == 0


def test_a_second_suspension_keeps_the_target_suspended(cast: Cast) -> None:
    target = cast.target()
    suspend(target=target, actor=cast.officer, reason="外出", until=today())
    resume(target=target, actor=cast.officer)
    suspend(target=target, actor=cast.officer, reason="住院", until=None)
    assert resume_ended(day=today() + days(9)) == 0
    assert fresh(target).suspended_on == today()


def test_removed_is_off_the_lists_and_its_visits_stay(cast: Cast, as_user: AsUser) -> None:
    target = cast.target()
    cast.visit(target)
    for _ in range(2):
        remove_target(target=target, actor=cast.officer)
    assert DueChange.objects.count() == 1
    client = as_user(cast.officer)
    assert target.name not in client.get("/targets/?group=place").content.decode()
    assert target.name in client.get("/targets/?state=removed").content.decode()
    assert client.get(f"/targets/{target.pk}/").status_code == 200
    assert target.visits.count() == 1


def found(client: Client, **query: Any) -> set[str]:
    rows = client.get("/targets/", query).content.decode().partition("<tbody>")[2].partition("</tbody>")[0]
    return {name for name in ("林**", "张**", "老渡口烧烤") if name in rows}


@pytest.fixture
def register(cast: Cast) -> Cast:
    person: dict[str, Any] = {"kind": "person", "id_number": "", "address": ""}
    cast.target(
        **{**person, "name": "林阿婆", "category": "elder_alone", "initials": "lap", "phone": "13911112222"}
    )
    cast.target(
        **{
            **person,
            "name": "张三多",
            "category": "correction",
            "initials": "zsd",
            "id_number": "331081194403150028",
        }
    )
    cast.target(initials="ldksk")
    return cast


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, {"林**"}),
        ({"group": "care"}, {"林**"}),
        ({"group": "control"}, {"张**"}),
        ({"group": "place"}, {"老渡口烧烤"}),
        ({"q": "阿婆"}, {"林**"}),
        ({"q": "ZS"}, {"张**"}),
        ({"q": "2222"}, {"林**"}),
        ({"q": " 139 1111 2222 "}, {"林**"}),
        ({"q": "１３９１１１１２２２２"}, {"林**"}),
        ({"q": "331081194403150028"}, {"张**"}),
        ({"q": "33108119440315002X"}, set()),
        ({"q": "13911112223"}, set()),
        ({"q": "一区26"}, {"老渡口烧烤"}),
        ({"q": "%"}, set()),
        ({"state": "due"}, {"林**", "张**", "老渡口烧烤"}),
        ({"state": "over"}, set()),
        ({"category": "food_stall"}, {"老渡口烧烤"}),
    ],
)
def test_search_and_groups(
    register: Cast, as_user: AsUser, query: dict[str, str], expected: set[str]
) -> None:
    assert found(as_user(register.worker), **query) == expected


def test_the_neighbour_finds_nobody(register: Cast, as_user: AsUser) -> None:
    client = as_user(register.neighbour)
    assert found(client, q="13911112222") == set()
    for target in Target.objects.all():
        assert client.get(f"/targets/{target.pk}/").status_code == 404


def test_no_page_of_a_person_shows_name_or_numbers(register: Cast, as_user: AsUser) -> None:
    for target in Target.objects.filter(kind="person"):
        for path in ("", "edit/", "suspend/", "remove/"):
            page = as_user(register.officer).get(f"/targets/{target.pk}/{path}").content.decode()
            for secret in (target.name, "13911112222", "331081194403150028"):
                assert secret not in page, (path, secret)


def form(target: Target, **changed: Any) -> dict[str, Any]:
    names = ("version", "category", "colour", "address", "note")
    return {**{name: getattr(target, name) for name in names}, "grid": target.grid_id, **changed}


def test_empty_personal_fields_stay_as_they_are(register: Cast, as_user: AsUser) -> None:
    target = Target.objects.get(name="林阿婆")
    client = as_user(register.officer)
    client.post(f"/targets/{target.pk}/edit/", form(target, address="一区8号"))
    assert (fresh(target).name, fresh(target).phone, fresh(target).address) == (
        "林阿婆",
        "13911112222",
        "一区8号",
    )
    client.post(f"/targets/{target.pk}/edit/", form(target, version=2, phone="13933334444", name="林婆婆"))
    assert (fresh(target).name, fresh(target).phone, fresh(target).initials) == (
        "林婆婆",
        "13933334444",
        "lpp",
    )
    assert found(client, q="13933334444") == {"林**"}


def test_the_page_of_a_stale_edit_shows_both_and_lets_one_save_knowingly(
    register: Cast, as_user: AsUser
) -> None:
    target = Target.objects.get(kind="place")
    client = as_user(register.officer)
    client.post(f"/targets/{target.pk}/edit/", form(target, colour="red", name=target.name))
    stale = form(target, address="三区9号", colour="green", name=target.name)
    answer = client.post(f"/targets/{target.pk}/edit/", stale)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "<td>红色</td><td>绿色</td>" in page
    assert 'name="version" value="2"' in page
    assert client.post(f"/targets/{target.pk}/edit/", {**stale, "version": 2}).status_code == 302
    assert fresh(target).address == "三区9号"


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"id_number": "331081194403150027"}, "校验"),
        ({"id_number": "3310811944031500"}, "16 位"),
        ({"phone": "123"}, "手机号"),
        ({"category": "elder_alone"}, ""),
        ({"colour": "blue"}, ""),
        ({"grid": "999999"}, ""),
    ],
)
def test_wrong_fields_are_named(register: Cast, as_user: AsUser, wrong: dict[str, str], word: str) -> None:
    target = Target.objects.get(kind="place")
    answer = as_user(register.officer).post(f"/targets/{target.pk}/edit/", form(target, **wrong))
    assert answer.status_code == 400
    assert word in answer.content.decode()
    assert fresh(target).version == 1


def test_enrolling_by_the_page(cast: Cast, as_user: AsUser) -> None:
    sent = {
        "kind": "person",
        "name": "王示例",
        "category": "elder_alone",
        "colour": "yellow",
        "grid": cast.grid_a2.pk,
        "phone": "13900001111",
    }
    client = as_user(cast.officer)
    assert client.post("/targets/new/", {**sent, "category": "bar"}).status_code == 400
    assert client.post("/targets/new/", {**sent, "grid": cast.grid_b.pk}).status_code == 400
    assert client.post("/targets/new/", sent).status_code == 302
    assert Target.objects.get().phone == "13900001111"
    assert as_user(cast.worker).get("/targets/new/").status_code == 403


def test_suspending_by_the_page(cast: Cast, as_user: AsUser) -> None:
    target = cast.target()
    client = as_user(cast.officer)
    sent = {"reason": "hospital", "note": "市一医院", "until": str(today() + days(9))}
    assert client.post(f"/targets/{target.pk}/suspend/", {**sent, "reason": "x"}).status_code == 400
    assert client.post(f"/targets/{target.pk}/suspend/", sent).status_code == 302
    assert target.suspensions.get().reason == "住院：市一医院"
    assert client.post(f"/targets/{target.pk}/suspend/", sent).status_code == 400
    assert client.post(f"/targets/{target.pk}/resume/").status_code == 302
    assert client.post(f"/targets/{target.pk}/remove/").status_code == 302
    assert not fresh(target).is_active
