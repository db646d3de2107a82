"""Finding matters by what people know of them: number, words, place, phone tail, pinyin initials."""

from collections.abc import Callable
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q

Finder = Callable[[str, Any], Any]
"""A word and the reader → a query of matters' ids; None where the word cannot mean anything to it."""
FINDERS: list[Finder] = []
MOST_WORDS = 8
COLUMNS = ("title", "number", "area__name", "area__parent__name")
TAIL = 4


def register(finder: Finder) -> None:
    """Let a kind's owner find matters by what only it stores; called from its `ready()`."""
    FINDERS.append(finder)


def is_tail(word: str) -> bool:
    """Four digits: the end of a phone number."""
    return len(word) == TAIL and word.isascii() and word.isdigit()


def find(value: str, user: Any) -> Q:
    """Matters in which every word is found somewhere."""
    clause = Q()
    for word in value.split()[:MOST_WORDS]:
        clause &= _somewhere(word, user)
    return clause


def _somewhere(word: str, user: Any) -> Q:
    found = Q()
    for column in COLUMNS:
        found |= Q(**{f"{column}__icontains": word})
    if word.isascii() and word.isalnum() and not word.isdigit():
        found |= Q(initials__search=SearchQuery(f"{word.lower()}:*", config="simple", search_type="raw"))
    for finder in FINDERS:
        ids = finder(word, user)
        if ids is not None:
            found |= Q(pk__in=ids)
    return found
