"""Rules of the sources and check lists as shipped; loading adds what is missing and never overwrites an
edit."""

import tomllib
from pathlib import Path
from typing import Any

from grids.models import Role, Term
from incidents.hazards.models import CheckEntry, CheckItem, CheckList, SourceRule

HERE = Path(__file__).resolve().parent


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text())


def load() -> tuple[int, int]:
    """(created, of how many)."""
    rules, lists = _read("sources.toml"), _read("checklists.toml")
    created = _load_rules(rules) + _load_lists(lists["items"], lists["lists"])
    return created, len(rules) + len(lists["lists"])


def _load_rules(rules: dict[str, dict[str, str]]) -> int:
    known = set(SourceRule.objects.values_list("code", flat=True))
    roles = dict(Role.objects.values_list("code", "id"))
    missing = [
        SourceRule(
            code=code,
            position=position,
            source=rule["source"],
            right=rule.get("right", ""),
            unit_kind=rule.get("unit", ""),
            role_id=roles[rule["role"]] if "role" in rule else None,
        )
        for position, (code, rule) in enumerate(rules.items())
        if code not in known
    ]
    SourceRule.objects.bulk_create(missing)
    return len(missing)


def _load_lists(items: dict[str, list[Any]], lists: dict[str, list[str]]) -> int:
    """One list for each place type, named after it."""
    known = set(CheckList.objects.values_list("code", flat=True))
    if not (missing := {code: names for code, names in lists.items() if code not in known}):
        return 0
    labels = dict(Term.objects.filter(scheme="place_type").values_list("code", "label"))
    fields = ("text", "hazard_type", "level", "basis", "veto")
    rows = {name: dict(zip(fields, values, strict=True)) for name, values in items.items()}
    for row in rows.values():
        row["basis"] = row["basis"].removeprefix("[L]").removeprefix("[D]").strip()
    CheckItem.objects.bulk_create([CheckItem(**row) for row in rows.values()], ignore_conflicts=True)
    ids = {tuple(row[f] for f in fields): row["id"] for row in CheckItem.objects.values("id", *fields)}
    made = CheckList.objects.bulk_create(
        CheckList(code=code, name=f"{labels.get(code, code)}检查表（示例）", place_types=[code], basis="示例")
        for code in missing
    )
    CheckEntry.objects.bulk_create(
        CheckEntry(checklist=made_list, item_id=ids[tuple(rows[name].values())], position=position)
        for made_list in made
        for position, name in enumerate(missing[made_list.code])
    )
    return len(made)
