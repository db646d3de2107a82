"""Reads of whom to visit: search by name, initials and numbers, and rows of lists with persons masked."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Q

from grids.models import Area, Target, Term
from grids.models.target import TargetQuerySet
from shared.crypto import blind, mask, normal

TABS = {"care": "帮扶关爱", "control": "管控", "place": "重点场所"}
LABELS = {
    "name": "姓名或名称",
    "category": "类别",
    "colour": "等级",
    "grid": "责任网格",
    "address": "地址",
    "contact_name": "联系人",
    "phone": "电话",
    "id_number": "证件号码",
    "note": "要看什么",
}
ROW = (
    "id", "kind", "category", "name", "colour", "address", "grid_id", "grid__name", "due_on", "last_visit_on",
    "suspended_on", "is_active", "born_in", "note",
)  # fmt: skip


def search(targets: TargetQuerySet, text: str) -> TargetQuerySet:
    """Targets that the text names: a full phone or identity number (blind index), the last four digits,
    initials, or part of a name or address.
    """
    text = text.strip()
    if not text:
        return targets
    compact = normal(text)
    if re.fullmatch(r"\d{4}", compact):
        return targets.filter(Q(phone_tail=compact) | Q(name__contains=text) | Q(address__contains=text))
    if re.fullmatch(r"\d{7,17}[\dX]", compact):
        return targets.filter(Q(phone_index=blind(compact, "phone")) | Q(id_index=blind(compact, "id")))
    found = Q(name__contains=text) | Q(address__contains=text)
    if re.fullmatch(r"[A-Z0-9]{2,40}", compact):
        found |= Q(initials__startswith=compact.lower())
    return targets.filter(found)


def narrowed(targets: TargetQuerySet, given: Mapping[str, Any], day: date) -> TargetQuerySet:
    """Targets by `q`, `group`, `area`, `category`, `colour` and `state`; empty ones ask nothing, removed
    ones show only if asked.

    A search by `q` looks in all groups.
    """
    state = given.get("state", "")
    targets = targets.filter(is_active=state != "removed")
    if state == "suspended":
        targets = targets.filter(suspended_on__isnull=False)
    elif state in {"over", "due"}:
        targets = targets.filter(suspended_on=None, **{"due_on__lt" if state == "over" else "due_on": day})
    if given.get("q"):
        targets = search(targets, given["q"])
    elif given.get("group") == "place":
        targets = targets.filter(kind=Target.Kind.PLACE)
    elif given.get("group"):
        codes = Term.objects.filter(scheme="key_person", group=given["group"]).values("code")
        targets = targets.filter(kind=Target.Kind.PERSON, category__in=codes)
    if given.get("area"):
        path = Area.objects.filter(pk=given["area"]).values_list("path", flat=True).first()
        targets = targets.filter(grid__path__startswith=path or "-")
    for name in ("category", "colour"):
        if given.get(name):
            targets = targets.filter(**{name: given[name]})
    return targets


def shown_group(given: Mapping[str, Any]) -> str:
    """The tab of the register: care and control are never mixed in one list (decision 0002), only a search
    or what is due is one.
    """
    return (
        "" if given.get("q") or given.get("state") or given.get("category") else given.get("group") or "care"
    )


def group_of(target: Target) -> str:
    """帮扶关爱, 管控 or 重点场所."""
    if target.kind == Target.Kind.PLACE:
        return TABS["place"]
    group = (
        Term.objects.filter(scheme="key_person", code=target.category).values_list("group", flat=True).first()
    )
    return TABS.get(group or "", "")


def differences(
    target: Target, stale: list[tuple[str, str, str]], words: Mapping[str, Mapping[str, str]]
) -> list[tuple[str, str, str]]:
    """(label, theirs, yours) for people, out of what a stale edit reported."""
    categories = words["key_person" if target.kind == Target.Kind.PERSON else "place_type"]
    said = {**categories, **dict(Target.Colour.choices)}
    return [(LABELS[name], said.get(theirs, theirs), said.get(yours, yours)) for name, theirs, yours in stale]


def shown_name(kind: str, name: str) -> str:
    """As lists show it: a person masked, a place in full."""
    return mask(name) if kind == Target.Kind.PERSON else name


API_ROW = (
    "id", "kind", "category", "name", "colour", "address", "grid_id", "grid__name", "due_on", "last_visit_on",
    "suspended_on",
)  # fmt: skip


def api_row(row: dict[str, Any]) -> dict[str, Any]:
    """A plain row as the API gives it."""
    row["name"] = shown_name(row["kind"], row["name"])
    row["grid"], row["grid_name"] = row.pop("grid_id"), row.pop("grid__name")
    return row
