"""What a station works with is written down: studios, mediators, rooms, vans."""

from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import User
from grids.models import Unit
from mediation.models import Brand, Mediator, Room, Van
from mediation.roster.workflow.shifts import may_manage
from shared.errors import Conflict, InvalidInput, NotFound

Row = Brand | Mediator | Room | Van
TAKEN = {
    Brand: ("name", "这个站已经有叫“{}”的品牌调解室，请换个名称。"),
    Mediator: ("user", "{}已经登记为调解员。"),
    Room: ("name", "这个站已经有叫“{}”的房间，请换个名称。"),
    Van: ("plate", "车牌 {} 已经登记过，请核对。"),
}


def row_of(model: type[Row], station: Unit, pk: int, *, lock: bool = False) -> Any:
    """A row of the station. Raises NotFound."""
    rows: Any = model._default_manager.filter(station=station)
    found = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=pk).first()
    if found is None:
        raise NotFound("没有找到这一项，或它不属于这个站。")
    return found


@transaction.atomic
def keep(
    *, actor: User, station: Unit, model: type[Row], values: dict[str, Any], pk: int | None = None
) -> Row:
    """Write a new row of the station, or (`pk`) another content of one. Nothing is deleted: what is not used
    any more is not `is_active`.

    Sent twice, a new one is there once. Raises NotFound, NotAllowed (not the actor's station to manage),
    InvalidInput (blank), Conflict for a name, plate or person that is written down already.
    """
    may_manage(actor, station)
    row = row_of(model, station, pk, lock=True) if pk else model(station=station)
    for name, value in values.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    field, told = TAKEN[model]
    if not str(getattr(row, field)).strip():
        raise InvalidInput("这一项要填。", field=field)
    try:
        with transaction.atomic():
            row.save(force_insert=not pk)
    except IntegrityError:
        raise Conflict(told.format(getattr(row, field)), field=field) from None
    return row
