"""The register of whom to visit: adding, editing with a version, suspending, resuming, removing."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Case, DateField, Exists, ExpressionWrapper, F, OuterRef, Q, Subquery, Value, When

from accounts.models import User
from grids.facts import target_suspended
from grids.intervals import due_after, due_recoloured, interval_days
from grids.models import DueChange, Suspension, Target
from grids.scope import covers
from shared.crypto import mask
from shared.dates import today
from shared.errors import Conflict, InvalidInput, NotFound
from shared.pinyin import initials

RIGHT = "targets.manage"
SECRET = frozenset({"phone", "id_number"})


@transaction.atomic
def add_target(*, actor: User, fields: Mapping[str, Any]) -> Target:
    """Enrol a person or place today; its first visit is owed one interval later. Raises NotFound outside
    the territory.
    """
    if not covers(actor, RIGHT, fields["grid"]):
        raise NotFound("没有找到这个网格，或它不在您的辖区。")
    on = today()
    due_on = due_after(on, fields["colour"], interval_days())
    values = {"enrolled_on": on, "due_on": due_on, "initials": initials(fields["name"]), **fields}
    return Target.objects.create(**values)


@transaction.atomic
def edit_target(*, target: Target, actor: User, version: int, changes: Mapping[str, Any]) -> Target:
    """Change fields of a target; another colour counts its due day anew.

    Raises Conflict where somebody saved in between: `extra["difference"]` lists (field, theirs, yours),
    personal values masked.
    Raises NotFound outside the territory, also for the grid it is moved to.
    """
    locked = _locked(target, actor)
    if "grid" in changes and not covers(actor, RIGHT, changes["grid"]):
        raise NotFound("没有找到这个网格，或它不在您的辖区。")
    different = {name: value for name, value in changes.items() if getattr(locked, name) != value}
    if locked.version != version:
        raise Conflict(
            "这个对象刚被别人改过。请看过下面的不同之处，再决定是否保存。",
            version=locked.version,
            difference=[
                (name, _shown(locked, name, None), _shown(locked, name, value))
                for name, value in different.items()
            ],
        )
    if not different:
        return locked
    if "colour" in different:
        due_on = due_recoloured(locked, different["colour"], interval_days(), today())
        if due_on != locked.due_on and locked.suspended_on is None:
            _leave_due(locked, DueChange.Reason.RECOLOURED, actor)
            locked.due_on = due_on
    for name, value in different.items():
        setattr(locked, name, value)
    if "name" in different:
        locked.initials = initials(locked.name)
    locked.version += 1
    locked.save()
    return locked


@transaction.atomic
def suspend(*, target: Target, actor: User, reason: str, until: date | None) -> Suspension:
    """Owe no visits from today until the day (included; None = until resumed), for a reason in words."""
    locked = _locked(target, actor)
    on = today()
    if locked.suspended_on is not None:
        raise Conflict("这个对象已经暂停走访，请先恢复。")
    if until is not None and until < on:
        raise InvalidInput("暂停到的日期不能早于今天。", field="until")
    _leave_due(locked, DueChange.Reason.SUSPENDED, actor)
    suspension = Suspension.objects.create(
        target=locked, starts_on=on, ends_on=until, reason=reason, by=actor
    )
    locked.suspended_on = on
    locked.version += 1
    locked.save(update_fields=["suspended_on", "version"])
    target_suspended.send(sender=Target, target=locked, suspension=suspension, actor=actor)
    return suspension


@transaction.atomic
def resume(*, target: Target, actor: User) -> Target:
    """End a suspension today; the next visit is owed one interval from now.

    One that began today is taken back: what was owed before is owed as it was.
    """
    locked = _locked(target, actor)
    on = today()
    if locked.suspended_on is None:
        raise Conflict("这个对象没有暂停，不用恢复。")
    if locked.suspended_on == on:
        locked.due_changes.filter(
            changed_on=on, reason=DueChange.Reason.SUSPENDED, due_on=locked.due_on
        ).delete()
    else:
        locked.due_on = due_after(on, locked.colour, interval_days())
    running = Q(ends_on=None) | Q(ends_on__gte=on)
    locked.suspensions.filter(running).update(
        ends_on=Case(When(starts_on__lt=on, then=Value(on)), default=F("starts_on"))
    )
    locked.suspended_on = None
    locked.version += 1
    locked.save(update_fields=["suspended_on", "due_on", "version"])
    return locked


@transaction.atomic
def remove_target(*, target: Target, actor: User) -> Target:
    """Take a target off the register; its visits stay. Safe to repeat."""
    locked = _locked(target, actor)
    if locked.is_active:
        if locked.suspended_on is None:
            _leave_due(locked, DueChange.Reason.REMOVED, actor)
        locked.is_active = False
        locked.version += 1
        locked.save(update_fields=["is_active", "version"])
    return locked


@transaction.atomic
def resume_ended(*, day: date) -> int:
    """Resume all targets whose suspension ended before the day, in one statement; the sweep calls this.
    Returns how many.
    """
    theirs = Suspension.objects.filter(target=OuterRef("pk"))
    running = theirs.filter(Q(ends_on=None) | Q(ends_on__gte=day))
    ended = Target.objects.filter(Exists(theirs), ~Exists(running), suspended_on__isnull=False)
    days = Case(
        *(When(colour=colour, then=Value(n)) for colour, n in interval_days().items()), default=Value(0)
    )
    until = Subquery(theirs.order_by("-ends_on").values("ends_on")[:1])
    due_on = ExpressionWrapper(until + Value(1) + days, output_field=DateField())
    return ended.update(due_on=due_on, suspended_on=None, version=F("version") + 1)


def _locked(target: Target, actor: User) -> Target:
    locked = Target.objects.select_for_update(of=("self",)).select_related("grid").get(pk=target.pk)
    if not covers(actor, RIGHT, locked.grid):
        raise NotFound("没有找到这个走访对象，或它不在您的辖区。")
    return locked


def _leave_due(target: Target, reason: str, actor: User) -> None:
    """Note that the visit owed now ends without one."""
    DueChange.objects.create(target=target, due_on=target.due_on, changed_on=today(), reason=reason, by=actor)


def _shown(target: Target, name: str, value: Any) -> str:
    """A field's value for people: theirs where `value` is None, masked where personal."""
    given = getattr(target, name) if value is None else value
    text = str(given) if given not in (None, "") else "（空）"
    personal = name in SECRET or (name == "name" and target.kind == Target.Kind.PERSON)
    return mask(text) if personal else text
