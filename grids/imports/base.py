"""What an importer is: one kind of sheet, read row by row, compared with what is there in bulk, written in
bulk."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from grids.models import ImportBatch, ImportRow, Term
from shared.cells import Cell, Unclear, text
from shared.sheets import Vocabulary

T = TypeVar("T")
Outcome = ImportRow.Outcome


@dataclass(frozen=True)
class Problem:
    """Why a row cannot be taken: the column's code and what to do, in Chinese."""

    code: str
    reason: str


@dataclass(frozen=True)
class Change:
    """A field that gets another value, both as people read them; personal ones masked."""

    code: str
    old: str
    new: str


@dataclass
class Row:
    """A row on its way in: cells as they stand in the file, values as they will be stored. An empty cell
    states nothing."""

    number: int
    cells: Mapping[str, Cell]
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    subject: str = ""

    def refuse(self, code: str, reason: str) -> None:
        """Note why the row cannot be taken."""
        self.problems.append(Problem(code, reason))

    def take(self, code: str, read: Callable[[Cell], T], *, longest: int = 0, needed: str = "") -> T | None:
        """Read a cell into `values`; None (and nothing stored) for an empty or unreadable one. `needed`: what
        to do when empty."""
        cell = self.cells.get(code)
        if not text(cell):
            if needed:
                self.refuse(code, needed)
            return None
        try:
            value = read(cell)
        except Unclear as unclear:
            self.refuse(code, str(unclear))
            return None
        if longest and isinstance(value, str) and len(value) > longest:
            self.refuse(code, f"太长：最多 {longest} 个字，现有 {len(value)} 个字，请缩短")
            return None
        if value is not None:
            self.values[code] = value
        return value


@dataclass
class Result:
    """What becomes of a row; `made` is the stored object, known after saving where it is new."""

    row: Row
    outcome: Outcome
    changes: list[Change] = field(default_factory=list)
    unplaced: bool = False
    made: Any = None


class Session(Protocol):
    """One run of an importer over one batch, with everything that all rows share already read."""

    def hint(self, cells: Mapping[str, Cell]) -> str:
        """Cheaply: a text that two rows about the same thing have in common; empty where the row has none."""

    def read(self, row: Row) -> None:
        """Fill `values`, `subject` and `problems`. Asks the database nothing."""

    def key(self, row: Row) -> str:
        """The identity of what a good row is about."""

    def plan(self, rows: Sequence[Row]) -> list[Result]:
        """Compare good rows with what is stored, locking it: a constant number of queries for a chunk. Writes
        nothing."""

    def save(self, results: Sequence[Result]) -> None:
        """Write what `plan` said, a constant number of queries for a chunk."""


class Importer(Protocol):
    """One kind of sheet.

    `scheme` names the Terms of its columns, `required` the columns it cannot do without (any of each tuple),
    `personal` those that
    are encrypted and masked, `page` the route of one stored object (empty: none), `tray` the route and
    right of what could not be placed (empty: everything has its place); `example`, `choices` (a
    scheme, or the words themselves) and `notes` make its template.
    """

    code: str
    label: str
    right: str
    scheme: str
    required: Sequence[tuple[str, ...]]
    personal: frozenset[str]
    page: str
    tray: tuple[str, str]
    example: Mapping[str, str]
    choices: Mapping[str, str | tuple[str, ...]]
    notes: Sequence[str]

    def begin(self, batch: ImportBatch) -> Session:
        """Read what all rows need."""


_importers: dict[str, Importer] = {}


def register(importer: Importer) -> None:
    """Make a kind of sheet known; called from the owning app's `ready()`."""
    _importers[importer.code] = importer


def importers() -> list[Importer]:
    """All kinds, those of the highest app first."""
    return list(reversed(_importers.values()))


def importer_of(code: str) -> Importer:
    """The importer of a kind. Raises KeyError for one that no app registered."""
    return _importers[code]


def vocabulary(importer: Importer) -> Vocabulary:
    """The columns of a kind as officials call them (Terms of its scheme), with the ones it cannot do
    without."""
    return Vocabulary.of(columns(importer), importer.required)


def columns(importer: Importer) -> dict[str, tuple[str, ...]]:
    """Column code → label and synonyms, in the order of the template."""
    rows = Term.objects.filter(scheme=importer.scheme, is_active=True).values_list(
        "code", "label", "synonyms"
    )
    return {code: (label, *synonyms) for code, label, synonyms in rows}
