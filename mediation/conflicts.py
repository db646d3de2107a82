"""回避: who of those that mediate or advise in a case is a party to it, acts for one, or is close to one."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q

from accounts.models import User
from grids.models import Post, Target
from mediation.models import Agent, Dispute, Invitation, Mediator, Party
from mediation.places import keys_of
from shared.crypto import blind


@dataclass(frozen=True)
class Helper:
    """One of those who work on the case, and as what."""

    user: User
    role: str


def conflicts_of(dispute: Dispute, parties: Sequence[Party]) -> Iterator[str]:
    """In words, each pair once: the same phone, the same name, or a home at the same address (a mediator must
    not be a party or close to one). A constant number of queries.

    Where somebody lives is known only of those who stand in a case or a visit list with the same phone.
    """
    team = _team(dispute)
    homes = _homes([helper.user for helper in team], dispute)
    told = set()
    for helper in team:
        for party in parties:
            key = (helper.user.pk, party.pk)
            if key not in told and (words := _told(helper, party, homes[helper.user.phone_index])):
                told.add(key)
                yield words


def _told(helper: Helper, party: Party, homes: set[str]) -> str:
    """What is too close between the two; "" where nothing is."""
    user, who = helper.user, f"{party.get_side_display()}{party.shown}"
    name = blind(user.name, "name")
    known: list[tuple[Party | Agent, str]] = [
        (party, who),
        *((agent, f"{who}的{agent.get_role_display()}") for agent in party.agents.all()),
    ]
    for one, called in known:
        if user.phone_index and one.phone_index == user.phone_index:
            return f"{helper.role}与{called}同一电话，应当回避"
    if party.address_key and party.address_key in homes:
        return f"{helper.role}与{who}同一住址，请确认是否近亲属"
    for one, called in known:
        if one.name_index == name:
            return f"{helper.role}与{called}同名，请确认是否本人或近亲属"
    return ""


def _team(dispute: Dispute) -> list[Helper]:
    """The mediator, those beside him, who holds its sittings, the brand's members, and who answers for the
    departments and brands that were asked and did not decline.
    """
    found = [Helper(dispute.mediator, f"调解员{dispute.mediator.name}")] if dispute.mediator else []
    found += [Helper(user, f"共同调解员{user.name}") for user in dispute.helpers.all()]
    planned = dispute.sessions.filter(state="planned").select_related("host")
    found += [Helper(session.host, f"主持人{session.host.name}") for session in planned]
    asked = Invitation.objects.filter(dispute=dispute).exclude(answer__in=["declined", "cancelled"])
    members = Mediator.objects.filter(
        Q(brand=dispute.brand_id, brand__isnull=False) | Q(brand__in=asked.values("brand")), is_active=True
    ).select_related("user", "brand")
    found += [Helper(member.user, f"{member.brand}{member.user.name}") for member in members]
    posts = Post.objects.on().filter(
        unit__in=asked.values("unit"), role__rights__contains=["mediation.answer"], user__is_active=True
    )
    found += [
        Helper(post.user, f"{post.unit}{post.user.name}") for post in posts.select_related("user", "unit")
    ]
    first: dict[int, Helper] = {}
    for helper in found:
        first.setdefault(helper.user.pk, helper)
    return list(first.values())


def _homes(users: Sequence[User], dispute: Dispute) -> dict[str, set[str]]:
    """Phone index → address keys under which somebody of that phone is known in the street."""
    phones = [user.phone_index for user in users if user.phone_index]
    street = f"/{dispute.matter.area.parent_ids[0]}/"
    homes: dict[str, set[str]] = defaultdict(set)
    if not phones:
        return homes
    known = Party.objects.filter(phone_index__in=phones, dispute__matter__area__path__startswith=street)
    for phone, key in known.exclude(address_key="").values_list("phone_index", "address_key"):
        homes[phone].add(key)
    visited = Target.objects.filter(kind="person", phone_index__in=phones, grid__path__startswith=street)
    listed = list(visited.exclude(address="").values_list("address", "phone_index"))
    keys = keys_of(dispute.matter.area, (address for address, _ in listed))
    for address, phone in listed:
        homes[phone].add(keys[address])
    return homes
