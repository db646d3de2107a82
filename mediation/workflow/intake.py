"""A dispute comes in: written down at a station, or taken over from another matter, not typed again."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson
import pghistory
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from grids.models import Area, Unit, Visit
from grids.queries import labels
from grids.scope import reaches
from matters.models import Event, Matter
from matters.workflow import open_matter
from mediation import origins
from mediation.models import Dispute, Party
from mediation.models.party import one_name
from mediation.places import keys_of, station_for
from mediation.workflow.act import act
from mediation.workflow.parties import PartyText, made
from mediation.workflow.told import tell_police, tell_station
from shared.cells import YEARS
from shared.crypto import blind
from shared.dates import local
from shared.errors import Conflict, InvalidInput, NotFound


@dataclass(frozen=True)
class CaseText:
    """What a clerk writes down of a dispute."""

    dispute_type: str
    source: str
    facts: str
    request: str = ""
    address: str = ""
    amount: Decimal | None = None
    currency: str = "CNY"
    occurred_at: datetime | None = None
    risk: str = Dispute.Risk.NONE.value
    risk_note: str = ""


@transaction.atomic
def register(
    *,
    actor: User,
    station: Unit,
    area: Area,
    text: CaseText,
    parties: Sequence[PartyText],
    client_id: UUID,
    origin: Matter | None = None,
    mediator: User | None = None,
) -> tuple[Dispute, bool]:
    """Open a case at a station; the second value says whether it is new.

    Safe to send twice: the same `client_id` with the same content gives the first answer again, with other
    content Conflict. One case comes of one `origin`; `mediator` has it in hand already. Raises NotFound (no
    such station or area in reach of `mediation.register`), InvalidInput (names the field; of a party as
    `party-<n>-<field>`).
    """
    if station.kind != Unit.Kind.STATION or not reaches(
        actor, "mediation.register", station.area, station.pk
    ):
        raise NotFound("没有找到这个工作站，或您不在那里任职。")
    if not area.path.startswith(f"/{station.area.parent_ids[0]}/"):
        raise NotFound("没有找到这个村社，或它不在本街道。")
    _check(text)
    return _opened(actor, station, area, text, parties, client_id, origin, mediator)


def amend(*, dispute: Dispute, actor: User, text: CaseText, version: int | None = None) -> Event:
    """Set right what was written at intake, or came with a matter that was taken over: sort, source, what
    happened, what is asked, place, amount. What was there stays in the row's history and on issued papers,
    the timeline names what changed. Where a case came from stays (`origin`); the risk is a move of its own.

    Raises what a move raises, and InvalidInput as `register` does, or where nothing is different.
    """
    changed = [name for name in AMENDED if _plain(text, name) != _plain(dispute, name)]

    def work(case: Dispute, matter: Matter) -> None:
        _check(text)
        if case.origin_id and text.source != case.source:
            raise InvalidInput("这件案件由别的事项转来，来源不能改。", field="source")
        if not changed:
            raise InvalidInput("内容和登记的一样，没有要更正的。")
        pghistory.create_event(case, label="amended")
        for name in AMENDED:
            setattr(case, name, getattr(text, name))
        case.currency = text.currency if text.amount is not None else ""
        case.address_key = keys_of(case.station.area, [text.address]).get(text.address, "")
        matter.title = _title(text)[:120]
        case.save()

    return act(
        dispute, "amend", actor, work, version=version, changed="、".join(AMENDED[name] for name in changed)
    )


def _plain(source: CaseText | Dispute, name: str) -> Any:
    """A value as it compares: a browser ends its lines otherwise than a program; a sum is in its currency."""
    value = getattr(source, name)
    if name == "amount":
        return value if value is None else (value, source.currency)
    return "\n".join(value.split("\r\n")).strip() if isinstance(value, str) else value


AMENDED = {
    "dispute_type": "纠纷类型",
    "source": "来源",
    "facts": "情况",
    "request": "要求",
    "address": "地点",
    "amount": "金额",
}


def _check(text: CaseText) -> None:
    if text.dispute_type not in labels("dispute_type"):
        raise InvalidInput("请选择纠纷类型。", field="dispute_type")
    if text.source not in labels("case_source"):
        raise InvalidInput("请选择案件来源。", field="source")
    if not text.facts.strip():
        raise InvalidInput("请写明纠纷情况：谁和谁、为什么事。", field="facts")
    if text.amount is not None and text.amount <= 0:
        raise InvalidInput("金额要大于 0；没有金额就不填。", field="amount")
    if text.amount is not None and text.currency not in labels("currency"):
        raise InvalidInput("请选择币种。", field="currency")
    if text.occurred_at and text.occurred_at > timezone.now() + timedelta(minutes=5):
        raise InvalidInput("发生时间在现在之后，请核对。", field="occurred_at")
    if text.occurred_at and local(text.occurred_at).year not in YEARS:
        raise InvalidInput("发生时间的年份不对，请核对。", field="occurred_at")


def _opened(
    actor: User | None,
    station: Unit,
    area: Area,
    text: CaseText,
    parties: Sequence[PartyText],
    client_id: UUID,
    origin: Matter | None,
    mediator: User | None = None,
) -> tuple[Dispute, bool]:
    now = timezone.now()
    dispute = Dispute(
        client_id=client_id,
        payload_hash=_hash(actor, station, area, text, parties, origin),
        station=station,
        origin=origin,
        mediator=mediator,
        received_at=now,
        received_on=local(now).date(),
        **{name: value for name, value in asdict(text).items() if name != "occurred_at"},
    )
    keys = keys_of(station.area, [text.address, *(party.address for party in parties)])
    dispute.address_key = keys.get(text.address, "")
    dispute.currency = text.currency if text.amount is not None else ""
    try:
        with transaction.atomic():
            dispute.matter = open_matter(
                kind="dispute",
                title=_title(text),
                area=area,
                unit=station,
                occurred_at=text.occurred_at or now,
                actor=actor,
            )
            dispute.save(force_insert=True)
    except IntegrityError:
        return _first(dispute), False
    _add_parties(dispute, parties, keys)
    if dispute.risk == Dispute.Risk.HIGH:
        tell_police(dispute)
        dispute.save(update_fields=["police_told_at"])
    return dispute, True


def _title(text: CaseText) -> str:
    """`邻里纠纷：河边村一区26号`: no names, for lists and notices."""
    label = labels("dispute_type")[text.dispute_type]
    sort = label if label.endswith(("争议", "事故")) else f"{label}纠纷"
    return f"{sort}：{text.address}" if text.address else sort


def _first(dispute: Dispute) -> Dispute:
    """The case that was there before. Raises Conflict where it has other content."""
    found = Dispute.objects.select_related("matter").filter(client_id=dispute.client_id).first()
    if found is None:
        taken = Dispute.objects.select_related("matter").filter(origin=dispute.origin).first()
        raise Conflict("这件事项已经转成调解案件，不用再登记。", case=taken.pk if taken else None)
    if found.payload_hash != dispute.payload_hash:
        raise Conflict(
            "这件案件已经登记过，但内容不一样。请到案件列表核对；要另登一件，请重新打开登记页。",
            case=found.pk,
        )
    return found


def _add_parties(dispute: Dispute, parties: Sequence[PartyText], keys: dict[str, str]) -> None:
    others: list[Party] = []
    for number, text in enumerate(parties):
        try:
            party = made(dispute, text, others, keys)
        except InvalidInput as error:
            raise InvalidInput(error.message, field=f"party-{number}-{error.field}") from None
        if dispute.source == "application" and party.side == Party.Side.APPLICANT:
            party.consent = Party.Consent.AGREED
        party.save()
        others.append(party)


def _hash(
    actor: User | None,
    station: Unit,
    area: Area,
    text: CaseText,
    parties: Sequence[PartyText],
    origin: Matter | None,
) -> str:
    """Keyed, since it covers identity numbers."""
    content = {
        "actor": actor.pk if actor else None,
        "station": station.pk,
        "area": area.pk,
        "text": asdict(text),
        "parties": [asdict(party) for party in parties],
        "origin": origin.pk if origin else None,
    }
    return blind(orjson.dumps(content, default=str, option=orjson.OPT_SORT_KEYS).decode(), "case")


def take_over(*, matter: Matter, actor: User | None, to: str, **_: Any) -> None:
    """A matter that is referred to mediation becomes a case at the station of its place: what is known of it
    comes along. Referred twice it is one case.
    """
    if to != "mediation" or Dispute.objects.filter(origin=matter).exists():
        return
    found = origins.read(matter)
    text = CaseText(
        dispute_type=found.dispute_type,
        source=found.source,
        facts=found.facts or matter.title,
        address=found.address,
        occurred_at=matter.occurred_at,
    )
    parties = (
        [PartyText(side=Party.Side.APPLICANT.value, name=found.name, phone=found.phone)] if found.name else []
    )
    client_id = uuid5(NAMESPACE_URL, f"matter:{matter.pk}")
    _came(actor, matter.area, text, parties, client_id, matter)


def dispute_of_visit(*, visit: Visit, findings: dict[str, Any], **_: Any) -> None:
    """走访时登记的纠纷 becomes a case at the station of the place (source 网格排查), in the visit's
    transaction; sent twice it is one case, since the visit is. Who may log the visit may raise it.

    `findings["dispute"]` holds `dispute_type`, `urgency` (a Dispute.Risk), `facts`, `one`, `other` (names, ""
    where not known) and `address` as the visit form cleaned them. Raises InvalidInput, naming the
    form's field.
    """
    if not (found := findings.get("dispute")):
        return
    text = CaseText(
        dispute_type=found["dispute_type"],
        source="grid",
        facts=found["facts"],
        address=found["address"] or visit.target.address,
        occurred_at=visit.visited_at,
        risk=found["urgency"],
    )
    _check(text)
    sides = ((Party.Side.APPLICANT, found["one"]), (Party.Side.RESPONDENT, found["other"]))
    parties = [PartyText(side=side.value, name=one_name(name)) for side, name in sides if name]
    if len({party.name for party in parties}) < len(parties):
        raise InvalidInput("双方写成了同一个名字，请核对。", field="dispute_other")
    _came(visit.visitor, visit.grid, text, parties, case_id(visit), None)


def case_id(visit: Visit) -> UUID:
    """The `client_id` of the case that a visit raised."""
    return uuid5(visit.client_id, "dispute")


def _came(
    actor: User | None,
    area: Area,
    text: CaseText,
    parties: Sequence[PartyText],
    client_id: UUID,
    origin: Matter | None,
) -> None:
    """Opened at the station of the place, which is told."""
    dispute, created = _opened(actor, station_for(area), area, text, parties, client_id, origin)
    if created:
        tell_station(dispute)
