"""What the morning alert asked, and its answers: who owes it, answering, excusing, and the sums of a day."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.utils import timezone

from accounts.models import User
from grids.models import Area, Suspension, Target, Visit
from grids.scope import covers
from matters.loop import KINDS
from matters.models import Event, Matter, Obligation
from shared.errors import Conflict, InvalidInput, NotFound

RIGHT = "digests.view"
ANSWERING = ("visits.log", "matters.handle")
SHORTEST_REASON = 4
OPEN, DONE, EXCUSED = Obligation.State.OPEN, Obligation.State.DONE, Obligation.State.EXCUSED


def owing_area_id(matter: Matter) -> int:
    """Who has the ball: the grid while it handles, its village while that must accept, assign or verify."""
    area = matter.area
    if area.level == Area.Level.GRID and matter.state in KINDS[matter.kind].with_village and area.parent_id:
        return area.parent_id
    return area.pk


def with_village() -> dict[str, str]:
    """`kind:state` → what it waits for, of all states in which a grid's matter waits for its village."""
    return {
        f"{kind.code}:{state}": kind.states[state]
        for kind in KINDS.values()
        for state in kind.states
        if state in kind.with_village
    }


@transaction.atomic(savepoint=False)
def answer(
    *, source: str, actor: User | None, at: datetime, text: str = "", before: date | None = None
) -> int:
    """Mark every open obligation of a source as done; how many there were. Safe to repeat.

    `at` is when it was answered; later than an obligation's own cut-off makes it late. `before` spares those
    of that day on.
    """
    found = Obligation.objects.filter(source=source, state=OPEN)
    return _settle(found if before is None else found.filter(business_date__lt=before), DONE, actor, at, text)


@transaction.atomic
def excuse(*, obligation: Obligation, actor: User, reason: str) -> Obligation:
    """Say why it cannot be answered today (已说明); it counts as excused for its date. Safe to repeat.

    Raises NotFound outside the territory of `visits.log` or `matters.handle`, InvalidInput for a reason under
    four characters, Conflict where it was answered or excused otherwise in the meantime.
    """
    locked = Obligation.objects.select_for_update(of=("self",)).select_related("area").get(pk=obligation.pk)
    if not any(covers(actor, right, locked.area) for right in ANSWERING):
        raise NotFound("没有找到这件应回应事项，或它不在您的网格。")
    reason = reason.strip()[:300]
    if len(reason) < SHORTEST_REASON:
        raise InvalidInput("请写明今天为什么不能回应，至少四个字。", field="reason")
    if locked.state == OPEN:
        _settle(Obligation.objects.filter(pk=locked.pk), EXCUSED, actor, timezone.now(), reason)
        locked.refresh_from_db()
    elif (locked.state, locked.answered_by_id, locked.answer) != (EXCUSED, actor.pk, reason):
        raise Conflict(f"这件事{locked.get_state_display()}，不用再说明。")
    return locked


def _settle(found: QuerySet[Obligation], state: str, actor: User | None, at: datetime, text: str) -> int:
    """Rows are locked in one order: two who answer at once wait for each other, never in a circle."""
    ids = list(found.select_for_update().order_by("pk").values_list("pk", flat=True))
    late = Case(When(due_at__lt=at, then=Value(True)), default=Value(False))
    said = text.strip()[:300]
    settled = Obligation.objects.filter(pk__in=ids)
    return settled.update(state=state, answered_at=at, answered_by=actor, answer=said, late=late)


def visit_answers(*, visit: Visit, **_: Any) -> None:
    """A visit answers what was owed before the day on which the next one is; nobody met answers nothing.

    The moment is that of the visit, not of its upload: a phone without signal makes nobody late (the visit
    keeps both).
    """
    if visit.is_valid:
        text = f"已走访：{visit.get_result_display()}"
        answer(
            source=f"target:{visit.target_id}",
            actor=visit.visitor,
            at=visit.visited_at,
            text=text,
            before=visit.target.due_on,
        )


def move_answers(*, matter: Matter, event: Event, actor: User, **_: Any) -> None:
    """A matter is answered when it is echoed, when it ends, and for an area that the ball has left."""
    found = Obligation.objects.filter(source=f"matter:{matter.pk}", state=OPEN)
    if event.action != "echo" and matter.closed_at is None:
        found = found.exclude(area_id=owing_area_id(matter))
    _settle(found, DONE, actor, event.at, f"{event.label}：{event.note}" if event.note else event.label)


def suspension_excuses(*, target: Target, suspension: Suspension, actor: User, **_: Any) -> None:
    """Whom nobody need visit for a while is no gap: what is open is excused with the suspension's reason."""
    found = Obligation.objects.filter(source=f"target:{target.pk}", state=OPEN)
    _settle(found, EXCUSED, actor, timezone.now(), f"暂停走访：{suspension.reason}")


def told(found: Iterable[Obligation]) -> list[Obligation]:
    """Open before answered, longest carried first, incidents before visits, as the alert lists them.

    For the few of one reader: sorting them costs less than asking the database to.
    """
    rank = {"repeat": 0, "incident": 1, "overdue": 2}
    return sorted(found, key=lambda o: (o.state != OPEN, -o.carried, rank.get(o.kind, 3), o.pk))


SUMS = {
    "expected": Count("id"),
    "done": Count("id", filter=Q(state=DONE)),
    "excused": Count("id", filter=Q(state=EXCUSED)),
    "open": Count("id", filter=Q(state=OPEN)),
}
