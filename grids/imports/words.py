"""A vocabulary in the hands of an importer: any writing of a known word → its code."""

from grids.models import Term
from shared.cells import Cell, Unclear, key, text


class Words:
    """The terms of a scheme with their synonyms, read once. Blanks, full-width forms and case make no
    difference."""

    def __init__(self, scheme: str, name: str) -> None:
        self.name = name
        self._labels: dict[str, str] = {}
        self._codes: dict[str, str] = {}
        rows = list(
            Term.objects.filter(scheme=scheme, is_active=True).values_list("code", "label", "synonyms")
        )
        for code, label, _ in rows:
            self._labels[code] = label
            self._codes[key(label)] = code
        for code, _, synonyms in rows:
            for word in synonyms:
                self._codes.setdefault(key(word), code)

    def code(self, cell: Cell) -> str:
        """The code of a word. Raises Unclear for one that nobody entered."""
        if (found := self._codes.get(key(cell))) is None:
            raise Unclear(
                f"“{text(cell)[:20]}”不在{self.name}里。请更正，或请管理员在“词表”里把它加为某一类别的同义词"
            )
        return found

    def label(self, code: str) -> str:
        """The word that officials use; the code itself where the term was withdrawn."""
        return self._labels.get(code, code)

    def labels(self) -> list[str]:
        """All words, in their order."""
        return list(self._labels.values())
