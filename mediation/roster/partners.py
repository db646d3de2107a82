"""With whom a shift can be swapped: only what the rules would allow is offered."""

from dataclasses import dataclass, field

from accounts.models import User
from mediation.models import Shift
from mediation.roster import queries
from mediation.roster.people import as_turn, bounds, limits, members_of, standing_turns
from mediation.roster.rules import Turn, refusals


@dataclass(frozen=True)
class Partners:
    """Who could stand in, and for which shifts of others it could be swapped."""

    stand_ins: list[User] = field(default_factory=list)
    shifts: list[Shift] = field(default_factory=list)


def partners_of(shift: Shift) -> Partners:
    """By the rules as they stand now; asked again when the swap is proposed and when it is accepted."""
    others = list(queries.swap_partners(shift))
    people = list(
        members_of(shift.station_id, shift.department_id, shift.day).exclude(pk=shift.person_id or 0)
    )
    ids = {shift.person_id or 0, *(other.person_id for other in others), *(user.pk for user in people)}
    days = [shift.day, *(other.day for other in others)]
    turns, rules = standing_turns(ids, min(days), max(days)), limits()
    bound, mine = bounds(ids, min(days), max(days)), as_turn(shift)

    def may(person: int, turn: Turn, without: Turn | None = None) -> bool:
        kept = [one for one in turns.get(person, []) if without is None or one.key != without.key]
        return not refusals(turn, bound[person], kept, rules)

    return Partners(
        [user for user in people if may(user.pk, mine)],
        [
            other
            for other in others
            if may(other.person_id, mine, as_turn(other)) and may(shift.person_id or 0, as_turn(other), mine)
        ],
    )
