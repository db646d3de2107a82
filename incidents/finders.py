"""What only this app stores of a matter, to find it by: the address, and the end of a caller's phone."""

from typing import Any

from grids.scope import rights_of
from incidents.models import CitizenReport, Hazard, PoliceIncident, tail_index
from matters.search import is_tail

READ = ((PoliceIncident, "incidents.view"), (Hazard, "hazards.view"), (CitizenReport, "reports.view"))


def by_address(word: str, user: Any) -> Any:
    """Incidents, hazards and reports at a place of these words, where the reader may read them."""
    held = rights_of(user)
    if not any(right in held for _, right in READ):
        return None
    first, *more = [
        model.objects.within(user, right).filter(address__icontains=word).values("pk")
        for model, right in READ
        if right in held
    ]
    return first.union(*more, all=True) if more else first


def by_tail(word: str, user: Any) -> Any:
    """Incidents and reports by the last four digits of the caller's phone, for who may see numbers."""
    if not is_tail(word) or "personal.reveal" not in rights_of(user):
        return None
    called = PoliceIncident.objects.within(user, "personal.reveal").filter(tail_index=tail_index(word))
    told = CitizenReport.objects.within(user, "personal.reveal").filter(phone_tail=word)
    return called.values("pk").union(told.values("pk"), all=True)
