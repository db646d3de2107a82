"""What the owning app adds to a matter's page: facts and a section of its own.

Matters cannot import them, so they register.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from accounts.models import User
from matters.models import Matter


@dataclass(frozen=True)
class Detail:
    """`lead` stands under the title; `facts` as (label, text), empty texts left out; `reveal` is where full
    numbers are shown against a reason; `template` is drawn below with `extra` as its names;
    `links` are what other apps offer to do with it."""

    lead: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    reveal: str = ""
    template: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)
    links: tuple[tuple[str, str], ...] = ()


Load = Callable[[Matter, User], Detail]
LOADERS: dict[str, Load] = {}
Offer = Callable[[Matter, User], tuple[str, str] | None]
OFFERS: dict[str, list[Offer]] = {}


def register(kind: str, load: Load) -> None:
    """Say how a kind's matters look to a reader; called from the owning app's `ready()`.

    `load` masks personal values and leaves out what the reader has no right to.
    """
    LOADERS[kind] = load


def offer(kind: str, make: Offer) -> None:
    """Let another app offer something on the page of a kind's matters: `make` gives (words, address), or None
    for a reader who may not.
    """
    OFFERS.setdefault(kind, []).append(make)


def detail_of(matter: Matter, user: User) -> Detail:
    """What the owner of the kind has to show; nothing for a kind without more."""
    load = LOADERS.get(matter.kind)
    detail = load(matter, user) if load else Detail()
    links = [link for make in OFFERS.get(matter.kind, []) if (link := make(matter, user))]
    return replace(detail, links=tuple(links)) if links else detail
