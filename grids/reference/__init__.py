"""Reference rows as shipped: vocabulary, parameters, roles; loading adds what is missing and never
overwrites an edit.
"""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import transaction

from grids.models import Parameter, Role, Term

HERE = Path(__file__).resolve().parent
MORE: list[Callable[[], tuple[int, int]]] = []
"""Rows of the apps above, which add their loader in `ready()`: (created, of how many)."""


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text())


@transaction.atomic
def load() -> dict[str, int]:
    """Counts of rows created and of those already there."""
    created = 0
    terms = [
        Term(scheme=scheme, code=code, label=label, synonyms=synonyms, group=group, position=position)
        for scheme, entries in _read("terms.toml").items()
        for position, (code, (label, synonyms, group)) in enumerate(entries.items())
    ]
    known = set(Term.objects.values_list("scheme", "code"))
    missing = [term for term in terms if (term.scheme, term.code) not in known]
    created += len(Term.objects.bulk_create(missing, ignore_conflicts=True))
    parameters, roles = _read("parameters.toml"), _read("roles.toml")
    for code, fields in parameters.items():
        created += Parameter.objects.get_or_create(code=code, defaults=fields)[1]
    for code, fields in roles.items():
        created += Role.objects.get_or_create(code=code, defaults=fields)[1]
    total = len(terms) + len(parameters) + len(roles)
    for load_more in MORE:
        new, of = load_more()
        created, total = created + new, total + of
    return {"created": created, "unchanged": total - created}
