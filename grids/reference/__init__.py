"""Reference rows as shipped: vocabulary, parameters, roles; loading adds what is missing and never
overwrites an edit (docs/decisions/0032).
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
def load() -> dict[str, Any]:
    """Counts of rows created and of those already there; which rights roles got that were there (`granted`:
    code of the role → rights).
    """
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
    granted: dict[str, list[str]] = {}
    for code, fields in roles.items():
        made, new = _load_role(code, fields)
        created += made
        if new:
            granted[code] = new
    total = len(terms) + len(parameters) + len(roles)
    for load_more in MORE:
        more, of = load_more()
        created, total = created + more, total + of
    return {"created": created, "unchanged": total - created, "granted": granted}


def _load_role(code: str, fields: dict[str, Any]) -> tuple[bool, list[str]]:
    """Whether the role is new; else the rights that its definition gained since the last load, each added
    once.
    """
    own, of_unit = fields["rights"], fields.get("unit_rights", [])
    shipped = [*own, *(f"unit:{right}" for right in of_unit)]
    role, made = Role.objects.select_for_update().get_or_create(
        code=code, defaults={**fields, "offered": shipped}
    )
    new = [right for right in shipped if right not in role.offered]
    if made or not new:
        return made, []
    role.offered = [*role.offered, *new]
    before = [*role.rights, *(f"unit:{right}" for right in role.unit_rights)]
    role.rights += [right for right in own if right in new and right not in role.rights]
    role.unit_rights += [r for r in of_unit if f"unit:{r}" in new and r not in role.unit_rights]
    role.save(update_fields=["offered", "rights", "unit_rights"])
    return False, [right for right in new if right not in before]
