"""What other apps tell about an area on its page: each registers a read, the page shows them all."""

from collections.abc import Callable
from typing import NamedTuple

from accounts.models import User
from grids.models import Area


class Standing(NamedTuple):
    """A number with its name; `sub` says what it is made of, `href` leads to the rows behind it ("" where the
    reader may not open them)."""

    label: str
    n: int
    sub: str = ""
    href: str = ""


READS: list[Callable[[User, Area], list[Standing]]] = []


def register(read: Callable[[User, Area], list[Standing]]) -> None:
    """Show the read's numbers on every area page; called from the owning app's `ready()`. A read costs a
    constant number of queries and narrows to the user's territory itself."""
    READS.append(read)


def of(user: User, area: Area) -> list[Standing]:
    """Everything that the apps tell about the area."""
    return [standing for read in READS for standing in read(user, area)]
