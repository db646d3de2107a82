"""The form of a move: just the evidence that the table asks for, each by its name in matters/needs.py."""

from typing import Any

from django import forms

from accounts.models import User
from matters.loop import Transition
from matters.models import Matter
from matters.needs import NEEDS


class VersionField(forms.IntegerField):
    """The version that a page was filled in by; without one, what was typed is shown again to be checked."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        again = "这一页没有说是按哪一版填的，请核对下面的内容再提交一次。"
        codes = ("required", "invalid", "min_value", "max_value")
        super().__init__(min_value=1, max_value=2**31 - 1, error_messages=dict.fromkeys(codes, again))


class MoveForm(forms.Form):
    """One move of one matter. It only cleans; whether the move is open, `matters.workflow.advance` says."""

    action = forms.CharField(widget=forms.HiddenInput)
    version = VersionField()

    def __init__(
        self, transition: Transition, *, matter: Matter, user: User, data: Any = None, files: Any = None
    ) -> None:
        super().__init__(
            data,
            files,
            auto_id=f"id_{transition.action}_%s",
            initial={"action": transition.action, "version": matter.version},
        )
        self.transition = transition
        self.names = [*transition.needs, *transition.fields]
        if transition.to_unit:
            self.names.insert(self.names.index("area") + 1, "unit")
        if "area" in self.names and "note" not in self.names:
            self.names.append("note")
        for name in self.names:
            field = NEEDS[name].make(NEEDS[name], transition, matter, user)
            field.required = name in transition.needs and not (name == "area" and transition.to_unit)
            field.error_messages["required"] = NEEDS[name].missing
            if name in {"area", "unit"} and transition.to_unit:
                field.optional = "交给网格或单位，选一个"  # type: ignore[attr-defined]
            self.fields[name] = field
        if "note" in self.fields and (transition.prompt or "area" in self.names):
            self.fields["note"].label = transition.prompt or "交办说明"

    @property
    def evidence(self) -> dict[str, Any]:
        """What `advance` asks for besides the note."""
        return {name: self.cleaned_data[name] for name in self.names if name != "note"}
