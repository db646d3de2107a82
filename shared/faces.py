"""How a Django form field is shown: which control it gets, its hint, its errors and what describes it."""

from collections.abc import Iterator
from html import escape
from typing import Any, NamedTuple, cast

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.forms.utils import flatatt
from django.utils.safestring import SafeString, mark_safe


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
    if isinstance(widget, forms.CheckboxSelectMultiple):  # before RadioSelect, which it derives from
        return "ticks"
    if isinstance(widget, forms.RadioSelect):
        return "tiles"
    if isinstance(widget, forms.CheckboxInput):
        return "tick"
    if isinstance(widget, forms.FileInput):
        return "file"
    return "input"


def face(bound: BoundField, *, quiet: bool = False, **attrs: Any) -> Face:
    """`quiet` leaves out 选填 (filters), `field.optional` says it otherwise. `attrs` go to the control;
    names may use `_` for `-`.
    """
    kind = _kind(bound.field.widget)
    help_text = str(bound.help_text or "")
    optional = "" if bound.field.required or quiet else getattr(bound.field, "optional", "选填")
    hint = "，".join(part for part in (optional, help_text) if part)
    identity = bound.id_for_label or bound.auto_id or f"id_{bound.html_name}"
    parts = {"helptext": hint, "error": bound.errors}
    described = " ".join(f"{bound.auto_id}_{name}" for name, there in parts.items() if there)
    control = None
    if kind in {"input", "file"}:
        given = {name.replace("_", "-"): value for name, value in attrs.items()}
        shown = {"class": "input input--file" if kind == "file" else "input", **given}
        if isinstance(bound.field.widget, forms.Textarea):
            shown.setdefault("rows", 4)
        if described:
            shown["aria-describedby"] = described
        control = _control(bound, shown)
    return Face(kind, identity, hint, described, control)


def _control(bound: BoundField, attrs: dict[str, Any]) -> SafeString:
    """The control as Django draws it; the two sorts that filters have many of without its templates."""
    widget = bound.field.widget
    if type(widget) is forms.Select:
        return _list(bound, attrs)
    if isinstance(widget, forms.TextInput) and widget.template_name in PLAIN:
        return _line(bound, attrs)
    return bound.as_widget(attrs=attrs)


PLAIN = {f"django/forms/widgets/{name}.html" for name in ("text", "number", "date", "datetime", "time")}


def _line(bound: BoundField, attrs: dict[str, Any]) -> SafeString:
    """The same `<input>` as Django's."""
    context = bound.field.widget.get_context(bound.html_name, bound.value(), bound.build_widget_attrs(attrs))
    drawn = context["widget"]
    names = {"type": drawn["type"], "name": drawn["name"], "value": drawn["value"]}
    given = {**names, "id": bound.auto_id or None, **drawn["attrs"]}
    return mark_safe(f"<input{flatatt(given)}>")  # noqa: S308 -- flatatt escapes


def _list(bound: BoundField, attrs: dict[str, Any]) -> SafeString:
    """The same `<select>` as Django's, without a template for each of its choices: filters have dozens."""
    widget, chosen = cast(forms.Select, bound.field.widget), bound.value()
    given = {"id": bound.auto_id, **widget.attrs, **bound.build_widget_attrs(attrs)}
    wanted = {"" if chosen is None else str(chosen)}

    def options(choices: Any) -> Iterator[str]:
        for value, label in choices:
            if isinstance(label, list | tuple):
                yield f'<optgroup label="{escape(str(value))}">{"".join(options(label))}</optgroup>'
            else:
                text = "" if value is None else str(value)
                mark = " selected" if text in wanted else ""
                yield f'<option value="{escape(text)}"{mark}>{escape(str(label))}</option>'

    inside = "".join(options(widget.choices))
    return mark_safe(  # noqa: S308 -- every part is escaped above
        f'<select name="{escape(bound.html_name)}"{flatatt(given)}>{inside}</select>'
    )


WORDING = {
    "max_length": "最多{limit_value}个字，现在{show_value}个，请删短",
    "min_length": "至少{limit_value}个字，现在{show_value}个，请补充",
    "max_value": "不能大于{limit_value}，请核对",
    "min_value": "不能小于{limit_value}，请核对",
    "invalid_choice": "这个选项现在不能用，请重新选",
    "missing": "没有收到文件，请重新选择",
    "empty": "文件是空的，请换一个",
}
TEMPORAL = (forms.DateField, forms.DateTimeField, forms.TimeField)
REQUIRED = {"tick": "请勾选后再提交", "tiles": "请选一项", "ticks": "请至少选一项", "file": "请选择文件"}


def _has_own_wording(field: forms.Field, code: str) -> bool:
    """Whether the form's author worded this error."""
    defaults: dict[str, object] = {}
    for kind in reversed(type(field).__mro__):
        defaults |= getattr(kind, "default_error_messages", {})
    return code in field.error_messages and str(field.error_messages[code]) != str(defaults.get(code, ""))


def _told(bound: BoundField, error: ValidationError) -> str:
    """Django's own wording is replaced by one that says what to do; a form's own wording stays."""
    if not error.code or _has_own_wording(bound.field, error.code):
        return str(error.messages[0])
    widget = bound.field.widget
    if error.code == "required":
        return REQUIRED.get(_kind(widget), "请选一项" if isinstance(widget, forms.Select) else "请填写这一项")
    if error.code == "invalid" and isinstance(bound.field, TEMPORAL):
        return "日期或时间不对，请从日历里选"
    if error.code == "invalid" and isinstance(bound.field, forms.IntegerField):
        return "请填数字"
    if error.code in WORDING:
        return WORDING[error.code].format_map(error.params or {})
    return str(error.messages[0])


def told(bound: BoundField) -> list[str]:
    """What is wrong with the field, in words that say what to do next."""
    return [_told(bound, error) for error in bound.errors.as_data()]


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
