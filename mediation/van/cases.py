"""One mediation case from one call: what the call knows is taken over, nothing is typed twice."""

from uuid import uuid5

from grids.scope import reaches
from matters.models import Matter
from mediation.models import Dispute, VanCall
from mediation.workflow.intake import CaseText, register, take_over


def case_of(call: VanCall) -> Matter | None:
    """The case that the call becomes when it is closed; the incident's own where it became one
    already.

    A call without an incident becomes a case of the van's station in the mediator's name; None
    where he may not register cases there.
    """
    if call.matter is not None:
        take_over(matter=call.matter, actor=call.mediator, to="mediation")
        return Dispute.objects.select_related("matter").get(origin=call.matter).matter
    if call.van is None or call.mediator is None:
        return None
    station = call.van.station
    if not reaches(call.mediator, "mediation.register", station.area, station.pk):
        return None
    text = CaseText(
        dispute_type="other",
        source="police",
        facts=f"{call.about}\n现场：{call.outcome}",
        address=call.address,
        occurred_at=call.asked_at,
    )
    client_id = uuid5(call.client_id, "case")
    case, _ = register(
        actor=call.mediator,
        station=station,
        area=call.area,
        text=text,
        parties=(),
        client_id=client_id,
        mediator=call.mediator,
    )
    return case.matter
