"""The pages and the API of cases: who sees which, how they are found, and what a form says."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from matters.models import Matter
from mediation import suggest
from mediation.models import Dispute, FollowUp, Mediator, Record
from mediation.workflow import joint, moves
from mediation.workflow.agreements import Part
from shared.dates import local, today
from shared.jinja import moment_text
from tests.cast import Cast
from tests.incidents.made import incident
from tests.mediation.cases import RESPONDENT, Station, fresh, mediating, opened, performing, user_at
from tests.mediation.made import dispute, party


def intake(cast: Cast, **changed: Any) -> dict[str, Any]:
    """The intake page as filled in."""
    given: dict[str, Any] = {
        "client_id": str(uuid4()),
        "dispute_type": "neighbour",
        "source": "application",
        "facts": "楼上漏水，天花板发霉",
        "address": "河边村一区26号",
        "station": cast.station.pk,
        "area": cast.village.pk,
        "risk": "none",
        "currency": "CNY",
    }
    for n, (side, name) in enumerate((("applicant", "龢䶮"), ("respondent", "阿依古丽•买买提"))):
        given |= {
            f"party-{n}-side": side,
            f"party-{n}-name": name,
            f"party-{n}-kind": "person",
            f"party-{n}-document": "id_card",
            f"party-{n}-phone": f"1390000777{n}",
        }
    for n in (2, 3):
        given |= {
            f"party-{n}-side": "applicant",
            f"party-{n}-kind": "person",
            f"party-{n}-document": "id_card",
        }
    return {**given, **changed}


def now(case: Dispute) -> dict[str, int]:
    """What each form of the case carries along."""
    return {"version": fresh(case).matter.version}


def test_intake_is_one_page_and_sent_twice_one_case(cast: Cast, as_user: Any) -> None:
    client, sent = as_user(cast.mediator), intake(cast)
    assert client.get("/mediation/new/").status_code == 200
    for _ in range(2):
        done = client.post("/mediation/new/", sent)
    case = Dispute.objects.get()
    assert done.headers["Location"] == f"/mediation/{case.pk}/"
    assert [p.name for p in case.parties.order_by("side")] == ["龢䶮", "阿依古丽·买买提"]
    assert case.matter.title == "邻里纠纷：河边村一区26号"
    page = client.get(f"/mediation/{case.pk}/").content.decode()
    assert "龢**" in page
    assert "龢䶮" not in page
    assert "13900007770" not in page


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"party-0-id_number": "331081199001010014"}, "末位校验不符"),
        ({"party-0-id_number": "3310811990010100"}, "现在是 16 位"),
        ({"party-0-name": "王2"}, "姓名只含文字"),
        ({"party-0-name": "王\ue000"}, "自造字"),
        ({"party-0-phone": "123"}, "电话号码不对"),
        ({"party-0-phone": "1e999"}, "电话号码不对"),
        ({"party-1-name": "龢䶮"}, "同名"),
        ({"dispute_type": ""}, "请选一项"),
        ({"amount": "0"}, "大于 0"),
        ({"occurred_at": "2099-01-01T08:00"}, "在现在之后"),
        ({"party-0-name": ""}, "请填写这一项"),
    ],
)
def test_intake_says_what_is_wrong_and_keeps_what_was_typed(
    cast: Cast, as_user: Any, changed: dict[str, str], words: str
) -> None:
    done = as_user(cast.mediator).post("/mediation/new/", intake(cast, **changed))
    page = done.content.decode()
    assert done.status_code == 400
    assert words in page
    assert "楼上漏水" in page
    assert not Dispute.objects.exists()


@pytest.mark.parametrize(
    "word",
    ["龢䶮", "古丽", "阿依古丽•买买提", "ayglmmt", "5678", "13900005678", "331081198505050022", "一区26号"],
)
def test_a_case_is_found_by_name_initials_phone_and_number(cast: Cast, as_user: Any, word: str) -> None:
    case = dispute(cast)
    party(case, name="龢䶮"), party(case, "respondent")
    other = dispute(cast)
    Matter.objects.filter(pk=other.pk).update(title="合同纠纷")
    Dispute.objects.filter(pk=other.pk).update(address="")
    party(other, name="林某某", phone="13911110000", id_number="")
    client = as_user(cast.mediator)
    page = client.get("/mediation/", {"q": word}).content.decode()
    assert f"/mediation/{case.pk}/" in page
    assert f"/mediation/{other.pk}/" not in page


def test_a_case_is_found_by_its_number(cast: Cast, as_user: Any) -> None:
    case = mediating(cast)
    page = as_user(cast.leader).get("/mediation/", {"q": case.case_no}).content.decode()
    assert f"/mediation/{case.pk}/" in page


def test_other_stations_cases_are_not_there(cast: Cast, station: Station, as_user: Any, api: Any) -> None:
    case = mediating(cast)
    for user, status in (
        (cast.mediator, 200),
        (station.other_mediator, 404),
        (cast.leader, 200),
        (cast.command, 200),
        (station.justice_liaison, 404),
        (cast.worker, 403),
        (cast.far_command, 404),
        (cast.police, 404),
    ):
        assert as_user(user).get(f"/mediation/{case.pk}/").status_code == status, user.username
        assert api(user).get(f"/api/v1/cases/{case.pk}/").status_code == status
    for address in ("/mediation/", "/matters/"):
        page = as_user(station.other_mediator).get(address, {"view": "all"}).content.decode()
        assert f"/{case.pk}/" not in page
    assert as_user(station.other_mediator).get(f"/matters/{case.pk}/").status_code == 404
    assert api(station.other_mediator).get(f"/api/v1/matters/{case.pk}/").status_code == 404
    assert as_user(station.other_mediator).get(f"/mediation/{case.pk}/do/invite/").status_code == 404
    assert as_user(cast.mediator).get(f"/matters/{case.pk}/").headers["Location"] == f"/mediation/{case.pk}/"


def test_an_invited_department_sees_just_its_case(cast: Cast, station: Station, as_user: Any) -> None:
    case = mediating(cast)
    invitation = joint.invite(dispute=case, actor=cast.mediator, unit=station.justice, question="请协助")
    assert as_user(station.justice_liaison).get(f"/mediation/{case.pk}/").status_code == 200
    assert as_user(station.labour_liaison).get(f"/mediation/{case.pk}/").status_code == 404
    assert as_user(station.justice_liaison).get(f"/mediation/{case.pk}/do/fail/").status_code == 403
    joint.uninvite(invitation=invitation, actor=cast.mediator)
    assert as_user(station.justice_liaison).get(f"/mediation/{case.pk}/").status_code == 404


def test_home_begins_with_the_invitation_or_with_the_own_cases(
    cast: Cast, station: Station, as_user: Any
) -> None:
    case = mediating(cast)
    assert "项联合调解邀请" not in as_user(station.justice_liaison).get("/").content.decode()
    invitation = joint.invite(dispute=case, actor=cast.mediator, unit=station.justice, question="请协助")
    asked = as_user(station.justice_liaison).get("/").content.decode()
    assert "1 项联合调解邀请等您答复" in asked
    assert asked.count("btn--primary") == 1
    assert "您主办 1 件案件" in as_user(cast.mediator).get("/").content.decode()
    assert as_user(cast.nobody).get("/").status_code == 200
    joint.answer(invitation=invitation, actor=station.justice_liaison, accepts=True, advice="可以")
    assert "工作站正在调解" in as_user(station.justice_liaison).get(f"/mediation/{case.pk}/").content.decode()


def test_full_numbers_show_only_to_the_own_station(cast: Cast, station: Station, as_user: Any) -> None:
    case = mediating(cast)
    address = reverse("reveal", args=["party", case.parties.first().pk])  # type: ignore[union-attr]
    assert as_user(cast.mediator).get(address).status_code == 200
    assert as_user(station.other_mediator).get(address).status_code == 404
    shown = as_user(cast.mediator).post(address, {"reason": "核对当事人身份"}).content.decode()
    assert "331081" in shown


def test_each_step_has_a_page_and_ends_on_the_case(cast: Cast, station: Station, as_user: Any) -> None:
    case, client = opened(cast), as_user(cast.mediator)
    start = f"/mediation/{case.pk}/"
    assert "受理" in client.get(start).content.decode()
    for action in ("accept", "investigate", "mediate"):
        page = client.get(f"{start}do/{action}/")
        assert page.status_code == 200
        assert client.post(f"{start}do/{action}/", now(case)).headers["Location"] == start
    for action in (
        "amend",
        "plan",
        "invite",
        "agree",
        "party",
        "agent",
        "assign",
        "risk",
        "extend",
        "write",
        "fail",
    ):
        page = client.get(f"{start}do/{action}/")
        assert page.status_code == 200, action
        assert client.post(f"{start}do/{action}/", now(case)).status_code == 400, action
    assert client.get(f"{start}do/keep/").status_code == 404
    assert client.get(f"{start}do/nothing/").status_code == 404


def test_the_agreement_page_names_what_is_missing(cast: Cast, as_user: Any) -> None:
    case = mediating(cast)
    sent = {
        "form": "written",
        "facts": "漏水",
        "responsibility": "楼上修理",
        "content": "修好并赔偿",
        "manner": "one_payment",
        "term_on": "2099-01-01",
        "signed_on": str(case.received_on),
        "amount": "3000",
        "currency": "",
        **now(case),
    }
    client, address = as_user(cast.mediator), f"/mediation/{case.pk}/do/agree/"
    assert "请同时选择币种" in client.post(address, sent).content.decode()
    assert "请填写这一项" in client.post(address, {**sent, "term_on": ""}).content.decode()
    assert client.post(address, {**sent, "currency": "CNY"}).status_code == 302
    assert fresh(case).result == "success"


def test_performance_and_visits_are_written_on_their_pages(cast: Cast, as_user: Any) -> None:
    case, client = performing(cast), as_user(cast.mediator)
    start = f"/mediation/{case.pk}/"
    page = client.get(start).content.decode()
    assert "7天回访 " in page
    assert "起可以登记" in page
    assert "/do/visit/" not in page
    assert "由双方共同申请" in page
    assert (
        client.post(
            f"{start}do/keep/", {**now(case), "done_on": str(case.received_on), "proof": "收条"}
        ).status_code
        == 302
    )
    visited = {"done_on": str(case.received_on), "way": "phone", "finding": "kept"}
    assert "提前谈到的情况" in client.post(f"{start}do/visit/", {**visited, **now(case)}).content.decode()
    FollowUp.objects.update(due_on=case.received_on)
    assert "7天回访，" in client.get(start).content.decode()
    for _ in range(2):
        assert client.post(f"{start}do/visit/", {**visited, **now(case)}).status_code == 302
    assert fresh(case).matter.state == "followed"


def test_hints_tell_who_was_here_before(cast: Cast, station: Station, as_user: Any) -> None:
    incident(cast, caller_phone="13900005678", caller_name="阿依古丽")
    first = mediating(cast)
    other = opened(cast, actor=station.other_mediator, station=station.other)
    case = opened(cast)
    page = as_user(cast.mediator).get(f"/mediation/{case.pk}/").content.decode()
    assert f"另有案件 {first.case_no}" in page
    assert "另有 1 件" in page
    assert f"/mediation/{other.pk}/" not in page
    assert "此前警情" in page
    party_of = case.parties.get(side="applicant")
    party_of.name = cast.mediator.name
    party_of.save()
    moves.assign(dispute=case, actor=cast.leader, mediator=cast.mediator)
    assert "同名，请确认" in as_user(cast.mediator).get(f"/mediation/{case.pk}/").content.decode()


def test_lists_and_pages_ask_the_same_number_of_queries_at_two_sizes(
    cast: Cast, station: Station, as_user: Any, count_queries: Any
) -> None:
    client = as_user(cast.mediator)
    case = mediating(cast)
    addresses = ("/mediation/", f"/mediation/{case.pk}/", "/mediation/stations/", "/mediation/calendar/")

    def counts() -> list[int]:
        found = []
        for address in addresses:
            with count_queries() as seen:
                assert client.get(address).status_code == 200
            found.append(len(seen))
        return found

    dispute(cast), party(dispute(cast))
    counts()
    before = counts()
    for _ in range(4):
        more = dispute(cast)
        party(more), party(more, "respondent")
    assert counts() == before


def test_the_api_takes_a_case_and_its_steps(cast: Cast, station: Station, api: Any) -> None:
    client = api(cast.mediator)
    applicant = {"side": "applicant", "name": "陈翀", "id_number": "331081199001010013"}
    sent = {
        "client_id": str(uuid4()),
        "station": cast.station.pk,
        "area": cast.village.pk,
        "dispute_type": "tenancy",
        "facts": "退租不退押金",
        "parties": [applicant, {"side": "respondent", "name": RESPONDENT.name}],
    }
    answers = [client.post("/api/v1/cases/", sent, format="json") for _ in range(2)]
    assert [a.status_code for a in answers] == [201, 200]
    assert client.post("/api/v1/cases/", {**sent, "facts": "别的"}, format="json").status_code == 409
    wrong = {
        **sent,
        "client_id": str(uuid4()),
        "parties": [{**applicant, "id_number": "331081199001010014"}],
    }
    refused = client.post("/api/v1/cases/", wrong, format="json")
    assert refused.status_code == 400
    assert list(refused.json()["errors"]) == ["party-0-id_number"]
    key = answers[0].json()["id"]
    steps = f"/api/v1/cases/{key}/steps/"
    detail = client.post(steps, {"action": "accept", "version": 1}, format="json")
    assert detail.status_code == 200
    assert detail.json()["state"] == "accepted"
    assert detail.json()["parties"][0]["name"] == "陈**"
    assert client.post(steps, {"action": "accept", "version": 1}, format="json").status_code == 409
    now = detail.json()["version"]
    assert client.post(steps, {"action": "fail", "version": now}, format="json").status_code == 400
    said = {
        "action": "write",
        "kind": "mediation",
        "at": f"{local(timezone.now()):%Y-%m-%dT%H:%M}",
        "text": "谈过",
    }
    unread = client.post(steps, said, format="json")
    assert (unread.status_code, list(unread.json()["errors"])) == (400, ["version"])
    twice = [client.post(steps, {**said, "version": now}, format="json") for _ in range(2)]
    assert [answer.status_code for answer in twice] == [200, 409]
    assert Record.objects.filter(dispute=key).count() == 1
    assert twice[1].json()["version"] == twice[0].json()["version"]
    failed = {"action": "fail", "note": "差距太大", "version": twice[0].json()["version"]}
    assert client.post(steps, failed, format="json").status_code == 200
    rows = client.get("/api/v1/cases/", {"state": "failed"}).json()["results"]
    assert [row["id"] for row in rows] == [key]
    assert b"case_no" in client.get("/api/v1/cases/?format=csv").content
    assert {s["name"] for s in client.get("/api/v1/stations/").json()} == {
        cast.station.name,
        station.other.name,
    }


def test_the_best_fitting_mediator_stands_first(cast: Cast, station: Station, as_user: Any) -> None:
    other = user_at("second", "mediator", cast.village, cast.station)
    Mediator.objects.create(user=other, station=cast.station, fields=["labour"])
    busy = mediating(cast)
    neighbour, labour = (
        [choice.name for choice in suggest.mediators(cast.station, sort)] for sort in ("neighbour", "labour")
    )
    assert neighbour == [cast.mediator.name, other.name]
    assert labour == [other.name, cast.mediator.name]
    assert [c.load for c in suggest.mediators(cast.station, "neighbour")] == [1, 0]
    page = as_user(cast.mediator).get(f"/mediation/{busy.pk}/do/assign/").content.decode()
    assert "擅长，手上 1 件" in page
    assert page.index(cast.mediator.name) < page.index(other.name)


@pytest.mark.parametrize("state", ["archived", "rejected", "passed_on"])
def test_a_closed_case_promises_no_more_steps(cast: Cast, as_user: Any, state: str) -> None:
    result = {"archived": "success"}.get(state, state)
    case = dispute(cast, state=state, result=result, concluded_on=today())
    page = as_user(cast.mediator).get(f"/mediation/{case.pk}/").content.decode()
    assert "轮到您时" not in page


def test_the_next_step_names_each_action_once(cast: Cast, as_user: Any) -> None:
    parts = [Part(today(), Decimal(1000)), Part(today() + timedelta(days=5), Decimal(2000))]
    given = {"amount": Decimal(3000), "currency": "CNY", "term_on": today() + timedelta(days=9)}
    case = performing(cast, manner="instalments", parts=parts, **given)
    page = as_user(cast.mediator).get(f"/mediation/{case.pk}/").content.decode()
    panel = page[page.index('id="next"') : page.index('id="parties"')]
    assert panel.count("登记履行") == 1


def test_a_record_can_set_another_one_right(cast: Cast, as_user: Any) -> None:
    case, client = mediating(cast), as_user(cast.mediator)
    address = f"/mediation/{case.pk}/do/write/"
    assert "更正哪一份" not in client.get(address).content.decode()
    said = {"kind": "mediation", "at": f"{local(timezone.now()):%Y-%m-%dT%H:%M}", "text": "约定三千元"}
    client.post(address, {**said, **now(case)})
    first = case.records.get()
    named = f"调解记录，{moment_text(first.at)}，{cast.mediator.name}"
    assert named in client.get(address).content.decode()
    client.post(address, {**said, **now(case), "text": "应为三万元", "corrects": first.pk})
    assert case.records.get(corrects=first).text == "应为三万元"
