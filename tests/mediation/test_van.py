"""The van: asked, assigned from the roster, one tap for each step, late ones escalated."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, InternalError, transaction
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from grids.models import Unit
from matters.models import Notice
from mediation.models import Booking, Dispute, Session, Van, VanCall, VanEvent
from mediation.van import queries
from mediation.van.candidates import crews
from mediation.van.steps import limits
from mediation.van.workflow import ask_van, assign, assign_waiting, cancel, escalate_late, step
from shared.dates import at
from shared.errors import Conflict, InvalidInput, NotAllowed, NotFound
from tests.cast import Cast
from tests.incidents.made import incident
from tests.mediation import rostered as made
from tests.mediation.made import dispute

NOON = at(made.monday(), time(12))


@pytest.fixture
def clock() -> Any:
    """Noon of a Monday, standing still until it is moved."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def on_duty(cast: Cast, clock: Any) -> User:
    """The mediator on the day shift at the cast's station, which has a van."""
    made.patterns(cast.station)
    made.shift(cast.station, cast.mediator, made.monday() - timedelta(days=7))
    made.van(cast.station)
    return cast.mediator


def ask(cast: Cast, **more: Any) -> VanCall:
    given: dict[str, Any] = {"area": cast.grid_a, "address": "一区26号", "about": "邻里噪音争吵"}
    call, _ = ask_van(actor=cast.police, client_id=uuid4(), **{**given, **more})
    return call


def test_a_call_gets_the_van_and_the_mediator_on_duty_at_once(cast: Cast, on_duty: User) -> None:
    call = ask(cast)
    assert (call.state, call.mediator, call.van) == ("assigned", on_duty, Van.objects.get())
    assert Notice.objects.filter(source__startswith=f"van:{call.pk}", recipient=on_duty).exists()
    assert list(call.events.order_by("pk").values_list("action", flat=True)) == ["ask", "assign"]


def test_one_tap_for_each_step_and_the_second_tap_changes_nothing(
    cast: Cast, on_duty: User, clock: Any
) -> None:
    call = ask(cast)
    for minutes, action in ((1, "accept"), (2, "leave"), (20, "arrive")):
        clock.move_to(NOON + timedelta(minutes=minutes))
        step(actor=on_duty, call=call, action=action)
        step(actor=on_duty, call=call, action=action)
    with pytest.raises(InvalidInput, match="结果"):
        step(actor=on_duty, call=call, action="settle")
    done = step(actor=on_duty, call=call, action="settle", note="双方和解，约定夜里十点后不放音乐。")
    assert done.state == "settled"
    assert [e.action for e in call.events.order_by("pk")] == [
        "ask", "assign", "accept", "leave", "arrive", "settle", "case",
    ]  # fmt: skip
    told = Notice.objects.filter(recipient=cast.police, source__startswith=f"van:{call.pk}:told")
    assert told.count() == 4
    found = {m.limit.key: (m.kept, m.decided) for m in queries.measures(VanCall.objects.all(), limits())}
    assert found == {"accept": (1, 1), "leave": (1, 1), "arrive": (1, 1), "close": (1, 1)}


def closed(call: VanCall, mediator: User, action: str = "hand_over") -> VanCall:
    """The call, gone through to its end."""
    for each in ("accept", "leave", "arrive"):
        step(actor=mediator, call=call, action=each)
    return step(actor=mediator, call=call, action=action, note="双方要到站里继续谈。")


def test_one_call_becomes_one_case_and_nothing_is_typed_twice(cast: Cast, on_duty: User, clock: Any) -> None:
    directly = closed(ask(cast), on_duty)
    assert directly.case is not None
    assert (directly.case.kind, directly.case.unit) == ("dispute", cast.station)
    case = Dispute.objects.get(matter=directly.case)
    assert case.mediator == directly.mediator
    assert case.address == "一区26号"
    assert case.facts.startswith("邻里噪音争吵")
    matter = incident(cast)
    from_incident = closed(ask(cast, matter=matter), on_duty)
    assert Dispute.objects.get(origin=matter).matter == from_incident.case
    assert Dispute.objects.count() == 2


