"""Reads of vocabulary and parameters that everybody needs."""

from shared.plain import rows

PARAMETERS = "SELECT code, value FROM grids_parameter WHERE code = ANY(%s)"
LABELS = "SELECT code, label FROM grids_term WHERE scheme = %s AND is_active ORDER BY position, id"
WORDS = "SELECT scheme, code, label FROM grids_term WHERE scheme = ANY(%s) ORDER BY scheme, position, id"


def parameters(*codes: str) -> dict[str, int]:
    """Values by code in one query. Raises KeyError for one that was never loaded."""
    found: dict[str, int] = dict(rows(PARAMETERS, list(codes)))
    if missing := set(codes) - set(found):
        raise KeyError(f"Parameters not loaded: {sorted(missing)}; run load_reference.")
    return found


def labels(scheme: str) -> dict[str, str]:
    """Code → Chinese label of a vocabulary, in its order."""
    return dict(rows(LABELS, scheme))


def words(*schemes: str) -> dict[str, dict[str, str]]:
    """Scheme → code → label for several vocabularies in one query; also words no longer in use, for old
    rows.
    """
    found: dict[str, dict[str, str]] = {scheme: {} for scheme in schemes}
    for scheme, code, label in rows(WORDS, list(schemes)):
        found[scheme][code] = label
    return found
