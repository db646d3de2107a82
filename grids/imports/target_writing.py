"""How a row of a register is told from another, and how targets are written in bulk with what `save()` would
keep in step."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from accounts.models import User
from grids.models import DueChange, Target
from shared.crypto import blind

CHANGEABLE = (
    "external_id", "category", "name", "initials", "colour", "grid", "address", "latitude", "longitude",
    "contact_name",
    "phone", "phone_index", "phone_tail", "id_number", "id_index", "born_in", "note", "enrolled_on",
    "last_visit_on", "due_on",
    "is_active", "version",
)  # fmt: skip


def identities(values: Mapping[str, Any]) -> list[str]:
    """By what a row is known, strongest first: source number, document, name and address in a grid."""
    found = []
    if external_id := values.get("external_id"):
        found.append(f"external|{external_id}")
    if id_number := values.get("id_number"):
        found.append(f"id|{blind(id_number, 'id')}")
    found.append(f"name|{values['grid'].pk}|{values['name']}|{values.get('address', '')}")
    return found


def stored_identities(target: Target) -> list[str]:
    """The same of a stored target."""
    found = [f"external|{target.external_id}"] if target.external_id else []
    if target.id_index:
        found.append(f"id|{target.id_index}")
    return [*found, f"name|{target.grid_id}|{target.name}|{target.address}"]


def in_step(target: Target) -> Target:
    """Set the columns that follow from others, as `Target.save` does; bulk statements bypass it."""
    target.phone_index = blind(target.phone, "phone")
    target.phone_tail = target.phone[-4:]
    target.id_index = blind(target.id_number, "id")
    if target.id_number[:17].isdecimal() and len(target.id_number) == 18:
        target.born_in = int(target.id_number[6:10])
    return target


def create(targets: Sequence[Any]) -> None:
    """One statement."""
    Target.objects.bulk_create([in_step(target) for target in targets])


def update(targets: Sequence[Any]) -> None:
    """One statement; a target that two rows changed is written once."""
    changed = {target.pk: target for target in targets}
    for target in changed.values():
        target.version += 1
        in_step(target)
    Target.objects.bulk_update(list(changed.values()), CHANGEABLE)


def note_due_changes(changes: Sequence[tuple[Target, date]], actor: User | None, on: date) -> None:
    """Keep the due days that ended without a visit because the colour changed: coverage of past periods needs
    them."""
    DueChange.objects.bulk_create(
        DueChange(target=target, due_on=due_on, changed_on=on, reason=DueChange.Reason.RECOLOURED, by=actor)
        for target, due_on in changes
        if target.pk and target.due_on != due_on and actor is not None
    )
