"""A station's case through the workflow, as far as a test needs it, and who takes part."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from grids.models import Area, Post, Role, Unit
from mediation.models import Brand, Dispute, Mediator, Room
from mediation.workflow import agreements, moves
from mediation.workflow.agreements import Terms
from mediation.workflow.intake import CaseText, register
from mediation.workflow.parties import PartyText
from shared.dates import today
from tests.cast import PASSWORD, Cast

APPLICANT = PartyText(
    side="applicant",
    name="陈翀",
    id_number="331081199001010013",
    phone="13900001234",
    address="河边村一区26号",
    consent="agreed",
)
RESPONDENT = PartyText(
    side="respondent",
    name="阿依古丽·买买提",
    id_number="331081198505050022",
    phone="13900005678",
    consent="agreed",
)


def opened(cast: Cast, actor: User | None = None, station: Unit | None = None, **fields: Any) -> Dispute:
    """A case as the mediator writes it down."""
    given: dict[str, Any] = {
        "client_id": uuid4(),
        "area": cast.village,
        "parties": [APPLICANT, RESPONDENT],
        "text": CaseText("neighbour", "application", "楼上漏水，天花板发霉。", address="河边村一区26号"),
    }
    made, _ = register(actor=actor or cast.mediator, station=station or cast.station, **{**given, **fields})
    return made


def accepted(cast: Cast, **fields: Any) -> Dispute:
    """And accepted."""
    case = opened(cast, **fields)
    moves.accept(dispute=case, actor=cast.mediator)
    return fresh(case)


def mediating(cast: Cast, **fields: Any) -> Dispute:
    """And being mediated."""
    case = accepted(cast, **fields)
    moves.start(dispute=case, action="mediate", actor=cast.mediator)
    return fresh(case)


def terms(**changed: Any) -> Terms:
    """An agreement that holds what the law names."""
    given: dict[str, Any] = {
        "form": "written",
        "facts": "楼上水管漏水，楼下天花板发霉。",
        "responsibility": "楼上负责修理和赔偿。",
        "content": "十五日内修好水管，赔偿3000元。",
        "manner": "one_payment",
        "signed_on": today(),
        "term_on": today() + timedelta(days=15),
        "amount": 3000,
        "currency": "CNY",
    }
    return Terms(**{**given, **changed})


def performing(cast: Cast, **changed: Any) -> Dispute:
    """Agreed and in effect."""
    case = mediating(cast)
    agreements.conclude(dispute=case, actor=cast.mediator, terms=terms(**changed))
    return fresh(case)


def fresh(case: Dispute) -> Dispute:
    """Read again."""
    return Dispute.objects.select_related("matter__area", "station__area").get(pk=case.pk)


def user_at(username: str, role: str, area: Area, unit: Unit | None) -> User:
    """Somebody more, with one post."""
    user = User(username=username, name=f"{username}示例")
    user.set_password(PASSWORD)
    user.save()
    Post.objects.create(
        user=user,
        area=area,
        unit=unit,
        role=Role.objects.get(code=role),
        starts_on=today() - timedelta(days=9),
    )
    return user


class Station:
    """The cast's station furnished, another one beside it, and a department."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.room = Room.objects.create(station=cast.station, name="一号调解室")
        self.other = Unit.objects.create(kind="station", name="凤屏联勤工作站", area=cast.other_village)
        self.other_mediator = user_at("othermed", "mediator", cast.other_village, self.other)
        self.justice = Unit.objects.create(kind="department", name="城东司法所", area=cast.street)
        self.justice_liaison = user_at("justice", "liaison", cast.street, self.justice)
        self.labour = Unit.objects.create(kind="department", name="综合执法中队", area=cast.street)
        self.labour_liaison = user_at("labour", "liaison", cast.street, self.labour)
        self.brand = Brand.objects.create(station=cast.station, name="老梁调解室", fields=["neighbour"])
        self.profile = Mediator.objects.create(
            user=cast.mediator, station=cast.station, brand=self.brand, fields=["tenancy"]
        )


@pytest.fixture
def station(cast: Cast) -> Station:
    """Furnished."""
    return Station(cast)


def hour(n: int) -> Any:
    """The full hour n hours from now."""
    return timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=n)
