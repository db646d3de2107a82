"""Parties and those who act for them: who they are, who comes in, who goes."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from stdnum.cn import ric

from accounts.models import User
from matters.models import Event, Matter
from mediation.models import Agent, Dispute, Party
from mediation.models.party import Document
from mediation.places import keys_of
from mediation.workflow.act import act
from shared.crypto import blind
from shared.dates import today
from shared.errors import InvalidInput
from shared.identity import check_identity

ADULT = 18
"""Years of age (民法典 Art. 17)."""


@dataclass(frozen=True)
class PartyText:
    """A party as somebody writes it down."""

    side: str
    name: str
    kind: str = Party.Kind.PERSON.value
    document: str = Document.ID_CARD.value
    id_number: str = ""
    phone: str = ""
    gender: str = ""
    nation: str = ""
    born_on: date | None = None
    occupation: str = ""
    address: str = ""
    consent: str = Party.Consent.ASKED.value


@dataclass(frozen=True)
class AgentText:
    """Who acts for a party."""

    role: str
    name: str
    document: str = Document.ID_CARD.value
    id_number: str = ""
    phone: str = ""
    special: bool = False
    relation: str = ""


def checked_number(document: str, number: str) -> str:
    """The number of a document. A Chinese one must agree with its date and check digit (GB 11643).

    Raises InvalidInput for the field `id_number`.
    """
    try:
        plain = check_identity(number)
    except ValidationError as error:
        raise InvalidInput(str(error.message), field="id_number") from None
    if plain and document == Document.ID_CARD and len(plain) != 18:
        raise InvalidInput("居民身份证号码是 18 位；护照等其他证件，请先改“证件类型”。", field="id_number")
    if plain and document == Document.CREDIT_CODE and len(plain) != 18:
        raise InvalidInput("统一社会信用代码是 18 位，请对照执照再输一次。", field="id_number")
    return plain


def made(dispute: Dispute, text: PartyText, others: list[Party], keys: dict[str, str]) -> Party:
    """A checked party of the case, not yet saved. Raises InvalidInput, naming the field, for a wrong number,
    a birthday to come, or somebody of the same name who cannot be told apart.
    """
    values: dict[str, Any] = asdict(text)
    party = Party(dispute=dispute, **values)
    party.id_number = checked_number(text.document, text.id_number)
    if party.kind == Party.Kind.PERSON and party.document == Document.ID_CARD and party.id_number:
        party.born_on = ric.get_birth_date(party.id_number)
        party.gender = "男" if int(party.id_number[16]) % 2 else "女"
    if party.born_on and party.born_on > today():
        raise InvalidInput("出生日期在今天之后，请核对。", field="born_on")
    party.is_minor = party.kind == Party.Kind.PERSON and _age(party.born_on) < ADULT
    party.address_key = keys.get(party.address, "")
    party.position = len([other for other in others if other.side == party.side])
    _apart(party, others)
    return party


def _age(born_on: date | None) -> int:
    """Full years; somebody whose birthday nobody asked for counts as grown up."""
    if born_on is None:
        return ADULT
    now = today()
    return now.year - born_on.year - ((now.month, now.day) < (born_on.month, born_on.day))


def _apart(party: Party, others: list[Party]) -> None:
    name, number = blind(party.name, "name"), blind(party.id_number, "id")
    for other in others:
        if other.pk and other.pk == party.pk:
            continue
        if number and other.id_number == party.id_number:
            raise InvalidInput(
                f"这个证件号码已登记为{other.get_side_display()}{other.shown}，同一人不用登记两次。",
                field="id_number",
            )
        if blind(other.name, "name") == name and not (party.id_number and other.id_number):
            raise InvalidInput(
                f"已有同名的{other.get_side_display()}。如果是两个人，请给两人都填证件号码，好区分。",
                field="name",
            )


def add_party(*, dispute: Dispute, actor: User, text: PartyText, version: int | None = None) -> Party:
    """One more party of a case. Raises what a move raises, and InvalidInput as `made` does."""
    added: list[Party] = []

    def work(case: Dispute, _: Matter) -> None:
        party = made(case, text, list(case.parties.filter(left_on=None)), address_keys(case, [text]))
        party.save()
        added.append(party)

    act(dispute, "party", actor, work, version=version, side=Party.Side(text.side).label)
    return added[0]


def change_party(*, party: Party, actor: User, text: PartyText, version: int | None = None) -> Event:
    """Set right what was written of a party; a refusal to be mediated is written here too, ending it is
    another move.
    """

    def work(case: Dispute, _: Matter) -> None:
        _must_be_there(party)
        others = list(case.parties.filter(left_on=None).exclude(pk=party.pk))
        new = made(case, text, others, address_keys(case, [text]))
        new.pk, new.position = party.pk, party.position
        new.save(force_update=True)

    return act(party.dispute, "party", actor, work, version=version, side=Party.Side(text.side).label)


def _must_be_there(party: Party) -> None:
    """Read it again under the case's lock. Raises InvalidInput for one that has left meanwhile."""
    party.refresh_from_db()
    if party.left_on:
        raise InvalidInput(f"{party.shown}已经退出，不用再办。要改，请重新登记当事人。")


def leave(*, party: Party, actor: User, note: str, version: int | None = None) -> Event:
    """The party is none any more; its row stays in the file."""

    def work(case: Dispute, _: Matter) -> None:
        _must_be_there(party)
        left = case.parties.filter(left_on=None, side=party.side).exclude(pk=party.pk)
        if case.accepted_on and party.side != Party.Side.THIRD and not left.exists():
            raise InvalidInput("这一方只有一位当事人。他不愿调解，请办“当事人拒绝调解”。")
        party.left_on = today()
        party.save()

    return act(party.dispute, "party_left", actor, work, note=note, version=version, side=party.shown)


def add_agent(*, party: Party, actor: User, text: AgentText, version: int | None = None) -> Agent:
    """Somebody acts for the party: an agent (特别授权 or not), a guardian, a legal representative."""
    agent = Agent(party=party, **asdict(text))
    agent.id_number = checked_number(text.document, text.id_number)

    def work(case: Dispute, _: Matter) -> None:
        _must_be_there(party)
        if text.role == Agent.Role.LEGAL_REPRESENTATIVE and party.kind == Party.Kind.PERSON:
            raise InvalidInput("自然人没有法定代表人，请选“委托代理人”或“监护人”。", field="role")
        if text.special and text.role != Agent.Role.AGENT:
            raise InvalidInput("只有委托代理人才有特别授权。", field="special")
        agent.save()

    act(party.dispute, "agent", actor, work, version=version, role=Agent.Role(text.role).label)
    return agent


def address_keys(dispute: Dispute, texts: list[PartyText]) -> dict[str, str]:
    """The comparing form of each address, so that other cases and calls of the same place are found."""
    return keys_of(dispute.station.area, [text.address for text in texts])
