"""回避: everybody who mediates or advises is compared with every party, by phone, name and home."""

from typing import Any

import pytest

from accounts.models import User
from mediation.models import Agent, Brand, Dispute, Mediator, Party
from mediation.workflow import joint, moves
from tests.cast import Cast
from tests.mediation.cases import Station, fresh, mediating, opened, user_at
from tests.mediation.made import party

pytestmark = pytest.mark.django_db


def told(case: Dispute, as_user: Any, reader: User) -> str:
    return str(as_user(reader).get(f"/mediation/{case.pk}/").content.decode())


def with_phone(user: User, phone: str = "13900005678") -> User:
    """The respondent's number."""
    user.phone = phone
    user.save()
    return user


def case_of(cast: Cast, helper: str, station: Station) -> tuple[Dispute, User]:
    """A case in which somebody with the respondent's phone takes part in one way."""
    case = mediating(cast)
    if helper == "mediator":
        moves.assign(dispute=case, actor=cast.leader, mediator=cast.mediator)
        return case, cast.mediator
    if helper == "helper":
        beside = user_at("beside", "mediator", cast.village, cast.station)
        moves.assign(dispute=case, actor=cast.leader, mediator=cast.mediator, helpers=[beside])
        return case, beside
    if helper == "department":
        joint.invite(dispute=case, actor=cast.mediator, unit=station.justice, question="请到场")
        return case, station.justice_liaison
    lawyer = user_at("lawyer", "mediator", cast.other_village, station.other)
    brand = Brand.objects.create(station=station.other, name="女律师联盟")
    Mediator.objects.create(user=lawyer, station=station.other, brand=brand)
    joint.invite(dispute=case, actor=cast.mediator, brand=brand, question="请到场")
    return case, lawyer


HELPERS = ("mediator", "helper", "department", "brand")


@pytest.mark.parametrize("helper", HELPERS)
def test_the_same_phone(cast: Cast, station: Station, as_user: Any, helper: str) -> None:
    case, user = case_of(cast, helper, station)
    assert "回避" not in told(case, as_user, cast.mediator)
    with_phone(user)
    assert f"{user.name}与被申请人阿**同一电话，应当回避" in told(case, as_user, cast.mediator)


@pytest.mark.parametrize("helper", HELPERS)
def test_the_same_name(cast: Cast, station: Station, as_user: Any, helper: str) -> None:
    case, user = case_of(cast, helper, station)
    User.objects.filter(pk=user.pk).update(name="陈翀")
    assert "陈翀与申请人陈**同名，请确认" in told(case, as_user, cast.mediator)


def test_the_same_home(cast: Cast, station: Station, as_user: Any) -> None:
    """Known from an earlier case in which the mediator was a party himself, or from the visit list."""
    case, user = case_of(cast, "helper", station)
    with_phone(user, "13900007777")
    text = f"{user.name}与申请人陈**同一住址，请确认"
    assert text not in told(case, as_user, cast.mediator)
    target = cast.target(kind="person", name=user.name, phone="13900007777", address="河边村一区26号")
    assert text in told(case, as_user, cast.mediator)
    target.delete()
    before = opened(cast, parties=[])
    own = party(before, name=user.name, id_number="", phone="13900007777")
    Party.objects.filter(pk=own.pk).update(address_key=case.parties.get(side="applicant").address_key)
    assert text in told(case, as_user, cast.mediator)


def test_two_of_one_home_are_both_named(cast: Cast, station: Station, as_user: Any) -> None:
    case, user = case_of(cast, "helper", station)
    for number, person in enumerate((user, cast.mediator)):
        with_phone(person, f"1390000666{number}")
        cast.target(kind="person", name=person.name, phone=f"1390000666{number}", address="河边村一区26号")
    page = told(case, as_user, cast.mediator)
    assert f"{user.name}与申请人陈**同一住址" in page
    assert f"{cast.mediator.name}与申请人陈**同一住址" in page


def test_who_acts_for_a_party_counts_as_it(cast: Cast, station: Station, as_user: Any) -> None:
    case, user = case_of(cast, "department", station)
    with_phone(user, "13900008888")
    Agent.objects.create(
        party=case.parties.get(side="applicant"), role="agent", name="王示例", phone="13900008888"
    )
    assert f"{user.name}与申请人陈**的委托代理人同一电话" in told(case, as_user, cast.mediator)


def test_who_declined_is_not_compared(cast: Cast, station: Station, as_user: Any) -> None:
    case, user = case_of(cast, "department", station)
    with_phone(user)
    invitation = case.invitations.get()
    joint.answer(invitation=invitation, actor=user, accepts=False, advice="本人与当事人相识")
    assert "应当回避" not in told(fresh(case), as_user, cast.mediator)