def test_steps_come_in_order_and_from_the_right_person(cast: Cast, on_duty: User) -> None:
    call = ask(cast)
    with pytest.raises(Conflict, match="签收"):
        step(actor=on_duty, call=call, action="arrive")
    with pytest.raises(NotAllowed):
        step(actor=cast.police, call=call, action="accept")
    with pytest.raises(NotFound):
        step(actor=cast.far_worker, call=call, action="accept")
    step(actor=made.head_of(cast), call=call, action="accept")


def test_a_van_is_in_one_call_and_the_next_call_waits_until_it_is_free(
    cast: Cast, on_duty: User, clock: Any
) -> None:
    first, second = ask(cast), ask(cast, address="二区3号")
    assert second.state == "waiting"
    with pytest.raises(IntegrityError, match="van_in_one_call"), transaction.atomic():
        VanCall.objects.filter(pk=second.pk).update(
            state="assigned", van=first.van, mediator=cast.liaison, assigned_at=NOON
        )
    other = made.van(cast.station, "浙J·D0002")
    with pytest.raises(IntegrityError, match="mediator_in_one_call"), transaction.atomic():
        VanCall.objects.filter(pk=second.pk).update(
            state="assigned", van=other, mediator=on_duty, assigned_at=NOON
        )
    for action in ("accept", "leave", "arrive"):
        step(actor=on_duty, call=first, action=action)
    step(actor=on_duty, call=first, action="hand_over", note="双方要到站里继续谈。")
    second.refresh_from_db()
    assert (second.state, second.mediator) == ("assigned", on_duty)


def test_without_anybody_on_duty_it_waits_and_the_sweep_assigns(
    cast: Cast, on_duty: User, clock: Any
) -> None:
    clock.move_to(NOON + timedelta(hours=10))
    call = ask(cast)
    assert call.state == "waiting"
    assert assign_waiting() == 0
    evening = made.person("晚班调解员", cast.village, unit=cast.station)
    made.shift(cast.station, evening, made.monday() - timedelta(days=7), "晚班")
    assert assign_waiting() == 1
    call.refresh_from_db()
    assert call.mediator == evening


def test_the_station_that_serves_the_place_comes_first(cast: Cast, on_duty: User) -> None:
    far = Unit.objects.create(kind="station", name="康惠联勤工作站", area=cast.other_village)
    made.patterns(far)
    second = made.person("康惠调解员", far.area, unit=far)
    made.shift(far, second, made.monday() - timedelta(days=7))
    made.van(far, "浙J·D0009")
    assert [crew.mediator for crew in crews(cast.grid_b)] == [second, on_duty]
    call = ask(cast)
    other = next(crew for crew in crews(cast.grid_a) if crew.mediator == second)
    assign(actor=cast.police, call=call, crew_key=other.key)
    call.refresh_from_db()
    assert call.mediator == second
    with pytest.raises(Conflict, match="另选"):
        assign(actor=cast.police, call=call, crew_key="1:2")


def test_what_is_late_is_escalated_once_for_each_limit(cast: Cast, on_duty: User, clock: Any) -> None:
    head, call = made.head_of(cast), ask(cast)
    assert escalate_late() == 0
    clock.move_to(NOON + timedelta(minutes=4))
    assert escalate_late() == 2
    assert escalate_late() == 0
    told = Notice.objects.filter(source=f"van:{call.pk}:late_accept")
    assert {cast.command.pk, head.pk, cast.police.pk} <= set(told.values_list("recipient", flat=True))
    clock.move_to(NOON + timedelta(hours=25))
    assert escalate_late() == 2
    found = {m.limit.key: (m.kept, m.decided) for m in queries.measures(VanCall.objects.all(), limits())}
    assert found["close"] == (0, 1)


