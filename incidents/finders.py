"""What only this app stores of a matter, to find it by: where it was, what was said of it, and the end of a
caller's phone.
"""

from typing import Any

from django.db.models import Q

from grids.scope import rights_of
from incidents.models import CitizenReport, Hazard, PoliceIncident, tail_index
from matters.search import holds, is_tail
from shared.texts import sounds

READ = (
    (PoliceIncident, "incidents.view", "summary"),
    (Hazard, "hazards.view", "description"),
    (CitizenReport, "reports.view", "description"),
)


def by_words(word: str, user: Any) -> Any:
    """Incidents, hazards and reports at a place of these words, or told in them, where the reader may read
    them. What was told holds numbers that most readers see masked: it is not asked for their digits.
    """
    held = rights_of(user)
    if not any(right in held for _, right, _ in READ):
        return None
    how, said = holds(word), not sounds(word)
    first, *more = [
        model.objects.within(user, right)
        .filter(Q(**{f"address__{how}": word}) | (Q(**{f"{told}__{how}": word}) if said else Q(pk__in=())))
        .values("pk")
        for model, right, told in READ
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
