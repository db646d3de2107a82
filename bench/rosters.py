"""A roster of sixty people for four weeks as a planner asks for it, against the bare solver."""

from datetime import timedelta
from uuid import uuid4

from django.db import transaction

from accounts.models import User
from bench.measure import Case
from bench.stage import Stage
from bench.wire import WrongAnswer
from grids.models import Unit
from mediation.models import Member, Proposal
from mediation.roster import people, solver
from mediation.roster.demand import seats_of
from mediation.roster.workflow import ask_proposal
from mediation.roster.workflow.proposals import run
from shared.dates import today

PEOPLE, DAYS, DAYS_WHEN_QUICK = 60, 28, 7


def roster_case(stage: Stage, quick: bool) -> Case:
    """Everything around the solver counts: reading what binds people, explaining gaps, writing the seats."""
    stations = list(Unit.objects.filter(kind="station", area__path__startswith=stage.streets[0].path))
    stations = stations[:1] if quick else stations
    planner, days = User.objects.get(username="command"), DAYS_WHEN_QUICK if quick else DAYS
    first = today() + timedelta(days=7 - today().weekday())
    while not quick and (missing := PEOPLE - _people(stations)) > 0:
        station = stations[missing % len(stations)]
        user = User.objects.create(username=uuid4().hex[:20], name="测速示例", is_demo=True)
        Member.objects.create(station=station, person=user)
    ids = [station.pk for station in stations]
    places = [solver.Place(seat.turn, (seat.station, seat.department)) for seat in seats_of(ids, first, days)]
    workers, _ = people.workers(ids, first, first + timedelta(days=days - 1))
    bound = people.limits()
    gaps = len(solver.solve(places, workers, bound).gaps)

    def by_hand() -> None:
        solver.solve(places, workers, bound)

    def really() -> None:
        with transaction.atomic():
            asked, _ = ask_proposal(
                actor=planner, client_id=uuid4(), stations=stations, starts_on=first, days=days
            )
            run(asked.pk)
            made = Proposal.objects.get(pk=asked.pk)
            if (made.report["seats"], made.report["gaps"]) != (len(places), gaps):
                raise WrongAnswer(f"A roster of {len(places)} seats and {gaps} gaps became {made.report}.")
            transaction.set_rollback(True)

    return Case("roster_60_people_4_weeks", 0.7, by_hand, really, share=0.01, most_rounds=3)


def _people(stations: list[Unit]) -> int:
    return Member.objects.filter(station__in=stations).values("person").distinct().count()
