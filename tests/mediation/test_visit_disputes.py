"""A dispute that a grid worker hears of on a visit becomes a case at the station, typed once."""

from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from grids.models import Visit
from grids.workflow import log_visit
from matters.models import Notice
from mediation.models import Dispute
from shared.errors import InvalidInput
from tests.cast import Cast
from tests.grids.test_visit_pages import AsUser, address, fields
from tests.grids.test_visits_api import VISITS, Api, body

pytestmark = pytest.mark.django_db

FOUND = {
    "dispute_type": "neighbour",
    "urgency": "watch",
    "facts": "楼上半夜放音乐，吵过两次。",
    "one": "陈翀",
    "other": "阿依古丽 • 买买提",
    "address": "",
}
TYPED = {
    "dispute_type": "neighbour",
    "dispute_one": "陈翀",
    "dispute_other": "李䶮",
    "dispute_facts": "楼上半夜放音乐",
    "dispute_urgency": "none",
}


def visited(cast: Cast, **found: str) -> tuple[Visit, bool]:
    return log_visit(
        target=cast.target(),
        actor=cast.worker,
        client_id=uuid4(),
        visited_at=None,
        met="principal",
        result="action",
        dispute={**FOUND, **found},
    )


def test_it_is_a_case_of_the_station_with_both_sides(cast: Cast) -> None:
    visit, _ = visited(cast)
    case = Dispute.objects.get()
    assert (case.station, case.source, case.risk, case.dispute_type) == (
        cast.station,
        "grid",
        "watch",
        "neighbour",
    )
    assert (case.matter.area, case.matter.state, case.matter.reporter) == (
        cast.grid_a,
        "registered",
        cast.worker,
    )
    assert case.address == visit.target.address
    assert [(p.side, p.name) for p in case.parties.order_by("side")] == [
        ("applicant", "陈翀"),
        ("respondent", "阿依古丽·买买提"),
    ]
    told = Notice.objects.get(recipient=cast.mediator, subject__startswith="新转来的纠纷")
    assert told.url == f"/mediation/{case.pk}/"
    assert not Notice.objects.filter(recipient=cast.police).exists()


def test_one_that_may_come_to_blows_is_told_the_police_at_once(cast: Cast) -> None:
    visited(cast, urgency="high")
    case = Dispute.objects.get()
    assert case.police_told_at is not None
    assert Notice.objects.filter(recipient=cast.police, subject__startswith="纠纷可能激化").exists()


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"dispute_type": "nothing"}, "dispute_type"), ({"other": "陈翀"}, "dispute_other")],
)
def test_what_is_refused_refuses_the_visit(cast: Cast, changed: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        visited(cast, **changed)
    assert refused.value.field == field
    assert not Visit.objects.exists()
    assert not Dispute.objects.exists()


def test_names_may_be_left_out(cast: Cast) -> None:
    visited(cast, one="", other="")
    assert not Dispute.objects.get().parties.exists()


def test_in_the_visit_form_twice_is_once(cast: Cast, as_user: AsUser) -> None:
    target, client = cast.target(), as_user(cast.worker)
    sent = fields(client.get(address(target)).content.decode())
    assert sent["dispute_address"] == target.address
    for _ in range(2):
        client.post(address(target), {**sent, "result": "action", **TYPED})
    case = Dispute.objects.get()
    assert [party.name for party in case.parties.order_by("side")] == ["陈翀", "李䶮"]
    page = client.get(f"/visits/{Visit.objects.get().pk}/").content.decode()
    assert case.matter.title in page
    assert "已登记" in page
    assert f"/mediation/{case.pk}/" not in page


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"dispute_facts": ""}, "请写明谁和谁"),
        ({"dispute_type": ""}, "请选择是什么纠纷"),
        ({"dispute_other": "陈翀"}, "同一个名字"),
    ],
)
def test_the_form_says_what_is_missing(cast: Cast, as_user: AsUser, changed: Any, told: str) -> None:
    target, client = cast.target(), as_user(cast.worker)
    sent = fields(client.get(address(target)).content.decode())
    answer = client.post(address(target), {**sent, "result": "action", **TYPED, **changed})
    assert answer.status_code == 400
    assert told in answer.content.decode()
    assert not Visit.objects.exists()


def test_form_and_outbox_send_the_same_visit(cast: Cast, as_user: AsUser, api: Api) -> None:
    """The phone that never heard the answer of the form sends it again by the API."""
    target = cast.target()
    client = as_user(cast.worker)
    at = timezone.localtime().replace(second=0, microsecond=0)
    sent = fields(client.get(address(target)).content.decode())
    client.post(address(target), {**sent, "result": "action", "visited_at": at.isoformat()[:16], **TYPED})
    found = {
        "dispute_type": "neighbour",
        "urgency": "none",
        "facts": TYPED["dispute_facts"],
        "one": "陈翀",
        "other": "李䶮",
        "address": target.address,
    }
    again = body(
        cast,
        client_id=sent["client_id"],
        target=target.pk,
        visited_at=at.isoformat(),
        result="action",
        dispute=found,
    )
    assert api(cast.worker).post(VISITS, again).status_code == 200
    assert Dispute.objects.count() == 1


@pytest.mark.parametrize(
    "wrong", [{"dispute_type": "neighbour"}, {**FOUND, "urgency": "soon"}, {**FOUND, "facts": ""}, "吵架"]
)
def test_the_api_names_the_part(cast: Cast, api: Api, wrong: Any) -> None:
    answer = api(cast.worker).post(VISITS, body(cast, dispute=wrong))
    assert answer.status_code == 400
    assert "dispute" in answer.json()["errors"]
