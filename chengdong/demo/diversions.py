"""What the police passed on: past ones with the times of their steps, some late, and one still running."""

from datetime import timedelta

from chengdong.demo.places import Street
from chengdong.demo.plan import Plan, moment
from grids.models import Term, Unit
from grids.vocabulary.schemes import DIVERTIBLE
from incidents.diversions.models import Diversion
from incidents.models import PoliceIncident

DAYS = 30
SHARE = 0.35
LIMITS = {"sign_by": 1, "contact_by": 3, "arrive_by": 30, "close_by": 1440}


def pass_on(plan: Plan, streets: list[Street]) -> int:
    """Diversions of the last days, settled when their matter was closed; how many."""
    types = Term.objects.filter(scheme="incident_type", group=DIVERTIBLE).values_list("code", flat=True)
    rows = []
    for street in streets:
        dice = plan.dice("diversions", street.number)
        stations = Unit.objects.filter(kind="station", area__path__startswith=f"/{street.id}/")
        units = [*stations.order_by("id"), None]
        found = (
            PoliceIncident.objects.filter(
                incident_type__in=list(types),
                to_mediation=False,
                matter__area__path__startswith=f"/{street.id}/",
                matter__occurred_at__gte=moment(plan.until - timedelta(days=DAYS), 0),
            )
            .exclude(placed=PoliceIncident.Placed.TRAY)
            .select_related("matter")
            .order_by("pk")
        )
        for incident in found:
            matter = incident.matter
            if dice.random() > SHARE:
                continue
            at = matter.occurred_at + timedelta(minutes=dice.randint(8, 30))
            signed = at + timedelta(seconds=dice.choice([20, 35, 50, 55, 95]))
            contacted = max(signed, at + timedelta(seconds=dice.choice([80, 120, 150, 170, 260])))
            arrived = at + timedelta(minutes=dice.choice([9, 14, 18, 22, 27, 38]))
            limits = {name: at + timedelta(minutes=n) for name, n in LIMITS.items()}
            closed = matter.closed_at and min(
                matter.closed_at, at + timedelta(hours=dice.choice([2, 4, 7, 11, 16, 21, 23, 27]))
            )
            answered = closed and max(arrived, closed - timedelta(hours=1))
            diversion = Diversion(
                matter=matter,
                unit=dice.choice(units),
                diverted_at=at,
                diverted_by_id=street.people["police"],
                signed_at=signed,
                contacted_at=contacted,
                arrived_at=arrived,
                answered_at=answered or (matter.moved_at if matter.state == "echoed" else None),
                ended_at=closed,
                ending=Diversion.Ending.CLOSED if closed else "",
                **limits,
            )
            diversion.look_again(arrived)
            rows.append(diversion)
    Diversion.objects.bulk_create(rows, batch_size=1000)
    return len(rows)
