"""Joint mediation: who is asked answers, nobody and nothing is in two places, what was said stays."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event, Timer
from typing import Any

import pytest
from django.db import connections, transaction
from django.utils import timezone

from accounts.models import User
from matters.models import Notice
from mediation.models import Booking, Dispute, Invitation, Session
from mediation.workflow import joint, moves, parties, sittings
from mediation.workflow.intake import CaseText
from mediation.workflow.parties import PartyText
from mediation.workflow.sittings import Sitting
from shared.errors import Conflict, InvalidInput, NotFound, TransitionRefused
from tests.cast import Cast
from tests.mediation.cases import Station, fresh, hour, mediating, opened


def sitting(station: Station, start: int = 24, **changed: Any) -> Sitting:
    """An hour in the station's room."""
    given: dict[str, Any] = {
        "starts_at": hour(start),
        "ends_at": hour(start + 1),
        "where": "room",
        "room": station.room,
    }
    return Sitting(**{**given, **changed})


def asked(case: Dispute, station: Station) -> Any:
    """The justice office, asked."""
    return joint.invite(
        dispute=case, actor=station.cast.mediator, unit=station.justice, question="请派员解释赔偿标准"
    )


def test_a_department_is_told_and_answers_once(cast: Cast, station: Station) -> None:
    case = mediating(cast)
    invitation = asked(case, station)
    assert invitation.answer_by - invitation.asked_at == timedelta(hours=24)
    assert Notice.objects.filter(recipient=station.justice_liaison, subject__startswith="请答复").exists()
    with pytest.raises(Conflict, match="已经邀请过"):
        asked(fresh(case), station)
    with pytest.raises(NotFound):
        joint.answer(invitation=invitation, actor=station.labour_liaison, accepts=True)
    with pytest.raises(InvalidInput, match="原因"):
        joint.answer(invitation=invitation, actor=station.justice_liaison, accepts=False)
    for _ in range(2):
        said = joint.answer(
            invitation=invitation, actor=station.justice_liaison, accepts=True, advice="赔偿以修复费用为限"
        )
    assert (said.answer, said.answered_by) == ("accepted", station.justice_liaison)
    with pytest.raises(InvalidInput, match="已经答复过"):
        joint.answer(invitation=said, actor=station.justice_liaison, accepts=False, advice="没空")
    assert Notice.objects.filter(recipient=cast.mediator, subject__contains="参加联合调解").count() == 1


def test_nobody_is_invited_to_a_closed_case(cast: Cast, station: Station) -> None:
    case = mediating(cast)
    invitation = asked(case, station)
    moves.end(dispute=fresh(case), action="fail", note="谈不成", actor=cast.mediator)
    invitation.refresh_from_db()
    assert invitation.answer == "cancelled"
    with pytest.raises(InvalidInput, match="已经结束"):
        joint.answer(invitation=invitation, actor=station.justice_liaison, accepts=True)
    with pytest.raises(TransitionRefused, match="调解不成"):
        joint.invite(dispute=fresh(case), actor=cast.mediator, unit=station.labour, question="请协助")


def test_a_brand_is_invited_and_its_member_answers(cast: Cast, station: Station) -> None:
    case = mediating(cast)
    invitation = joint.invite(dispute=case, actor=cast.mediator, brand=station.brand, question="请派员")
    joint.answer(invitation=invitation, actor=cast.mediator, accepts=True)
    with pytest.raises(InvalidInput, match="不能再取消"):
        joint.uninvite(invitation=invitation, actor=cast.mediator)


