"""How a Django form field is shown: which control it gets, its hint, its errors and what describes it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django import forms
from django.forms import BoundField
from django.utils.safestring import SafeString


class Choice(NamedTuple):
    """One tile or tick."""

    id: str
    value: str
    label: str
    checked: bool


class Face(NamedTuple):
    """What templates/ui/forms.html needs to know of a bound field."""

    kind: str
    id: str
    hint: str
    describedby: str
    control: SafeString | None


def _kind(widget: forms.Widget) -> str:
    if isinstance(widget, forms.RadioSelect):
        return "tiles"
    if isinstance(widget, forms.CheckboxSelectMultiple):
        return "ticks"
    if isinstance(widget, forms.CheckboxInput):
        return "tick"
    if isinstance(widget, forms.FileInput):
        return "file"
    return "input"


def face(bound: BoundField, *, quiet: bool = False, **attrs: Any) -> Face:
    """`quiet` leaves out 选填 (filters). `attrs` go to the control; names may use `_` for `-`."""
    kind = _kind(bound.field.widget)
    help_text = str(bound.help_text or "")
    optional = "" if bound.field.required or quiet else "选填"
    hint = "，".join(part for part in (optional, help_text) if part)
    identity = bound.id_for_label or bound.auto_id or f"id_{bound.html_name}"
    ids = ([f"{bound.auto_id}_helptext"] if hint else []) + ([f"{bound.auto_id}_error"] if bound.errors else [])
    described = " ".join(ids)
    control = None
    if kind in {"input", "file"}:
        given = {name.replace("_", "-"): value for name, value in attrs.items()}
        shown = {"class": f"input input--{kind}" if kind == "file" else "input", **given}
        if described:
            shown["aria-describedby"] = described
        control = bound.as_widget(attrs=shown)
    return Face(kind, identity, hint, described, control)


def choices(bound: BoundField) -> Iterator[Choice]:
    """The options of a radio or checkbox group, without the empty one."""
    for option in bound.subwidgets:
        data = option.data
        if str(data["value"]) == "":
            continue
        yield Choice(
            id=str(data["attrs"].get("id", "")),
            value=str(data["value"]),
            label=str(data["label"]),
            checked=bool(data["selected"]),
        )


class DayInput(forms.DateInput):
    """The device's own date picker."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class HourInput(forms.TimeInput):
    """The device's own time picker."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


class MomentInput(forms.DateTimeInput):
    """The device's own picker of day and time, without a zone: the street's clock."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")
