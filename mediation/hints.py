"""What a mediator should know first: who was here before, at the same place; who is too close
(mediation/conflicts.py)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db.models import Q

from accounts.models import User
from matters.loop import KINDS
from matters.models import Matter
from mediation.conflicts import conflicts_of
from mediation.models import Dispute, Party

SHOWN = 5


@dataclass(frozen=True)
class Hint:
    """`grave` = may keep the mediator from the case (回避); `href` "" where the reader may not open it."""

    text: str
    href: str = ""
    grave: bool = False


Calls = Callable[[User, Sequence[str], Sequence[str], Matter], Sequence[tuple[str, str]]]
"""(reader, phone indexes, address keys, the case's matter) → earlier police calls as (text, page or "")."""
CALLS: list[Calls] = []


def register(calls: Calls) -> None:
    """Make a source of earlier calls known (chengdong/wiring.py)."""
    CALLS.append(calls)


def hints_of(dispute: Dispute, parties: Sequence[Party], reader: User) -> list[Hint]:
    """All hints of a case, the grave ones first; a handful of queries however many parties it has."""
    close = [Hint(words, grave=True) for words in conflicts_of(dispute, parties)]
    found = [*close, *_cases(dispute, parties, reader)]
    phones = sorted({party.phone_index for party in parties if party.phone_index})
    keys = sorted({key for key in (dispute.address_key, *(p.address_key for p in parties)) if key})
    for calls in CALLS:
        found += [
            Hint(f"此前警情：{text}", href) for text, href in calls(reader, phones, keys, dispute.matter)
        ]
    return sorted(found, key=lambda hint: not hint.grave)


def _cases(dispute: Dispute, parties: Sequence[Party], reader: User) -> list[Hint]:
    same = Q(pk__in=[])
    for party in parties:
        if party.id_index:
            same |= Q(parties__id_index=party.id_index)
        if party.phone_index:
            same |= Q(parties__phone_index=party.phone_index)
    if dispute.address_key:
        same |= Q(address_key=dispute.address_key)
    street = f"/{dispute.matter.area.parent_ids[0]}/"
    others = Dispute.objects.filter(matter__area__path__startswith=street).exclude(pk=dispute.pk)
    ids = list(others.filter(same).order_by("-received_at").values_list("pk", flat=True).distinct()[:50])
    if not ids:
        return []
    seen = list(
        Dispute.objects.within(reader, "mediation.view")
        .filter(pk__in=ids)
        .select_related("matter")
        .prefetch_related("parties")
        .order_by("-received_at")
    )
    hints = [_told(dispute, parties, other) for other in seen[:SHOWN]]
    if hidden := len(ids) - len(seen[:SHOWN]):
        hints.append(Hint(f"另有 {hidden} 件同当事人或同地址的案件（含其他工作站）"))
    return hints


def _told(dispute: Dispute, parties: Sequence[Party], other: Dispute) -> Hint:
    state = KINDS["dispute"].states[other.matter.state]
    href = f"/mediation/{other.pk}/"
    for theirs in other.parties.all():
        for party in parties:
            by_number = party.id_index and party.id_index == theirs.id_index
            if by_number or (party.phone_index and party.phone_index == theirs.phone_index):
                turned = "" if theirs.side == party.side else f"，当时是{theirs.get_side_display()}"
                return Hint(f"{party.shown}另有案件 {other}（{state}{turned}）", href)
    return Hint(f"同一地址另有案件 {other}（{state}）", href)
