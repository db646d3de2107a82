"""How a move of a case writes its rows: inside `advance`, after right, state and version were checked."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from accounts.models import User
from matters.loop import Transition
from matters.models import Event, Matter
from matters.workflow import advance
from mediation.models import Dispute
from shared.dates import at
from shared.errors import InvalidInput

Work = Callable[[Dispute, Matter], object]
"""Writes the case's rows. The matter is saved afterwards by `advance`; the case, if changed, by the work."""


def act(
    dispute: Dispute,
    action: str,
    actor: User,
    work: Work | None = None,
    *,
    note: str = "",
    version: int | None = None,
    **kept: object,
) -> Event:
    """Make a move of the case. `kept` goes into the timeline beside the note. Raises as `advance` does."""
    evidence = {name: value for name, value in kept.items() if value}
    if work:
        evidence["work"] = work
    return advance(
        matter=dispute.matter, action=action, actor=actor, note=note, evidence=evidence, version=version
    )


def do_work(matter: Matter, _: Transition, __: User | None, ___: str, given: dict[str, Any]) -> None:
    """The effect of every such move. Without its work (a door that is not the case's page) it is refused."""
    work: Work | None = given.pop("work", None)
    if work is None:
        raise InvalidInput("请打开案件页办理这一步。")
    dispute = Dispute.objects.select_for_update(of=("self",)).get(pk=matter.pk)
    dispute.matter = matter
    work(dispute, matter)


def month_after(day: date, months: int) -> date:
    """The same day so many months later, or that month's last day."""
    years, month = divmod(day.month - 1 + months, 12)
    first_of_next = date(day.year + years + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = (first_of_next - timedelta(days=1)).day
    return date(day.year + years, month + 1, min(day.day, last))


def end_of(day: date) -> datetime:
    """The last second of the day."""
    return at(day, time(23, 59, 59))


def not_before(day: date, dispute: Dispute, field: str, what: str) -> None:
    """Refuse a date that lies before the case."""
    if day < dispute.received_on:
        told = f"{dispute.received_on.month}月{dispute.received_on.day}日"
        raise InvalidInput(f"{what}不能早于案件登记日期（{told}），请核对。", field=field)
