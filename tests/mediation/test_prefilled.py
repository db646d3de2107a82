"""What is known is not asked again, what was typed is seen whole; what an official edits is no constant."""

from typing import Any

from grids.models import Parameter
from mediation.models import FollowUp, Letterhead
from mediation.papers.rendering import render
from mediation.papers.slots import slot_of
from shared.dates import today
from tests.cast import Cast
from tests.mediation.cases import fresh, mediating, opened, performing
from tests.mediation.test_typesetting import pages_of


def test_the_court_is_that_of_the_letterhead(cast: Cast, as_user: Any) -> None:
    case = performing(cast)
    Letterhead.objects.create(
        street=cast.street, word="城东", committee="城东街道人民调解委员会", court="台州市示例法院"
    )
    page = as_user(cast.mediator).get(f"/mediation/{case.pk}/do/confirm/").content.decode()
    assert 'value="台州市示例法院"' in page


def test_the_hours_to_answer_are_those_of_the_parameter(cast: Cast, as_user: Any) -> None:
    Parameter.objects.filter(code="mediation_answer_hours").update(value=36)
    page = as_user(cast.mediator).get(f"/mediation/{mediating(cast).pk}/do/invite/").content.decode()
    assert "不填按 36 小时" in page


def test_who_was_visited_stands_on_the_record_of_the_visit(cast: Cast, as_user: Any) -> None:
    case = performing(cast)
    FollowUp.objects.filter(dispute=case).update(due_on=today())
    visit = case.follow_ups.order_by("pk")[0]
    asked = case.parties.order_by("pk")[1]
    given = {"of": visit.pk, "done_on": today(), "asked": asked.pk, "way": "phone", "finding": "kept"}
    given["version"] = case.matter.version
    assert as_user(cast.mediator).post(f"/mediation/{case.pk}/do/visit/", given).status_code == 302
    case = fresh(case)
    page = "".join(pages_of(render(slot_of(case, "followup", visit.pk).content(case))))
    assert f"受访人{asked.name}回访方式电话" in page
    assert f"受访人（{asked.name}）" in page


def test_a_long_request_is_seen_whole(cast: Cast, as_user: Any) -> None:
    case = opened(cast)
    case.request = "一、修好漏水管；二、当面赔礼道歉；三、今后夜里十点以后不再施工，并在楼道里贴出告示。"
    case.save()
    page = as_user(cast.mediator).get(f"/mediation/{case.pk}/").content.decode()
    assert case.request in page
