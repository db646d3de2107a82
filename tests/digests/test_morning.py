"""The morning alert: what it asks of whom."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from digests.workflow import run_digest, top_up
from grids.models import Area, Post, Target
from grids.workflow import log_visit
from matters.models import Matter, Notice, Obligation
from matters.obligations import excuse
from matters.workflow import advance
from shared.errors import InvalidInput
from tests.cast import Cast
from tests.digests.conftest import Clock
from tests.digests.street import DAY, asked, digest, hour, incident, night, overdue, sums

pytestmark = pytest.mark.servers


@pytest.fixture(autouse=True)
def _morning(clock: Clock) -> None:
    """At 08:01 of DAY."""


def alert(cast: Cast, **given: Any) -> Any:
    return run_digest(**{"kind": "morning", "street": cast.street, "day": DAY, **given})


@pytest.mark.parametrize(
    ("occurred", "asked_for"),
    [
        ("08:00", True),
        ("23:59", True),
        ("07:59", False),
    ],
)
def test_the_window_is_the_day_before_from_eight_to_eight(cast: Cast, occurred: str, asked_for: bool) -> None:
    incident(cast.grid_a, night(occurred))
    incident(cast.grid_a, hour("08:00"))
    alert(cast)
    assert asked(cast.grid_a) == ([("incident", "open")] if asked_for else [])


def test_a_late_file_is_asked_for_on_the_next_morning_and_only_there(cast: Cast) -> None:
    older = incident(cast.grid_a, night() - timedelta(days=1), moved_at=night("21:00"))
    incident(cast.grid_a, night() - timedelta(days=3), moved_at=night("21:00"))
    alert(cast)
    assert Obligation.objects.get().matter == older


def test_a_file_imported_after_the_day_asks_for_no_more_than_the_window(cast: Cast) -> None:
    incident(cast.grid_a, night() - timedelta(days=1), moved_at=hour("14:00"))
    within = incident(cast.grid_a, night(), moved_at=hour("14:00"))
    alert(cast)
    assert Obligation.objects.get().matter == within


def test_who_has_the_ball_is_asked(cast: Cast) -> None:
    incident(cast.grid_a, night())
    incident(cast.village, night())
    incident(cast.grid_a2, night(), state="accepted")
    incident(cast.street, night(), state="reported")
    overdue(cast.grid_b, cast.neighbour, state="echoed")
    alert(cast)
    assert asked(cast.grid_a) == [("incident", "open")]
    assert asked(cast.village) == [("incident", "open")] * 2
    assert asked(cast.street) == [("incident", "open")]
    assert asked(cast.grid_a2) == asked(cast.grid_b) == []
    assert asked(cast.other_village) == [("overdue", "open")]


@pytest.mark.parametrize(("calls", "colour"), [(0, ""), (1, "yellow"), (2, "red"), (5, "red")])
def test_repeats_of_an_address_are_counted_over_thirty_days(cast: Cast, calls: int, colour: str) -> None:
    for n in range(calls):
        incident(cast.grid_a, night() - timedelta(days=29 - n), address_key="河边村一区26号")
    incident(cast.grid_a, night() - timedelta(days=31), address_key="河边村一区26号")
    incident(cast.grid_a, night(), address_key="河边村一区26号")
    alert(cast)
    owed = Obligation.objects.get()
    assert (owed.kind, owed.colour) == (("repeat", colour) if colour else ("incident", ""))
    if calls:
        assert f"30天内第{calls + 1}次" in owed.detail
        assert owed.detail.count("日纠纷") == calls


def test_a_caller_repeats_across_grids_and_hears_of_his_own_only(cast: Cast) -> None:
    incident(cast.grid_b, night() - timedelta(days=5), caller_phone="13900001111")
    incident(cast.grid_a, night() - timedelta(days=9), caller_phone="13900001111")
    incident(cast.grid_a, night(), caller_phone="13900001111")
    incident(cast.grid_a2, night(), caller_phone="")
    incident(cast.grid_a2, night(), caller_phone="")
    alert(cast)
    owed = Obligation.objects.get(area=cast.grid_a)
    assert (owed.kind, owed.colour) == ("repeat", "red")
    assert owed.detail.startswith("30天内第3次（前有11月14日纠纷）")
    assert asked(cast.grid_a2) == [("incident", "open")] * 2


def test_what_qualifies_twice_is_asked_once(cast: Cast) -> None:
    matter = incident(cast.grid_a, night(), address_key="x")
    incident(cast.grid_a, night("22:00"), address_key="x")
    Matter.objects.filter(pk=matter.pk).update(due_at=hour("01:00"))
    alert(cast)
    assert Obligation.objects.get(matter=matter).kind == "repeat"


def test_visits_are_asked_when_due_and_not_suspended(cast: Cast) -> None:
    cast.target(name="昨天到期", due_on=DAY - timedelta(days=1))
    cast.target(name="今天到期", due_on=DAY)
    cast.target(name="明天到期", due_on=DAY + timedelta(days=1))
    cast.target(name="停业", due_on=DAY, suspended_on=DAY)
    cast.target(name="移出", due_on=DAY, is_active=False)
    alert(cast)
    details = dict(Obligation.objects.values_list("title", "detail"))
    assert set(details) == {"昨天到期", "今天到期"}
    yesterday = DAY - timedelta(days=1)
    assert f"，{yesterday.month}月{yesterday.day}日到期，" in details["昨天到期"]
    assert details["今天到期"] == f"大排档，黄色，{DAY.month}月{DAY.day}日到期，河边村一区26号"


def test_a_person_is_masked_and_numbers_in_police_text_too(cast: Cast) -> None:
    cast.target(name="李四十", kind=Target.Kind.PERSON, category="elder_alone", address="一区9号", due_on=DAY)
    incident(cast.grid_a, night(), summary="报警人13900001111称被骗", address="王家 331081199001011234 旁")
    alert(cast)
    text = (
        " ".join(f"{o.title} {o.detail}" for o in Obligation.objects.all())
        + Notice.objects.filter(recipient=cast.worker).values_list("body", flat=True)[0]
    )
    assert "李**" in text
    for secret in ("李四十", "13900001111", "331081199001011234", "一区9号"):
        assert secret not in text
    assert "139****1111" in text


def test_what_was_done_before_the_alert_counts_as_done(cast: Cast, clock: Clock) -> None:
    clock(hour("07:30"))
    matter = incident(cast.grid_a, night())
    advance(matter=matter, action="echo", actor=cast.worker, note="已回访")
    target = cast.target(due_on=DAY - timedelta(days=1))
    cast.visit(target, DAY, visited_at=hour("07:10"), due_on=DAY - timedelta(days=1))
    Target.objects.filter(pk=target.pk).update(due_on=DAY + timedelta(days=14), last_visit_on=DAY)
    clock(hour("08:01"))
    alert(cast)
    assert asked(cast.grid_a) == [("incident", "done"), ("visit", "done")]
    assert sums(digest(cast.grid_a)) == (2, 2, 0, 0)
    owed = Obligation.objects.get(kind="visit")
    assert (owed.answered_by, owed.answered_at, owed.late) == (cast.worker, hour("07:10"), False)


def test_a_visit_that_answered_yesterday_late_is_not_asked_today(cast: Cast, clock: Clock) -> None:
    target = cast.target(due_on=DAY)
    alert(cast)
    run_digest(kind="evening", street=cast.street, day=DAY)
    after = DAY + timedelta(days=1)
    clock(hour("07:10", after))
    log_visit(
        target=target, actor=cast.worker, client_id=uuid4(), visited_at=None, met="principal", result="normal"
    )
    clock(hour("08:01", after))
    alert(cast, day=after)
    owed = Obligation.objects.get()
    assert (owed.business_date, owed.state, owed.late) == (DAY, "done", True)


def test_what_stayed_open_comes_back_one_day_older(cast: Cast, clock: Clock) -> None:
    matter = incident(cast.grid_a, night())
    target = cast.target(due_on=DAY)
    excused = incident(cast.grid_a, night("22:10"))
    alert(cast)
    run_digest(kind="evening", street=cast.street, day=DAY)
    for n in (1, 2):
        day = DAY + timedelta(days=n)
        clock(hour("08:05", day))
        alert(cast, day=day)
        owed = Obligation.objects.filter(business_date=day)
        assert dict(owed.values_list("source", "carried")) == {
            f"matter:{matter.pk}": n,
            f"target:{target.pk}": n,
            **({f"matter:{excused.pk}": 1} if n == 1 else {}),
        }
        assert owed.get(matter=matter).kind == "incident"
        if n == 1:
            excuse(obligation=owed.get(matter=excused), actor=cast.worker, reason="住户外出，后天回访")
    assert digest(cast.grid_a, day=DAY + timedelta(days=1)).snapshot["numbers"]["carried"] == 3


def test_what_was_answered_or_ended_does_not_come_back(cast: Cast, clock: Clock) -> None:
    done, gone = incident(cast.grid_a, night()), incident(cast.grid_a, night("22:00"))
    alert(cast)
    advance(matter=done, action="echo", actor=cast.worker, note="已回访")
    Matter.objects.filter(pk=gone.pk).update(
        state="closed", closed_at=hour("09:00"), outcome="settled", answer="好"
    )
    clock(hour("08:05", DAY + timedelta(days=1)))
    alert(cast, day=DAY + timedelta(days=1))
    assert not Obligation.objects.filter(business_date=DAY + timedelta(days=1)).exists()
    assert set(Obligation.objects.values_list("state", flat=True)) == {"done"}


def test_made_again_nothing_changes(cast: Cast) -> None:
    incident(cast.grid_a, night())
    first = alert(cast)
    rows = list(Obligation.objects.values()), list(Notice.objects.values())
    incident(cast.grid_a, night("22:00"))
    again = alert(cast)
    assert first.created
    assert (again.created, again.obligations, again.notices) == (False, 0, 0)
    assert rows == (list(Obligation.objects.values()), list(Notice.objects.values()))


def test_another_street_is_not_touched(cast: Cast) -> None:
    incident(cast.far_grid, night())
    cast.target(cast.far_grid, due_on=DAY)
    assert alert(cast).obligations == 0
    assert alert(cast, street=cast.far_street).obligations == 2


def test_a_day_to_come_is_refused(cast: Cast) -> None:
    with pytest.raises(InvalidInput):
        alert(cast, day=DAY + timedelta(days=1))


def test_late_incidents_are_topped_up_and_the_alert_stays_frozen(cast: Cast, clock: Clock) -> None:
    incident(cast.grid_a, night())
    alert(cast)
    incident(cast.grid_a, night("20:00"), moved_at=hour("10:00"))
    incident(cast.grid_a, hour("11:00"))
    clock(hour("12:00"))
    assert top_up(street=cast.street, day=DAY) == 2
    assert top_up(street=cast.street, day=DAY) == 0
    assert sums(digest(cast.grid_a)) == (1, 0, 0, 1)
    run_digest(kind="evening", street=cast.street, day=DAY)
    assert sums(digest(cast.grid_a, "evening")) == (3, 0, 0, 3)


def test_what_comes_too_late_to_be_answered_waits_for_the_morning(cast: Cast, clock: Clock) -> None:
    alert(cast)
    incident(cast.grid_a, hour("18:01"))
    clock(hour("18:05"))
    assert top_up(street=cast.street, day=DAY) == 0
    clock(hour("08:01", DAY + timedelta(days=1)))
    assert alert(cast, day=DAY + timedelta(days=1)).obligations == 1


def test_placing_by_hand_answers_the_street_and_asks_the_grid(cast: Cast, clock: Clock) -> None:
    matter = incident(cast.street, night(), state="reported", placed="tray")
    alert(cast)
    assert asked(cast.street) == [("incident", "open")]
    clock(hour("09:00"))
    advance(matter=matter, action="place", actor=cast.command, evidence={"area": cast.grid_a})
    assert asked(cast.street) == [("incident", "done")]
    assert top_up(street=cast.street, day=DAY) == 1
    assert asked(cast.grid_a) == [("incident", "open")]


@pytest.mark.parametrize(
    ("change", "state", "words"),
    [
        ({"is_active": False}, "excused", "已移出名册"),
        ({"suspended_on": DAY}, "excused", "暂停走访"),
        ({"due_on": DAY + timedelta(days=3)}, "excused", "应访日期已调整"),
    ],
)
def test_what_changed_unheard_is_settled_before_the_evening(
    cast: Cast, change: dict[str, Any], state: str, words: str
) -> None:
    target = cast.target(due_on=DAY)
    alert(cast)
    Target.objects.filter(pk=target.pk).update(**change)
    run_digest(kind="evening", street=cast.street, day=DAY)
    owed = Obligation.objects.get()
    assert (owed.state, owed.answer) == (state, words)


def test_a_target_that_moved_is_asked_of_its_new_grid(cast: Cast, clock: Clock) -> None:
    target = cast.target(due_on=DAY)
    alert(cast)
    Target.objects.filter(pk=target.pk).update(grid=cast.grid_b)
    clock(hour("08:01", DAY + timedelta(days=1)))
    alert(cast, day=DAY + timedelta(days=1))
    rows = Obligation.objects.order_by("id").values_list("area", "state", "answer", "carried")
    assert list(rows) == [(cast.grid_a.pk, "excused", "已转到别的网格", 0), (cast.grid_b.pk, "open", "", 0)]


def test_a_visit_that_slipped_past_the_alert_is_counted_as_done(cast: Cast) -> None:
    target = cast.target(due_on=DAY)
    alert(cast)
    cast.visit(target, DAY, visited_at=hour("08:00"), due_on=DAY)
    Target.objects.filter(pk=target.pk).update(due_on=DAY + timedelta(days=14), last_visit_on=DAY)
    run_digest(kind="evening", street=cast.street, day=DAY)
    owed = Obligation.objects.get()
    assert (owed.state, owed.answered_by, owed.answered_at) == ("done", cast.worker, hour("08:00"))


def test_everybody_who_reads_it_is_told_once(cast: Cast) -> None:
    cast.target(due_on=DAY)
    alert(cast)
    told = {
        username: list(Notice.objects.filter(recipient=user).values_list("subject", flat=True))
        for username, user in cast.people.items()
    }
    assert told["worker"] == ["早上预响 11月24日 河边村第一网格：应回应 1 件"]
    assert told["neighbour"] == ["早上预响 11月24日 楼山村第一网格：今天没有要回应的"]
    assert told["officer"] == ["早上预响 11月24日 河边村：应回应 1 件"]
    assert told["leader"] == told["command"] == ["早上预响 11月24日 城东街道：应回应 1 件"]
    assert told["police"] == ["早上预响 11月24日 城东街道：今天没有要回应的"]
    for username in ("landlord", "mediator", "liaison", "captain", "nobody", "far_worker", "administrator"):
        assert told[username] == []


def test_who_left_or_came_since_is_not_told_of_a_day_made_up_for(cast: Cast) -> None:
    """The digest of yesterday: the worker's post ended with it, the neighbour's begins today."""
    yesterday = DAY - timedelta(days=1)
    Post.objects.filter(user=cast.worker).update(ends_on=yesterday)
    Post.objects.filter(user=cast.neighbour).update(starts_on=DAY)
    alert(cast, day=yesterday)
    told = set(Notice.objects.values_list("recipient__username", flat=True))
    assert "officer" in told
    assert told.isdisjoint({"worker", "neighbour"})


def test_every_area_has_its_digest_and_queries_do_not_grow(cast: Cast, count_queries: Any) -> None:
    with count_queries() as few:
        alert(cast)
    for n in range(60):
        grid = Area.objects.plant(parent=cast.village, name=f"第{n}小网格", level=Area.Level.GRID)
        cast.target(grid, due_on=DAY)
        incident(grid, hour("09:00"))
    with count_queries() as many:
        alert(cast, day=DAY + timedelta(days=0), kind="evening")
    with count_queries() as next_day:
        alert(cast, day=DAY - timedelta(days=1))
    assert len(few) == len(next_day)
    assert len(many) <= len(few) + 4
    assert digest(cast.village, "evening").area_id == cast.village.pk
