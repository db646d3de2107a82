"""What the loop must know of diversions: the receiver as evidence, conditions and effects of their moves."""

from django import forms

from accounts.models import User
from incidents.diversions import workflow
from matters import conditions, effects, needs, wording
from matters.conditions import Condition
from matters.loop import Transition
from matters.models import Matter


def _receivers(need: needs.Need, _: Transition, matter: Matter, __: User) -> forms.Field:
    return forms.ChoiceField(label=need.word, choices=[("", "请选择"), *workflow.receivers(matter)])


def register() -> None:
    """Called once, when the app is ready."""
    wording.register(workflow.NOTICE)
    needs.register("receiver", needs.Need("分流给", "请选择分流给谁。", _receivers))
    conditions.register("may_divert", Condition(workflow.may_divert))
    conditions.register("diversion_step", Condition(workflow.may_step))
    effects.register("divert", workflow.divert)
    effects.register("diversion_step", workflow.step)
    effects.register("diversion_back", workflow.hand_back)
