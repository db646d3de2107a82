"""非警务分流: who may pass on what, the clock of each step, late ones told, the two rates, page and API."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from grids.models import Parameter, Post, Role, Unit
from incidents.diversions import queries
from incidents.diversions.models import Diversion
from incidents.diversions.workflow import flag_late
from incidents.facts import incident_diverted
from matters.models import Event, Matter, Notice
from matters.workflow import advance, available_actions
from shared.dates import today
from shared.errors import InvalidInput, NotAllowed, TransitionRefused
from tests.cast import Cast
from tests.incidents.diverted import diverted
from tests.incidents.made import incident

SignIn = Callable[[User], Client]
Api = Callable[[User], APIClient]
NOW = datetime.fromisoformat("2026-11-25T10:00:00+08:00")


@pytest.fixture
def clock(time_machine: Any) -> Callable[[float], None]:
    """`clock(3)`: three minutes after the passing-on."""

    def to(minutes: float) -> None:
        time_machine.move_to(NOW + timedelta(minutes=minutes), tick=False)

    to(0)
    return to


@pytest.fixture
def department(cast: Cast) -> Unit:
    """综合行政执法队, with one liaison."""
    unit = Unit.objects.create(kind="department", name="综合行政执法队", area=cast.street)
    Post.objects.filter(user=cast.liaison).update(unit=unit)
    return unit


def actions(matter: Matter, user: User) -> set[str]:
    fresh = Matter.objects.select_related("area").get(pk=matter.pk)
    person = User.objects.get(pk=user.pk)
    return {t.action for t in available_actions(fresh, person)} & {
        "divert", "sign", "contact", "arrive", "reply", "hand_back"
    }  # fmt: skip


def go(diversion: Diversion, actor: User, action: str, note: str = "") -> Event:
    matter = Matter.objects.get(pk=diversion.matter_id)
    return advance(matter=matter, action=action, actor=User.objects.get(pk=actor.pk), note=note)


def test_only_what_is_no_police_matter_is_passed_on(cast: Cast) -> None:
    dispute, theft = (incident(cast, incident_type=kind) for kind in ("dispute", "theft"))
    assert actions(dispute, cast.police) == actions(dispute, cast.command) == {"divert"}
    assert actions(theft, cast.police) == set()
    for user in (cast.worker, cast.officer, cast.mediator, cast.liaison, cast.leader):
        assert "divert" not in actions(dispute, user)
    with pytest.raises(TransitionRefused):
        advance(matter=theft, action="divert", actor=cast.police, evidence={"receiver": "command"})
    with pytest.raises(NotAllowed):
        advance(matter=dispute, action="divert", actor=cast.mediator, evidence={"receiver": "command"})


@pytest.mark.parametrize("receiver", ["", "x", "999999", "police"])
def test_it_goes_to_the_command_room_a_station_or_a_department(cast: Cast, receiver: str) -> None:
    wanted = str(cast.police_unit.pk) if receiver == "police" else receiver
    with pytest.raises(InvalidInput) as refused:
        advance(
            matter=incident(cast, incident_type="noise"),
            action="divert",
            actor=cast.police,
            evidence={"receiver": wanted},
        )
    assert refused.value.field == "receiver"
    assert not Diversion.objects.exists()


def test_the_steps_of_the_receiving_side_in_their_order(cast: Cast, clock: Any) -> None:
    diversion = diverted(cast, unit=cast.station)
    matter = diversion.matter
    order = (("sign", 0.5), ("contact", 2), ("arrive", 25))
    for action, minute in order:
        assert actions(matter, cast.mediator) - {"hand_back", "reply"} == {action}
        for other in {"sign", "contact", "arrive"} - {action}:
            with pytest.raises(TransitionRefused):
                go(diversion, cast.mediator, other)
        clock(minute)
        go(diversion, cast.mediator, action)
        with pytest.raises(TransitionRefused):
            go(diversion, cast.mediator, action)
    diversion.refresh_from_db()
    assert [step.at and (step.at - NOW).total_seconds() / 60 for step in diversion.steps()] == [
        0.5,
        2,
        25,
        None,
    ]
    assert not any(step.late(timezone.now()) for step in diversion.steps())
    assert Matter.objects.get(pk=matter.pk).state == "handling"
    clock(600)
    go(diversion, cast.mediator, "reply", "双方和解")
    clock(700)
    advance(
        matter=Matter.objects.get(pk=matter.pk),
        action="verify",
        actor=cast.command,
        evidence={"outcome": "settled", "answer": "已调解"},
    )
    diversion.refresh_from_db()
    assert (diversion.ending, diversion.closed_at) == ("closed", timezone.now())
    assert [event.label for event in matter.events.order_by("id")][1:] == [
        "分流", "签收", "已联系", "已到场", "回复办结", "审核销号"
    ]  # fmt: skip


def test_only_the_receiving_side_and_the_command_room_act(cast: Cast, department: Unit) -> None:
    diversion = diverted(cast, unit=department)
    can = {name for name, user in cast.people.items() if "sign" in actions(diversion.matter, user)}
    assert can == {"liaison", "command"}
    to_room = diverted(cast)
    can = {name for name, user in cast.people.items() if "sign" in actions(to_room.matter, user)}
    assert can == {"command"}
    with pytest.raises(TransitionRefused):
        go(to_room, cast.liaison, "sign")


def test_settled_by_telephone_nobody_need_go(cast: Cast, clock: Any) -> None:
    diversion = diverted(cast, unit=cast.station)
    go(diversion, cast.mediator, "sign")
    go(diversion, cast.mediator, "contact")
    go(diversion, cast.mediator, "reply", "电话里讲和了")
    diversion.refresh_from_db()
    assert [step.waived for step in diversion.steps()] == [False, False, True, False]
    clock(60)
    assert flag_late() == 0


def test_handed_back_it_can_be_passed_on_again(cast: Cast, clock: Any) -> None:
    diversion = diverted(cast, unit=cast.station)
    with pytest.raises(InvalidInput):
        go(diversion, cast.mediator, "hand_back")
    go(diversion, cast.mediator, "hand_back", "是打架，要民警来")
    diversion.refresh_from_db()
    assert (diversion.ending, diversion.pending()) == ("handed_back", None)
    clock(5)
    assert flag_late() == 0
    matter = Matter.objects.get(pk=diversion.matter_id)
    assert matter.state == "accepted"
    advance(matter=matter, action="divert", actor=cast.police, evidence={"receiver": "command"})
    assert Diversion.objects.filter(matter=matter, ended_at=None).get().unit is None


def test_other_moves_end_it_or_answer_it(cast: Cast) -> None:
    echoed, assigned, cancelled = (diverted(cast) for _ in range(3))
    go(echoed, cast.worker, "echo", "网格员劝和了")
    echoed.refresh_from_db()
    assert echoed.answered_at is not None
    go(echoed, cast.officer, "redo", "再去一次")
    advance(matter=assigned.matter, action="assign", actor=cast.command, evidence={"area": cast.grid_b})
    go(cancelled, cast.command, "cancel", "误报")
    for one, ending in ((echoed, ""), (assigned, "reassigned"), (cancelled, "cancelled")):
        one.refresh_from_db()
        assert (one.ending, one.answered_at) == (ending, None)


def test_one_runs_at_a_time(cast: Cast) -> None:
    diversion = diverted(cast)
    with pytest.raises(TransitionRefused):
        advance(matter=diversion.matter, action="divert", actor=cast.police, evidence={"receiver": "command"})
    with pytest.raises(IntegrityError), transaction.atomic():
        Diversion.objects.create(
            matter=diversion.matter, diverted_by=cast.police, diverted_at=NOW,
            sign_by=NOW, contact_by=NOW, arrive_by=NOW, close_by=NOW,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("minute", "told"),
    [(0.9, []), (1, ["sign"]), (3, ["sign", "contact"]), (31, ["sign", "contact", "arrive"]),
     (1441, ["sign", "contact", "arrive", "close"])],
)  # fmt: skip
def test_the_sweep_tells_each_passed_limit_once(
    cast: Cast, clock: Any, minute: float, told: list[str]
) -> None:
    diversion = diverted(cast, unit=cast.station)
    clock(minute)
    assert flag_late() == len(told)
    assert flag_late() == 0
    sources = Notice.objects.filter(source__startswith=f"diversion:{diversion.pk}:")
    assert set(sources.values_list("source", flat=True)) == {
        f"diversion:{diversion.pk}:{code}" for code in told
    }
    if told:
        heard = set(sources.filter(source__endswith=told[-1]).values_list("recipient__username", flat=True))
        leaders = {"leader"} if told[-1] == "close" else set()
        assert heard == {"mediator", "command", "police"} | leaders
    assert Event.objects.filter(matter=diversion.matter, action="late").count() == len(told)


def test_the_sweep_minute_by_minute_and_what_was_done_in_time(cast: Cast, clock: Any) -> None:
    diversion = diverted(cast, unit=cast.station)
    clock(0.5)
    go(diversion, cast.mediator, "sign")
    found = []
    for minute in range(1, 40):
        clock(minute)
        if minute == 5:
            go(diversion, cast.mediator, "contact")
        if flag_late():
            found.append(minute)
    assert found == [3, 30]
    diversion.refresh_from_db()
    contact = list(diversion.steps())[1]
    assert contact.late(timezone.now())


def test_limits_stay_as_they_were_when_it_was_passed_on(cast: Cast, clock: Any) -> None:
    before = diverted(cast)
    Parameter.objects.filter(code="divert_sign_minutes").update(value=5)
    after = diverted(cast)
    assert [round((one.sign_by - NOW).total_seconds() / 60) for one in (before, after)] == [1, 5]


def test_the_fact_is_told_with_all_that_the_van_needs(cast: Cast) -> None:
    heard: list[dict[str, Any]] = []

    def hear(**told: Any) -> None:
        heard.append(told)

    incident_diverted.connect(hear)
    try:
        diversion = diverted(cast, unit=cast.station)
    finally:
        incident_diverted.disconnect(hear)
    (told,) = heard
    assert (told["matter"].pk, told["incident"].pk) == (diversion.matter_id, diversion.matter_id)
    assert (told["diversion"], told["unit"], told["actor"]) == (diversion, cast.station, cast.police)
    notice = Notice.objects.get(source=f"diversion:{diversion.pk}", channel="inbox")
    assert (notice.recipient, notice.urgency) == (cast.mediator, "now")
    assert "139" not in notice.subject + notice.body


def test_both_rates_with_their_parts(cast: Cast, clock: Any) -> None:
    for _ in range(4):
        incident(cast, at=NOW)
    quick, slow, running, back = (diverted(cast) for _ in range(4))
    Matter.objects.update(occurred_at=NOW)
    go(back, cast.command, "hand_back", "不归我们")
    Diversion.objects.filter(pk=quick.pk).update(ended_at=NOW + timedelta(hours=23), ending="closed")
    Diversion.objects.filter(pk=slow.pk).update(ended_at=NOW + timedelta(hours=25), ending="closed")
    rates = queries.rates(cast.command, today(), today())
    assert (rates["diverted"].numerator, rates["diverted"].denominator) == (3, 8)
    assert (rates["quick"].numerator, rates["quick"].denominator) == (1, 2)
    clock(60 * 24 + 1)
    assert queries.rates(cast.command, NOW.date(), NOW.date())["quick"].denominator == 3
    assert queries.rates(cast.far_command, NOW.date(), NOW.date())["quick"].rate is None
    assert running.pending() is not None


def test_one_tap_from_the_list_and_a_second_tap_is_no_error(cast: Cast, as_user: SignIn, clock: Any) -> None:
    diversion = diverted(cast, unit=cast.station)
    client = as_user(cast.mediator)
    page = client.get("/incidents/diversions/").content.decode()
    assert "没签收" in page
    assert ">签收</button>" in page
    for _ in range(2):
        sent = {"action": "sign", "next": "list"}
        assert client.post(f"/incidents/diversions/{diversion.pk}/", sent).status_code == 302
    assert Event.objects.filter(matter=diversion.matter, action="sign").count() == 1
    assert "分流率" not in client.get("/incidents/diversions/").content.decode()
    assert "分流率" in as_user(cast.command).get("/incidents/diversions/").content.decode()
    page = client.get(f"/incidents/diversions/{diversion.pk}/").content.decode()
    assert "张三丰" not in page
    assert "13900001234" not in page
    assert "已联系" in page
    stale = client.post(f"/incidents/diversions/{diversion.pk}/", {"action": "contact", "version": "1"})
    assert stale.status_code == 409
    for sent, status in (({"action": "x"}, 409), ({"action": "reply", "note": "a\x00b"}, 400)):
        assert client.post(f"/incidents/diversions/{diversion.pk}/", sent).status_code == status
    clock(10)
    page = as_user(cast.police).get("/incidents/diversions/?view=late").content.decode()
    assert "超时未联系" in page
    assert ">已联系</button>" not in page


def test_what_goes_to_the_command_room_is_in_its_hand(cast: Cast, as_user: SignIn) -> None:
    other = Unit.objects.create(kind="command", name="别的指挥室", area=cast.far_street)
    room = Unit.objects.create(kind="command", name="城东指挥室", area=cast.street)
    diversion = diverted(cast)
    assert Matter.objects.get(pk=diversion.matter_id).unit == room != other
    assert diversion.unit is None, "the room is no station or department"
    page = as_user(cast.police).get(f"/matters/{diversion.matter_id}/").content.decode()
    assert "<h2>城东指挥室</h2>" in re.sub(r"<h2[^>]*>\s*([^<]*?)\s*</h2>", r"<h2>\1</h2>", page)
    go(diversion, cast.command, "hand_back", "不归我们管")
    assert Matter.objects.get(pk=diversion.matter_id).unit is None


def test_my_day_begins_with_what_the_police_passed_on(
    cast: Cast, as_user: SignIn, department: Unit, clock: Any
) -> None:
    at_room, at_unit = diverted(cast), diverted(cast, unit=department)
    for user, mine, others in (
        (cast.command, at_room, at_unit),
        (cast.liaison, at_unit, at_room),
    ):
        page = as_user(user).get("/").content.decode()
        assert f'href="/incidents/diversions/{mine.pk}/"' in page, user
        assert f'href="/incidents/diversions/{others.pk}/"' not in page, user
        assert "等签收：纠纷" in page
    go(at_room, cast.command, "sign")
    assert "等联系：纠纷" in as_user(cast.command).get("/").content.decode()
    assert "公安分流给您的" not in as_user(cast.officer).get("/").content.decode()
    go(at_room, cast.command, "contact")
    go(at_room, cast.command, "reply", "电话里和解了")
    assert "公安分流给您的" not in as_user(cast.command).get("/").content.decode(), "answered"


def test_a_units_people_see_their_own_only(cast: Cast, as_user: SignIn, api: Api, department: Unit) -> None:
    to_station, to_department, far = (
        diverted(cast, unit=cast.station),
        diverted(cast, unit=department),
        diverted(cast, far=True),
    )
    seen = {
        "mediator": {to_station.pk},
        "liaison": {to_department.pk},
        "police": {to_station.pk, to_department.pk},
        "command": {to_station.pk, to_department.pk},
        "far_command": {far.pk},
        "worker": set(),
    }
    for name, wanted in seen.items():
        answer = api(cast.people[name]).get("/api/v1/incidents/diversions/")
        assert {row["id"] for row in answer.json()["results"]} == wanted, name
    assert as_user(cast.mediator).get(f"/incidents/diversions/{to_department.pk}/").status_code == 404


def test_steps_by_the_api(cast: Cast, api: Api) -> None:
    diversion = diverted(cast, unit=cast.station)
    path = f"/api/v1/incidents/diversions/{diversion.pk}/steps/"
    answer = api(cast.mediator).post(path, {"step": "sign"})
    assert (answer.status_code, answer.json()["due"]) == (200, "contact")
    again = api(cast.mediator).post(path, {"step": "sign"})
    assert again.status_code == 409
    steps = set(again.json()["allowed"]) & {"divert", "sign", "contact", "arrive", "hand_back"}
    assert steps == {"contact", "hand_back"}
    assert api(cast.mediator).post(path, {"step": "fly"}).status_code == 400
    rows = api(cast.command).get("/api/v1/incidents/diversions/?view=running&format=csv")
    assert "九龙湖联勤工作站" in rows.content.decode()


@pytest.mark.parametrize("path", ["/incidents/diversions/", "/api/v1/incidents/diversions/"])
def test_the_list_costs_the_same_at_two_sizes(
    cast: Cast, as_user: SignIn, count_queries: Any, path: str
) -> None:
    client, spent = as_user(cast.command), []
    for _ in range(2):
        for _ in range(6):
            diverted(cast, unit=cast.station)
        client.get(path)
        with count_queries() as seen:
            assert client.get(path).status_code == 200
        spent.append(len(seen))
    assert spent[0] == spent[1] <= 12, seen


def test_a_role_without_the_right_sees_no_diversions(cast: Cast, as_user: SignIn) -> None:
    statuses = {
        name: as_user(user).get("/incidents/diversions/").status_code for name, user in cast.people.items()
    }
    allowed = {name for name, status in statuses.items() if status == 200}
    assert allowed == {"command", "police", "mediator", "liaison", "far_command"}
    assert Role.objects.filter(rights__contains=["diversions.take"]).count() == 3