def test_one_room_one_sitting(cast: Cast, station: Station) -> None:
    first, second = mediating(cast), mediating(cast)
    planned = sittings.plan(dispute=first, actor=cast.mediator, sitting=sitting(station))
    assert {b.kind for b in planned.bookings.all()} == {Booking.Kind.PERSON, Booking.Kind.ROOM}
    with pytest.raises(Conflict, match="已有安排"):
        sittings.plan(dispute=second, actor=cast.mediator, sitting=sitting(station))
    assert not second.sessions.exists()
    assert fresh(second).matter.version == second.matter.version
    sittings.replan(session=planned, actor=cast.mediator, sitting=sitting(station, 25))
    sittings.plan(dispute=fresh(second), actor=cast.mediator, sitting=sitting(station))
    sittings.call_off(session=planned, actor=cast.mediator, note="当事人生病")
    assert not planned.bookings.exists()


@pytest.mark.django_db(transaction=True)
def test_of_eight_stations_at_once_one_gets_the_room(cast: Cast) -> None:
    station = Station(cast)
    cases = [mediating(cast) for _ in range(6)]
    hosts = [User.objects.create(username=f"host{n}", name=f"主持{n}") for n in range(6)]
    gate = Barrier(6)

    def run(n: int) -> bool:
        gate.wait()
        try:
            sittings.plan(dispute=cases[n], actor=cast.mediator, sitting=sitting(station), host=hosts[n])
        except Conflict:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(run, range(6))) == 1
    assert Session.objects.count() == 1
    assert Booking.objects.filter(kind=Booking.Kind.ROOM).count() == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"ends_at": hour(23)}, "ends_at"),
        ({"ends_at": hour(60)}, "ends_at"),
        ({"starts_at": hour(-99), "ends_at": hour(-98)}, "starts_at"),
        ({"room": None}, "room"),
        ({"where": "video"}, "link"),
        ({"where": "van"}, "van"),
        ({"where": "on_site"}, "place"),
    ],
)
def test_a_sitting_that_cannot_be_is_refused(
    cast: Cast, station: Station, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        sittings.plan(dispute=mediating(cast), actor=cast.mediator, sitting=sitting(station, **changed))
    assert refused.value.field == field


def test_what_was_said_becomes_a_record(cast: Cast, station: Station) -> None:
    case = mediating(cast)
    joint.answer(invitation=asked(case, station), actor=station.justice_liaison, accepts=True)
    planned = sittings.plan(dispute=fresh(case), actor=cast.mediator, sitting=sitting(station))
    assert {str(seat) for seat in planned.attendance.all()} == {
        *("陈**", "阿**", "城东司法所", cast.mediator.name),
    }
    with pytest.raises(InvalidInput, match="还没有开始"):
        sittings.hold(session=planned, actor=cast.mediator, minutes="谈过", present=[])
    Session.objects.update(starts_at=timezone.now() - timedelta(hours=1))
    planned.refresh_from_db()
    there = [seat.key for seat in planned.attendance.all() if seat.party_id]
    sittings.hold(session=planned, actor=cast.mediator, minutes="双方各让一步", present=there)
    record = case.records.get()
    assert (record.text, record.kind, record.session) == ("双方各让一步", "mediation", planned)
    assert planned.attendance.filter(present=True).count() == 2


def test_the_calendar_and_invitations_show_just_the_own(
    cast: Cast, station: Station, as_user: Any, count_queries: Any
) -> None:
    case, other = mediating(cast), opened(cast)
    sittings.plan(dispute=case, actor=cast.mediator, sitting=sitting(station))
    for user, seen in ((cast.mediator, True), (station.other_mediator, False), (cast.leader, True)):
        page = as_user(user).get("/mediation/calendar/").content.decode()
        assert ("第1次调解会" in page) is seen
    asked(fresh(case), station)
    client = as_user(station.justice_liaison)
    assert client.get(f"/mediation/{case.pk}/").status_code == 200
    assert client.get(f"/mediation/{other.pk}/").status_code == 404
    assert "等我答复" in client.get("/mediation/").content.decode()
    done = client.post(f"/mediation/invitations/{case.invitations.get().pk}/", {"answer": "accepted"})
    assert done.status_code == 302
    assert case.invitations.get().answer == "accepted"


def test_who_declined_keeps_its_answer_and_no_view_of_the_case(
    cast: Cast, station: Station, as_user: Any, api: Any
) -> None:
    case = mediating(cast)
    asked(case, station)
    client, address = as_user(station.justice_liaison), f"/mediation/invitations/{case.invitations.get().pk}/"
    said = {"answer": "declined", "advice": "不属本所职责，建议请住建办，电话13912345678"}
    told = client.post(address, said, follow=True)
    assert told.redirect_chain[-1][0] == "/mediation/invitations/"
    kept = told.content.decode()
    assert "不属本所职责" in kept
    assert "请派员解释赔偿标准" in kept
    assert "13912345678" not in kept
    assert f"/mediation/{case.pk}/" not in kept
    led = client.get(f"/mediation/{case.pk}/", follow=True)  # from the notice of the invitation
    assert led.redirect_chain == [("/mediation/invitations/", 302)]
    assert "已经谢绝或撤回" in led.content.decode()
    assert case.matter.title not in led.content.decode()
    assert api(station.justice_liaison).get(f"/api/v1/cases/{case.pk}/").status_code == 404
    assert case.matter.title not in client.get("/mediation/?view=all").content.decode()
    assert client.post(address, said).status_code == 302
    again = joint.invite(
        dispute=fresh(case), actor=cast.mediator, unit=station.justice, question="事情有变，请再看一看"
    )
    assert again.pk != case.invitations.order_by("pk")[0].pk
    assert client.get(f"/mediation/{case.pk}/").status_code == 200


@pytest.mark.parametrize(
    ("given", "why"),
    [({"answer": "declined", "advice": " "}, "请写明原因"), ({"advice": "可以分期，写明日期"}, "处要改")],
)
def test_a_refused_answer_keeps_what_was_typed(
    cast: Cast, station: Station, as_user: Any, given: dict[str, str], why: str
) -> None:
    case = mediating(cast)
    asked(case, station)
    client = as_user(station.justice_liaison)
    refused = client.post(f"/mediation/invitations/{case.invitations.get().pk}/", given)
    page = refused.content.decode()
    assert refused.status_code == 400
    assert why in page
    assert given["advice"].strip() in page
    assert ("checked" in page) is ("answer" in given)
    assert case.invitations.get().answer == ""


def test_who_joins_after_the_planning_is_on_the_list_of_the_sitting(
    cast: Cast, station: Station, as_user: Any
) -> None:
    case = mediating(cast)
    planned = sittings.plan(dispute=fresh(case), actor=cast.mediator, sitting=sitting(station))
    asked(fresh(case), station)
    joint.answer(invitation=case.invitations.get(), actor=station.justice_liaison, accepts=True)
    third = parties.add_party(
        dispute=fresh(case), actor=cast.mediator, text=PartyText(side="third", name="李示例")
    )
    Session.objects.update(starts_at=timezone.now() - timedelta(hours=1))
    client = as_user(cast.mediator)
    page = client.get(f"/mediation/{case.pk}/do/hold/").content.decode()
    for label in ("城东司法所", "第三人李**", "申请人陈**", "被申请人阿**"):
        assert label in page
    invitation = f"invitation-{case.invitations.get().pk}"
    given = {"present": [f"party-{third.pk}", invitation], "minutes": "谈过", "of": planned.pk}
    given["version"] = fresh(case).matter.version
    assert client.post(f"/mediation/{case.pk}/do/hold/", given).status_code == 302
    there = {seat.key for seat in planned.attendance.filter(present=True)}
    assert there == {f"party-{third.pk}", invitation}


def test_a_sitting_by_video_is_one_click_away(cast: Cast, station: Station, as_user: Any) -> None:
    case, link = mediating(cast), "https://meet.example.cn/j/123?k=1"
    by_video = sitting(station, where="video", room=None, link=link)
    planned = sittings.plan(dispute=fresh(case), actor=cast.mediator, sitting=by_video)
    client = as_user(cast.mediator)
    assert f'href="{link}"' in client.get(f"/mediation/{case.pk}/").content.decode()
    sittings.call_off(session=planned, actor=cast.mediator, note="改期再开")
    assert link not in client.get(f"/mediation/{case.pk}/").content.decode()


def test_a_helper_is_not_in_two_sittings_at_once(cast: Cast, station: Station) -> None:
    first, second = mediating(cast), mediating(cast)
    for case in (first, second):
        case.helpers.add(station.other_mediator)
    sittings.plan(dispute=fresh(first), actor=cast.mediator, sitting=sitting(station))
    Dispute.objects.filter(pk=second.pk).update(mediator=cast.leader)
    with pytest.raises(Conflict, match=station.other_mediator.name):
        sittings.plan(
            dispute=fresh(second),
            actor=cast.mediator,
            sitting=sitting(station, where="on_site", room=None, place="现场"),
        )


def test_numbers_in_texts_are_masked_for_who_is_only_invited(
    cast: Cast, station: Station, as_user: Any, api: Any
) -> None:
    """The police wrote them into their summary; the department needs them not, the own station does."""
    facts = "与13900005776的机主争吵，身份证330102196605040036。"
    case = mediating(cast, text=CaseText("neighbour", "police", facts, request="联系 139 0000 5776"))
    asked(case, station)
    for user, shown in ((station.justice_liaison, False), (cast.mediator, True)):
        page = as_user(user).get(f"/mediation/{case.pk}/").content.decode()
        told = api(user).get(f"/api/v1/cases/{case.pk}/").json()
        for text in (page, told["facts"]):
            assert ("13900005776" in text, "330102196605040036" in text) == (shown, shown)
            assert ("139****5776的机主" in text, "330102********0036" in text) == (not shown, not shown)
        assert told["request"] == ("联系 139 0000 5776" if shown else "联系 139****5776")


def test_an_invited_station_sees_the_case_and_keeps_its_hands_off(
    cast: Cast, station: Station, as_user: Any, api: Any
) -> None:
    """Its mediators handle cases at home: an invitation makes them guests (docs/decisions/0027)."""
    case = mediating(cast)
    joint.invite(dispute=case, actor=cast.mediator, unit=station.other, question="请派员")
    guest = as_user(station.other_mediator)
    assert guest.get(f"/mediation/{case.pk}/").status_code == 200
    paper = f"/mediation/{case.pk}/papers/make/application/0/"
    assert (guest.get(paper).status_code, guest.post(paper).status_code) == (403, 403)
    address = f"/api/v1/cases/{case.pk}/papers/"
    assert api(station.other_mediator).post(address, {"code": "application"}).status_code == 403
    assert guest.get(f"/mediation/{case.pk}/papers/scans/new/").status_code == 403
    assert not case.papers.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["uninvite", "end"])
def test_an_answer_and_the_end_at_once_are_one_after_the_other(cast: Cast, how: str) -> None:
    """An answer that was accepted while the case ends is never written over."""
    station = Station(cast)
    case = mediating(cast)
    invitation = asked(case, station)
    answering, may_go_on = Event(), Event()

    def answer() -> None:
        with transaction.atomic():
            joint.answer(invitation=invitation, actor=station.justice_liaison, accepts=True, advice="各半")
            answering.set()
            may_go_on.wait(10)
        connections.close_all()

    def stop() -> None:
        answering.wait(10)
        timer = Timer(0.5, may_go_on.set)
        timer.start()
        try:
            if how == "end":
                moves.end(dispute=fresh(case), action="fail", note="谈不成", actor=cast.mediator)
            else:
                with pytest.raises(InvalidInput, match="已经答复"):
                    joint.uninvite(invitation=Invitation.objects.get(), actor=cast.mediator)
        finally:
            may_go_on.set()
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(answer), pool.submit(stop)]:
            done.result()
    said = Invitation.objects.get()
    assert (said.answer, said.advice, said.answered_by) == ("accepted", "各半", station.justice_liaison)
