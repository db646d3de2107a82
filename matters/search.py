"""Finding matters by what people know of them: number, words, place, phone tail, pinyin initials."""

from collections.abc import Callable
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q

from grids.models import Area
from matters.models import Matter

Finder = Callable[[str, Any], Any]
"""A word and the reader → a query of matters' ids; None where the word cannot mean anything to it."""
FINDERS: list[Finder] = []
MOST_WORDS = 8
TAIL = 4
SHORTEST = 8
"""Characters of a number: `YH2026-000012`, the police's own."""


def register(finder: Finder) -> None:
    """Let a kind's owner find matters by what only it stores; called from its `ready()`."""
    FINDERS.append(finder)


def is_tail(word: str) -> bool:
    """Four digits: the end of a phone number."""
    return len(word) == TAIL and word.isascii() and word.isdigit()


def holds(word: str) -> str:
    """How a text is asked for a word: Chinese has no case, and comparing without folding it costs a third."""
    return "icontains" if word.upper() != word.lower() else "contains"


def find(value: str, user: Any) -> Q:
    """Matters in which every word is found somewhere; a whole number is that matter alone."""
    words = value.split()[:MOST_WORDS]
    if len(words) == 1 and (pk := _numbered(words[0], user)):
        return Q(pk=pk)
    clause = Q()
    for word in words:
        clause &= _somewhere(word, user)
    return clause


def _numbered(word: str, user: Any) -> int | None:
    """The matter of this number, by its index, where the reader may see it."""
    if len(word) < SHORTEST or not word.isascii() or word.isalpha():
        return None
    seen: Any = Matter.objects.within(user, "matters.view")
    found: int | None = seen.filter(number__in=[word, word.upper()]).values_list("pk", flat=True).first()
    return found


def _somewhere(word: str, user: Any) -> Q:
    how = holds(word)
    named = Q(**{f"name__{how}": word}) | Q(**{f"parent__name__{how}": word})
    found = Q(**{f"title__{how}": word}) | Q(area__in=Area.objects.filter(named).values("pk"))
    if word.isascii():
        found |= Q(**{f"number__{how}": word})
    if word.isascii() and word.isalnum() and not word.isdigit():
        found |= Q(initials__search=SearchQuery(f"{word.lower()}:*", config="simple", search_type="raw"))
    for finder in FINDERS:
        ids = finder(word, user)
        if ids is not None:
            found |= Q(pk__in=ids)
    return found
