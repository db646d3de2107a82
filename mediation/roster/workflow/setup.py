"""What a station's roster is made of: its shifts, and the departments there, resident or in rotation."""

from dataclasses import asdict, dataclass
from datetime import date, time, timedelta

from django.db import IntegrityError, transaction

from accounts.models import User
from grids.models import Unit
from mediation.models import Presence, ProposedShift, Shift, ShiftPattern
from mediation.roster.members import departments_of
from mediation.roster.workflow.shifts import may_manage
from shared.dates import today
from shared.errors import Conflict, InvalidInput, NotFound

SHOWN = ("kind", "name", "starts", "hours")
"""What a planned or published shift shows of its pattern."""


@dataclass(frozen=True)
class PatternText:
    """A shift as somebody writes it down; `weekdays` empty = every day, 0 = Monday."""

    kind: str
    name: str
    starts: time
    hours: int
    need: int = 1
    weekdays: tuple[int, ...] = ()
    position: int = 0


@transaction.atomic
def save_pattern(
    *, actor: User, station: Unit, text: PatternText, pattern: ShiftPattern | None = None
) -> ShiftPattern:
    """A new shift of the station, or another content of one; rosters made from now on follow it.

    What a published or proposed shift shows of its pattern stays as it was: such a pattern is taken out of
    use and followed by a new one. Raises NotFound, NotAllowed, InvalidInput (names the field), Conflict for a
    name that is in use.
    """
    may_manage(actor, station)
    values = {**asdict(text), "name": text.name.strip(), "weekdays": sorted(set(text.weekdays))}
    _check(values)
    made = ShiftPattern(station=station)
    if pattern is not None:
        made = pattern_of(station, pattern.pk, lock=True)
        if any(getattr(made, name) != values[name] for name in SHOWN) and _is_used(made):
            ShiftPattern.objects.filter(pk=made.pk).update(is_active=False)
            made = ShiftPattern(station=station)
    for name, value in values.items():
        setattr(made, name, value)
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        raise Conflict(f"这个站已经有叫“{made.name}”的班次，请换个名称。", field="name") from error
    return made


def _check(values: dict[str, object]) -> None:
    if values["kind"] not in ShiftPattern.Kind.values:
        raise InvalidInput("请选择给谁排。", field="kind")
    if not values["name"]:
        raise InvalidInput("请写班次名称，例如：白班。", field="name")
    if not 1 <= int(str(values["hours"])) <= 24:
        raise InvalidInput("时长是 1 到 24 小时。", field="hours")
    if not 1 <= int(str(values["need"])) <= 20:
        raise InvalidInput("同时在岗的人数是 1 到 20。", field="need")


def _is_used(pattern: ShiftPattern) -> bool:
    return (
        Shift.objects.filter(pattern=pattern).exists()
        or ProposedShift.objects.filter(pattern=pattern).exists()
    )


@transaction.atomic
def end_pattern(*, actor: User, pattern: ShiftPattern) -> None:
    """Not planned any more; published shifts stay until a new roster is published over them. Safe to
    repeat.
    """
    may_manage(actor, pattern.station)
    ShiftPattern.objects.filter(pk=pattern.pk).update(is_active=False)


@transaction.atomic
def save_presence(
    *, actor: User, station: Unit, department: Unit, mode: str, position: int = 0, since: date | None = None
) -> Presence:
    """From `since` on (today) the department is at the station so; what was before ends the day before.

    Raises NotFound, NotAllowed, InvalidInput (names the field).
    """
    may_manage(actor, station)
    since = since or today()
    if not departments_of(station).filter(pk=department.pk).exists():
        raise InvalidInput("请选择本街道的部门。", field="department")
    if mode not in Presence.Mode.values:
        raise InvalidInput("请选择常驻、按周轮值还是按日轮值。", field="mode")
    if since < today():
        raise InvalidInput("从今天或以后的日子起改；过去的排班不再变。", field="since")
    Unit.objects.select_for_update().get(pk=station.pk)
    held = Presence.objects.filter(station=station, department=department)
    _end_before(held.filter(ends_on=None).first(), since)
    held.filter(starts_on__gte=since).delete()
    return Presence.objects.create(
        station=station, department=department, mode=mode, position=position, starts_on=since
    )


@transaction.atomic
def end_presence(*, actor: User, presence: Presence) -> None:
    """From today on the department is not planned there. Safe to repeat."""
    may_manage(actor, presence.station)
    _end_before(Presence.objects.select_for_update(of=("self",)).filter(pk=presence.pk).first(), today())


def _end_before(held: Presence | None, day: date) -> None:
    if held is None or (held.ends_on and held.ends_on < day):
        return
    if held.starts_on >= day:
        held.delete()
        return
    held.ends_on = day - timedelta(days=1)
    held.save(update_fields=["ends_on"])


def pattern_of(station: Unit, pk: int, *, lock: bool = False) -> ShiftPattern:
    """A shift of the station that is in use. Raises NotFound."""
    rows = ShiftPattern.objects.filter(station=station, is_active=True, pk=pk).select_related("station__area")
    found: ShiftPattern | None = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise NotFound("没有找到这个班次，它可能已经停用。")
    return found


def presence_of(station: Unit, pk: int) -> Presence:
    """A department that is or will be at the station. Raises NotFound."""
    found: Presence | None = (
        Presence.objects.filter(station=station, ends_on=None, pk=pk)
        .select_related("station__area", "department")
        .first()
    )
    if found is None:
        raise NotFound("这个部门现在不驻这个站。")
    return found