def test_one_incident_has_one_call_however_often_it_is_sent(cast: Cast, on_duty: User) -> None:
    matter = incident(cast)
    given: dict[str, Any] = {"area": cast.grid_a, "address": "一区", "about": "争吵", "client_id": uuid4()}
    call, new = ask_van(actor=cast.police, matter=matter, **given)
    assert new
    assert call.matter == matter
    given["client_id"] = uuid4()
    assert ask_van(actor=cast.police, matter=matter, **given) == (call, False)
    first, new = ask_van(actor=cast.police, **{**given, "client_id": (key := uuid4())})
    assert new
    assert ask_van(actor=cast.police, **{**given, "client_id": key}) == (first, False)
    with pytest.raises(Conflict):
        ask_van(actor=cast.police, **{**given, "client_id": key, "about": "别的事"})


def test_cancelled_before_it_arrives_with_a_reason(cast: Cast, on_duty: User) -> None:
    call = ask(cast)
    with pytest.raises(InvalidInput):
        cancel(actor=cast.police, call=call, reason=" ")
    cancel(actor=cast.police, call=call, reason="双方已离开")
    cancel(actor=cast.police, call=call, reason="双方已离开")
    call.refresh_from_db()
    assert call.state == "cancelled"
    assert queries.measures(VanCall.objects.all(), limits())[0].decided == 0
    assert ask(cast).state == "assigned"


def test_bad_calls_are_refused_by_field_and_territory(cast: Cast, on_duty: User) -> None:
    for field in ("address", "about"):
        with pytest.raises(InvalidInput) as refused:
            ask(cast, **{field: " "})
        assert refused.value.field == field
    with pytest.raises(NotFound):
        ask(cast, area=cast.far_grid)


def test_the_log_cannot_be_changed(cast: Cast, on_duty: User) -> None:
    call = ask(cast)
    with pytest.raises(InternalError), transaction.atomic():
        VanEvent.objects.filter(call=call).update(note="改")
    with pytest.raises(InternalError), transaction.atomic():
        VanEvent.objects.filter(call=call).delete()


def test_pages_lead_the_police_and_the_mediator_through_a_call(
    cast: Cast, on_duty: User, as_user: Callable[[User], Client]
) -> None:
    matter = incident(cast)
    police, mediator = as_user(cast.police), as_user(on_duty)
    page = police.get(f"/mediation/van/new/?matter={matter.pk}")
    assert matter.title in page.content.decode()
    sent = {"client_id": uuid4(), "area": matter.area_id, "address": "一区26号", "about": "争吵"}
    answer = police.post(f"/mediation/van/new/?matter={matter.pk}", sent)
    call = VanCall.objects.get()
    assert answer["Location"] == f"/mediation/van/{call.pk}/"
    assert "调解车：已派车" in police.get(f"/matters/{matter.pk}/").content.decode()
    for action in ("accept", "leave", "arrive"):
        assert mediator.post(f"/mediation/van/{call.pk}/", {"action": action}).status_code == 302
    assert mediator.post(f"/mediation/van/{call.pk}/", {"action": "settle"}).status_code == 400
    mediator.post(f"/mediation/van/{call.pk}/", {"action": "settle", "note": "和解"})
    call.refresh_from_db()
    assert call.state == "settled"
    assert "和解" in police.get(f"/mediation/van/{call.pk}/").content.decode()
    assert police.get("/mediation/van/").status_code == 200


def test_the_matter_page_offers_the_van_to_the_police(
    cast: Cast, on_duty: User, as_user: Callable[[User], Client]
) -> None:
    matter = incident(cast)
    assert (
        f"/mediation/van/new/?matter={matter.pk}"
        in as_user(cast.police).get(f"/matters/{matter.pk}/").content.decode()
    )
    assert "/mediation/van/" not in _main(as_user(cast.worker).get(f"/matters/{matter.pk}/"))


