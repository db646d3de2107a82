"""What a visit raised and how it stands: apps above register how to tell it, the visit's page shows it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from accounts.models import User
from grids.models import Visit


@dataclass(frozen=True)
class Raised:
    """`href` "" where the reader may not open it; no names of people in `title`."""

    title: str
    state: str
    href: str = ""


Read = Callable[[Visit, User], Sequence[Raised]]
READERS: list[Read] = []


def register(read: Read) -> None:
    """Called from the owning app's `ready()`."""
    READERS.append(read)


def raised_by(visit: Visit, user: User) -> list[Raised]:
    """All of it, one query per kind."""
    return [found for read in READERS for found in read(visit, user)]
