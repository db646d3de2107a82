"""Police incidents that were passed on to the street, by the workflow."""

from grids.models import Unit
from incidents.diversions.models import Diversion
from matters.workflow import advance
from tests.cast import Cast
from tests.incidents.made import incident


def diverted(cast: Cast, *, unit: Unit | None = None, far: bool = False) -> Diversion:
    """A dispute that was passed on to a unit, or to the command room."""
    actor = cast.far_command if far else cast.police
    matter = incident(cast, cast.far_grid if far else cast.grid_a, incident_type="dispute")
    receiver = str(unit.pk) if unit else "command"
    advance(matter=matter, action="divert", actor=actor, evidence={"receiver": receiver})
    found: Diversion = Diversion.objects.get(matter=matter)
    return found
