"""What other apps know of a matter that becomes a case: they register how to read theirs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from matters.models import Matter


@dataclass(frozen=True)
class Origin:
    """What is taken over, so that nobody types it again."""

    source: str
    facts: str = ""
    address: str = ""
    dispute_type: str = "other"
    name: str = ""
    phone: str = ""


Read = Callable[[Matter], Mapping[str, Any]]
READERS: dict[str, Read] = {}


def register(kind: str, read: Read) -> None:
    """`read` gives the fields of an Origin for a matter of the kind."""
    READERS[kind] = read


def read(matter: Matter) -> Origin:
    """What is known of the matter; of a kind that nobody registered, its title."""
    known = READERS.get(matter.kind)
    return Origin(**known(matter)) if known else Origin(source="department", facts=matter.title)
