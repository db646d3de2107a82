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


def words(*schemes: str) -> dict[str, dict[str, str]]:
    """Scheme → code → label for several vocabularies in one query; also words no longer in use, for old
    rows.
    """
    found: dict[str, dict[str, str]] = {scheme: {} for scheme in schemes}
    for scheme, code, label in Term.objects.filter(scheme__in=schemes).values_list("scheme", "code", "label"):
        found[scheme][code] = label
    return found


def word_finder(scheme: str) -> dict[str, str]:
    """Any known word (label or synonym) → code."""
    found: dict[str, str] = {}
    for code, label, synonyms in Term.objects.filter(scheme=scheme, is_active=True).values_list(
        "code", "label", "synonyms"
    ):
        for word in (label, *synonyms):
            found.setdefault(word, code)
    return found
