"""Reads of vocabulary and parameters that everybody needs."""

from grids.models import Parameter, Term


def parameters(*codes: str) -> dict[str, int]:
    """Values by code in one query. Raises KeyError for one that was never loaded."""
    found = dict(Parameter.objects.filter(code__in=codes).values_list("code", "value"))
    if missing := set(codes) - set(found):
        raise KeyError(f"Parameters not loaded: {sorted(missing)}; run load_reference.")
    return found


def labels(scheme: str) -> dict[str, str]:
    """Code → Chinese label of a vocabulary, in its order."""
    return dict(Term.objects.filter(scheme=scheme, is_active=True).values_list("code", "label"))


def word_finder(scheme: str) -> dict[str, str]:
    """Any known word (label or synonym) → code."""
    found: dict[str, str] = {}
    for code, label, synonyms in Term.objects.filter(scheme=scheme, is_active=True).values_list(
        "code", "label", "synonyms"
    ):
        for word in (label, *synonyms):
            found.setdefault(word, code)
    return found
