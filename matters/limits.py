"""Changes of limits and of the calendar's exceptions by an official (`reference.edit`); history keeps who and
when.
"""

from datetime import date

import pghistory
from django.db import transaction

from accounts.models import User
from grids.scope import rights_of
from matters.models import CalendarDay, ClockRule
from shared.errors import Conflict, InvalidInput, NotAllowed

EDIT = "reference.edit"
LONGEST = 100_000


def _allowed(actor: User) -> None:
    if EDIT not in rights_of(actor):
        raise NotAllowed("您没有改时限的权限，请联系指挥室或管理员。")


@transaction.atomic
def set_limit(*, actor: User, rule: ClockRule, amount: int, unit: str, seen: str) -> ClockRule:
    """A new limit for clocks that start from now on; those that run keep theirs. `seen` is the limit that the
    official was shown, as `amount unit`.

    Raises Conflict where somebody changed it in between, InvalidInput for an amount outside 1 to 100,000.
    """
    _allowed(actor)
    locked = ClockRule.objects.select_for_update().get(pk=rule.pk)
    if not 1 <= amount <= LONGEST:
        raise InvalidInput(f"请填 1 到 {LONGEST} 之间的整数。", field="amount")
    if unit not in dict(ClockRule._meta.get_field("unit").choices or []):
        raise InvalidInput("请选择单位。", field="unit")
    if (locked.amount, locked.unit) == (amount, unit):
        return locked
    if seen != f"{locked.amount} {locked.unit}":
        raise Conflict(f"刚有人把它改成了 {locked.shown}，请看过再改。", field="amount")
    locked.amount, locked.unit = amount, unit
    with pghistory.context(actor=actor.pk, action="set_limit"):
        locked.save(update_fields=["amount", "unit"])
    return locked


@transaction.atomic
def set_day(*, actor: User, day: date, is_workday: bool, name: str) -> CalendarDay:
    """A day that is worked, or not, whatever the calendar says; the same day again is changed. Deadlines
    already set stay, those set from now on know it.
    """
    _allowed(actor)
    name = " ".join(name.split())
    if not name:
        raise InvalidInput("请写明是什么日子，例如“国庆节调休”。", field="name")
    with pghistory.context(actor=actor.pk, action="set_day"):
        found, _ = CalendarDay.objects.update_or_create(
            day=day, defaults={"is_workday": is_workday, "name": name[:40]}
        )
    return found


@transaction.atomic
def drop_day(*, actor: User, day: CalendarDay) -> None:
    """The calendar counts for that day again; gone already = nothing to do."""
    _allowed(actor)
    with pghistory.context(actor=actor.pk, action="drop_day"):
        CalendarDay.objects.filter(pk=day.pk).delete()
