"""Whose personal data can be looked at in full: each app registers its kinds, the reveal page serves them
all."""

from collections.abc import Callable
from dataclasses import dataclass

from accounts.models import User
from shared.crypto import mask


@dataclass(frozen=True)
class PersonalField:
    """One number or name: what it is called and what it is in full."""

    label: str
    full: str

    @property
    def masked(self) -> str:
        """As every other page shows it."""
        return mask(self.full)


@dataclass(frozen=True)
class Subject:
    """A person behind a row: `name` as pages show it (masked), `back` the page that the look started from."""

    name: str
    meta: str
    fields: tuple[PersonalField, ...]
    back: str

    @property
    def masked(self) -> list[tuple[str, str]]:
        """Label and masked value of each field."""
        return [(field.label, field.masked) for field in self.fields]


@dataclass(frozen=True)
class Kind:
    """A sort of row with personal fields. `load` gives the row if it lies where the user holds
    `personal.reveal`, else None."""

    code: str
    label: str
    load: Callable[[User, int], Subject | None]


KINDS: dict[str, Kind] = {}


def register(code: str, label: str, load: Callable[[User, int], Subject | None]) -> None:
    """Make a kind known under `/personal/<code>/<id>/`; called from the owning app's `ready()`."""
    KINDS[code] = Kind(code, label, load)
