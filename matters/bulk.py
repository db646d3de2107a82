"""Assigning many matters in one press: one write, one line in each timeline, refusals told row by row."""

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction

from accounts.models import User
from grids.models import Area, Unit
from matters.models import BulkAssignment, Matter
from matters.workflow import advance
from shared.errors import Conflict, DomainError, InvalidInput

MOST = 100
GONE = "没有找到，或不在您的辖区"


@transaction.atomic
def assign_many(
    *,
    chosen: Mapping[int, int | None],
    area: Area | None,
    actor: User,
    client_id: UUID,
    unit: Unit | None = None,
    note: str = "",
) -> tuple[BulkAssignment, bool]:
    """Assign matters (id → the version that was seen, None = any) to a village or grid, or to a unit of the
    street, where without `area` each stays in its own; whether this is the first time.

    What one matter refuses does not stop the others. Safe to send twice: the same `client_id` with the same
    content is the first result again, with other content Conflict. Raises InvalidInput for none or too many.
    """
    if not 0 < len(chosen) <= MOST:
        raise InvalidInput(f"请选 1 到 {MOST} 件事项。", field="matters")
    if not (area or unit):
        raise InvalidInput("请选择交给哪里。", field="area")
    told = [sorted(chosen.items()), area.pk if area else None, unit.pk if unit else None, note, actor.pk]
    payload = hashlib.sha256(orjson.dumps(told)).hexdigest()
    with connection.cursor() as cursor:  # held until the end: the same press twice at once waits here
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(client_id)])
    if first := BulkAssignment.objects.filter(client_id=client_id).first():
        if first.payload_hash != payload:
            raise Conflict("这次批量流转的编号已用过，请刷新列表再选。", field="client_id")
        return first, False
    evidence = {name: place for name, place in (("area", area), ("unit", unit)) if place}
    seen = Matter.objects.within(actor, "matters.view").in_bulk(chosen)
    result = [
        _one(pk, seen.get(pk), chosen[pk], evidence=evidence, actor=actor, note=note) for pk in sorted(chosen)
    ]
    row = BulkAssignment.objects.create(
        client_id=client_id,
        payload_hash=payload,
        actor=actor,
        area=area,
        unit=unit,
        note=note,
        result=result,
    )
    return row, True


def _one(
    pk: int, matter: Matter | None, version: int | None, *, evidence: dict[str, Any], actor: User, note: str
) -> dict[str, Any]:
    """One matter's move, undone alone where it is refused."""
    if matter is None:
        return {"matter": pk, "title": "", "number": "", "refused": GONE}
    told = {"matter": pk, "title": matter.title, "number": matter.number, "refused": ""}
    try:
        with transaction.atomic():
            advance(
                matter=matter, action="assign", actor=actor, note=note, evidence=evidence, version=version
            )
    except DomainError as error:
        return {**told, "refused": error.message}
    return told
