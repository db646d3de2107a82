"""What a station works with is written down: studios, mediators, rooms, vans."""

from hashlib import sha256
from typing import Any

import orjson
from django.db import IntegrityError, transaction
from django.forms import model_to_dict

from accounts.models import User
from grids.models import Unit
from grids.scope import reaches
from mediation.models import Brand, Mediator, Room, Van
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


def mark(row: Row) -> str:
    """Stands for what the row holds: another content, another mark."""
    return sha256(orjson.dumps(model_to_dict(row))).hexdigest()[:16]


@transaction.atomic
def keep(
    *,
    actor: User,
    station: Unit,
    model: type[Row],
    values: dict[str, Any],
    pk: int | None = None,
    seen: str | None = None,
) -> Row:
    """Write a new row of the station, or (`pk`) another content of one that had the mark `seen`. Nothing is
    deleted: what is not used any more is not `is_active`.

    Sent twice, a new one is there once. Raises NotFound (not the actor's station to manage), InvalidInput
    (blank), Conflict for a name, plate or person that is written down already, and (with the present mark)
    where somebody else changed the row first.
    """
    if not reaches(actor, "roster.manage", station.area, station.pk):
        raise NotFound("没有找到这个工作站，或它不归您管理。")
    row = row_of(model, station, pk, lock=True) if pk else model(station=station)
    if pk and seen != mark(row) and any(getattr(row, name) != value for name, value in values.items()):
        raise Conflict(f"“{row}”刚被别人改过，没有保存您的修改。", mark=mark(row))
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
