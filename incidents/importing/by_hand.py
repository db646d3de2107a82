"""One police incident, entered by itself: read, placed and written as a row of the police export is."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.models import User
from grids.imports.base import Row
from grids.models import Area, ImportBatch
from grids.scope import covers
from incidents.importing.importer import IncidentSession, contents, digest
from incidents.importing.placing import Place
from incidents.models import PoliceIncident
from shared.cells import Cell
from shared.crypto import blind
from shared.errors import Conflict, InvalidInput, NotFound

RIGHT = "incidents.import"


class _ByHand(IncidentSession):
    """A run of one row by a person, who may have said where it belongs."""

    def __init__(self, actor: User, area: Area) -> None:
        super().__init__(ImportBatch(area=area, by=actor))
        self.area = area

    def place(self, values: Mapping[str, Any]) -> Place:
        """The village or grid that was named; by column and address where it is the street."""
        if self.area.level == Area.Level.STREET:
            return super().place(values)
        village = self.territory.village_of(self.area)
        key = self.territory.key_of(village, values.get("address", ""))
        return Place(self.area, PoliceIncident.Placed.HAND, key)


def register_incident(
    *, actor: User, area: Area, client_id: UUID, given: Mapping[str, Cell]
) -> tuple[PoliceIncident, bool]:
    """Register one police incident; the second value says whether it is new.

    `given` = the columns of the police export by code, `incident_type` and `level` as code or word. Safe to
    send twice: the same `client_id` with the same content by the same person gives the first answer again,
    with anything else Conflict; so does a number that is registered. Raises NotFound (outside the territory
    of `incidents.import`), InvalidInput (names the field).
    """
    if not covers(actor, RIGHT, area):
        raise NotFound("没有找到这个区域，或它不在您的辖区。", field="area")
    session = _ByHand(actor, area)
    result = session.new(_read(session, given))
    incident: PoliceIncident = result.made
    incident.client_id, incident.payload_hash = client_id, _hash(incident, area, actor)
    try:
        if first := _first(incident, actor):
            return first, False
        with transaction.atomic():
            session.save([result])
    except IntegrityError:  # the same at the same moment
        if first := _first(incident, actor):
            return first, False
        raise
    return incident, True


def _read(session: _ByHand, given: Mapping[str, Cell]) -> Row:
    words = {
        name: words.label(str(given[name]))
        for name, words in (("incident_type", session.types), ("level", session.levels))
        if given.get(name)
    }
    row = Row(number=1, cells={**given, **words})
    session.read(row)
    for problem in row.problems:
        raise InvalidInput(f"{problem.reason}。", field=problem.code)
    return row


def _first(incident: PoliceIncident, actor: User) -> PoliceIncident | None:
    """What the same sending made before. Raises Conflict for other content, or for a number that is taken.

    One statement: between two, the same sending at the same moment would be found by its number only.
    """
    same = Q(client_id=incident.client_id) | Q(police_number=incident.police_number)
    rows = list(PoliceIncident.objects.filter(same).select_related("matter__area"))
    if first := next((row for row in rows if row.client_id == incident.client_id), None):
        if first.payload_hash != incident.payload_hash:
            raise Conflict(
                "这次登记的编号已用过，内容不一样。要另登一件，请换一个 client_id。", field="client_id"
            )
        return first
    if rows:
        taken = rows[0]
        seen = covers(actor, RIGHT, taken.matter.area)
        raise Conflict(
            "这个接警单编号已经登记过，请核对编号，或到警情列表查看。",
            field="police_number",
            **({"matter": taken.pk} if seen else {}),
        )
    return None


def _hash(incident: PoliceIncident, area: Area, actor: User) -> str:
    """Keyed, for it holds personal data. What an import changes later changes nothing here."""
    content = [digest(contents(incident)), incident.police_number, area.pk, actor.pk]
    return blind(orjson.dumps(content).decode(), "incident_sent")
