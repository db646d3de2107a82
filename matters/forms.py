"""The form of a move: just the evidence that the table asks for."""

from collections import defaultdict
from typing import Any

from django import forms

from accounts.models import User
from grids.models import Area
from matters.loop import Transition
from matters.models import Matter
from matters.workflow import CLOSING, NEEDED

NOTE_LIMIT = 2000
PROMPTS = {
    "echo": "做了什么、现在怎么样",
    "send_back": "为什么退回",
    "redo": "哪里还要重办",
    "cancel": "为什么撤销",
}


def area_groups(user: User, right: str, street: Area) -> list[tuple[str, list[tuple[str, str]]]]:
    """Villages of the matter's street with their grids, as far as the user's right reaches, for a grouped
    select.
    """
    root = f"/{street.parent_ids[0]}/"
    found = (
        Area.objects.within(user, right)
        .filter(is_active=True, path__startswith=root)
        .exclude(level=Area.Level.STREET)
        .order_by("path")
        .values_list("id", "name", "level", "parent_id", "parent__name")
    )
    names: dict[int, str] = {}
    groups: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for pk, name, level, parent, above in found:
        if level == Area.Level.GRID:
            names.setdefault(parent, above)
            groups[parent].append((str(pk), name))
        else:
            names[pk] = name
            groups[pk].insert(0, (str(pk), f"{name}（全村社）"))
    return [(names[pk], choices) for pk, choices in groups.items()]


class MoveForm(forms.Form):
    """One move of one matter. It only cleans; whether the move is open, `matters.workflow.advance` says."""

    action = forms.CharField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, transition: Transition, *, areas: list[Any], version: int, data: Any = None) -> None:
        super().__init__(
            data,
            auto_id=f"id_{transition.action}_%s",
            initial={"action": transition.action, "version": version},
        )
        self.transition = transition
        if "outcome" in transition.needs:
            choices = [(o.value, o.label) for o in Matter.Outcome if o.value in CLOSING]
            self.fields["outcome"] = forms.ChoiceField(
                label="结果",
                choices=choices,
                widget=forms.RadioSelect,
                error_messages={"required": NEEDED["outcome"]},
            )
        if "answer" in transition.needs:
            self.fields["answer"] = self._text("给上报人的答复", "answer")
        if "area" in transition.needs:
            self.fields["area"] = forms.ChoiceField(
                label="交给", choices=[("", "请选择"), *areas], error_messages={"required": NEEDED["area"]}
            )
        if "note" in transition.needs:
            self.fields["note"] = self._text(PROMPTS.get(transition.action, "说明"), "note")
        elif "area" in transition.needs:
            self.fields["note"] = self._text("交办说明", "note", required=False)

    @staticmethod
    def _text(label: str, name: str, *, required: bool = True) -> forms.CharField:
        return forms.CharField(
            label=label,
            required=required,
            max_length=NOTE_LIMIT,
            widget=forms.Textarea(attrs={"rows": 3}),
            error_messages={"required": NEEDED[name]},
        )

    def clean_area(self) -> Area:
        """The area itself; the choices already kept it inside the user's territory."""
        return Area.objects.get(pk=self.cleaned_data["area"])

    @property
    def evidence(self) -> dict[str, Any]:
        """What `advance` asks for besides the note."""
        return {
            name: self.cleaned_data[name]
            for name in ("outcome", "answer", "area")
            if name in self.cleaned_data
        }