def _main(answer: Any) -> str:
    return str(answer.content.decode().partition('id="main"')[2])


def test_the_list_costs_the_same_however_long_it_is(
    cast: Cast, on_duty: User, as_user: Callable[[User], Client], count_queries: Callable[[], Any]
) -> None:
    client, counts = as_user(cast.police), []
    client.get("/mediation/van/")
    for n in (2, 12):
        for _ in range(n):
            _closed(cast, on_duty, NOON)
        with count_queries() as seen:
            client.get("/mediation/van/")
        counts.append(len(seen))
    assert counts[0] == counts[1]


def _closed(cast: Cast, mediator: User, moment: datetime) -> VanCall:
    return VanCall.objects.create(
        client_id=uuid4(), payload_hash="", area=cast.grid_a, address="一区", about="争吵", state="settled",
        van=Van.objects.get(), mediator=mediator, asked_by=cast.police, asked_at=moment, assigned_at=moment,
        accepted_at=moment, left_at=moment, arrived_at=moment, closed_at=moment, outcome="和解",
    )  # fmt: skip


def test_the_api_asks_and_steps(cast: Cast, on_duty: User, api: Callable[[User], APIClient]) -> None:
    sent = {"client_id": str(uuid4()), "area": cast.grid_a.pk, "address": "一区26号", "about": "争吵"}
    first = api(cast.police).post("/api/v1/van-calls/", sent)
    assert (first.status_code, first.json()["state"]) == (201, "assigned")
    assert api(cast.police).post("/api/v1/van-calls/", sent).status_code == 200
    path = f"/api/v1/van-calls/{first.json()['id']}/steps/"
    assert api(on_duty).post(path, {"action": "accept"}).json()["state"] == "accepted"
    assert api(on_duty).post(path, {"action": "arrive"}).status_code == 409
    assert api(cast.police).post(path, {"action": "leave"}).status_code == 403
    assert len(api(cast.leader).get("/api/v1/van-calls/").json()["results"]) == 1


def test_who_and_what_is_in_a_sitting_is_not_sent_out(cast: Cast, on_duty: User, clock: Any) -> None:
    second = made.van(cast.station, "浙J·D0002")
    case = dispute(cast, state="mediating", mediator=cast.mediator)
    sitting = Session.objects.create(
        dispute=case,
        number=1,
        starts_at=NOON,
        ends_at=NOON + timedelta(hours=1),
        where="van",
        van=second,
        host=cast.mediator,
    )
    taken = {"session": sitting, "starts_at": sitting.starts_at, "ends_at": sitting.ends_at}
    Booking.objects.create(kind=Booking.Kind.VAN, resource=second.pk, **taken)
    assert [crew.van.plate for crew in crews(cast.grid_a)] == ["浙J·D0001"]
    Booking.objects.create(kind=Booking.Kind.PERSON, resource=on_duty.pk, **taken)
    assert crews(cast.grid_a) == []
    Session.objects.update(state="held")
    assert len(crews(cast.grid_a)) == 2


def test_the_log_on_paper_has_the_time_of_every_step(
    cast: Cast, on_duty: User, clock: Any, as_user: Callable[[User], Client]
) -> None:
    call = ask(cast)
    for minute, action in enumerate(("accept", "leave", "arrive"), start=1):
        clock.move_to(NOON + timedelta(minutes=minute))
        step(actor=on_duty, call=call, action=action)
    clock.move_to(NOON + timedelta(minutes=9))
    step(actor=on_duty, call=call, action="settle", note="和解")
    page = as_user(cast.police).get("/mediation/van/").content.decode()
    heads = page[page.index('id="log"') :]
    for head in ("签收", "出发", "到场", "办结"):
        assert f'<th scope="col" class="only-desk">{head}</th>' in heads
    assert [heads.index(f">12:0{n}<") for n in (1, 2, 3, 9)] == sorted(
        heads.index(f">12:0{n}<") for n in (1, 2, 3, 9)
    )
