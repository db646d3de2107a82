"""Two people at one roster in the same moment, on the real database."""

from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from grids import reference
from mediation.models import Proposal, Shift, Swap, VanCall
from mediation.roster.workflow import answer_swap, ask_swap, change_shift, publish
from mediation.van.workflow import ask_van
from shared.dates import today
from tests.cast import Cast, build_cast
from tests.matters.test_races import at_once
from tests.mediation import rostered as made


@pytest.fixture
def station(transactional_db: None) -> tuple[Cast, list[Any]]:
    reference.load()
    cast = build_cast()
    return cast, made.rostered(cast)


def test_of_two_publishers_one_wins_and_the_other_sees_why(station: tuple[Cast, list[Any]]) -> None:
    cast, _ = station
    plans = [made.proposal(cast) for _ in range(2)]

    def publishing(pk: int) -> Any:
        return lambda: publish(
            actor=User.objects.get(pk=cast.command.pk), proposal=Proposal.objects.get(pk=pk), version=1
        )

    assert sorted(at_once(*(publishing(plan.pk) for plan in plans))) == ["Conflict", "won"]
    assert Shift.objects.filter(version__gt=0).count() == 0
    assert Proposal.objects.filter(state="published").count() == 1


def test_one_shift_given_to_two_people_at_once_goes_to_one(station: tuple[Cast, list[Any]]) -> None:
    cast, team = station
    shift = made.shift(cast.station, team[0], made.monday())

    def giving(person: User) -> Any:
        return lambda: change_shift(
            actor=User.objects.get(pk=cast.command.pk), uid=shift.uid, version=0, person=person, reason="换人"
        )

    assert sorted(at_once(giving(team[1]), giving(team[2]))) == ["Conflict", "won"]
    assert Shift.objects.filter(uid=shift.uid).count() == 2


def test_one_person_put_on_two_shifts_at_once_gets_one(station: tuple[Cast, list[Any]]) -> None:
    cast, team = station
    shifts = [
        made.shift(cast.station, team[n], made.monday(), name) for n, name in enumerate(("白班", "晚班"))
    ]

    def giving(uid: Any) -> Any:
        return lambda: change_shift(
            actor=User.objects.get(pk=cast.command.pk), uid=uid, version=0, person=team[3], reason="换人"
        )

    assert sorted(at_once(*(giving(shift.uid) for shift in shifts))) == ["InvalidInput", "won"]


def test_two_swaps_that_would_tire_one_person_cannot_both_be_accepted(
    station: tuple[Cast, list[Any]],
) -> None:
    _, team = station
    unit = team[0].posts.get().unit
    day = made.shift(unit, team[0], made.monday(), "白班")
    evening = made.shift(unit, team[1], made.monday(), "晚班")
    swaps = [
        ask_swap(actor=who, client_id=uuid4(), given=shift.uid, other=team[2], taken=None, reason="有事")[0]
        for who, shift in ((team[0], day), (team[1], evening))
    ]

    def accepting(pk: int) -> Any:
        return lambda: answer_swap(
            actor=User.objects.get(pk=team[2].pk), swap=Swap.objects.get(pk=pk), accept=True
        )

    assert sorted(at_once(*(accepting(swap.pk) for swap in swaps))) == ["InvalidInput", "won"]
    assert Shift.objects.standing().filter(person=team[2]).count() == 1
    assert Swap.objects.filter(state="asked").count() == 1


def test_two_calls_at_once_never_share_a_van(station: tuple[Cast, list[Any]]) -> None:
    cast, team = station
    made.van(cast.station)
    for name in ("夜班", "白班", "晚班"):
        made.shift(cast.station, team[("夜班", "白班", "晚班").index(name)], today(), name)

    def asking(address: str) -> Any:
        return lambda: ask_van(
            actor=User.objects.get(pk=cast.police.pk),
            client_id=uuid4(),
            area=cast.grid_a,
            address=address,
            about="争吵",
        )

    assert at_once(asking("一区1号"), asking("一区2号")) == ["won", "won"]
    assert sorted(VanCall.objects.values_list("state", flat=True)) == ["assigned", "waiting"]
