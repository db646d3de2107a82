"""What the standard moves do beyond state and clock: extensions, supervision, merging."""

from typing import Any

from django.db import OperationalError, transaction
from django.utils import timezone

from accounts.models import User
from matters import clocks, effects
from matters.loop import Transition
from matters.models import Event, Extension, Matter
from matters.models.matter import MatterQuerySet
from shared.errors import Conflict, InvalidInput, TransitionRefused

Given = dict[str, Any]
LONGEST = 60
"""Days that one request may ask for at most: more is a plan of its own, not an extension."""


def ask_extension(matter: Matter, _: Transition, actor: User | None, note: str, given: Given) -> None:
    """申请延期: before expiry (condition `in_time`), one at a time."""
    run = clocks.running(matter)
    days = str(given["days"])
    if not (days.isdecimal() and 1 <= int(days) <= LONGEST):
        raise InvalidInput(f"延期天数请填 1 到 {LONGEST}。", field="days")
    if run is None or actor is None:
        raise TransitionRefused("这件事项没有期限，不用延期。", allowed=[])
    Extension.objects.create(run=run, days=int(days), reason=note, asked_by=actor, asked_at=timezone.now())
    matter.asked_by = actor


def _decide(matter: Matter, actor: User | None, state: str) -> Extension:
    asked = Extension.objects.select_related("run").get(run__matter=matter, state=Extension.State.ASKED)
    asked.state, asked.decided_by, asked.decided_at = state, actor, timezone.now()
    asked.save()
    matter.asked_by = None
    return asked


def grant_extension(matter: Matter, _: Transition, actor: User | None, __: str, given: Given) -> None:
    """同意延期, by another than who asked: the deadline moves by the days asked for."""
    asked = _decide(matter, actor, Extension.State.GRANTED)
    clocks.extend(matter, asked)
    given["days"] = asked.days


def refuse_extension(matter: Matter, _: Transition, actor: User | None, __: str, ___: Given) -> None:
    """不同意延期: the deadline stays."""
    _decide(matter, actor, Extension.State.REFUSED)


def supervise(matter: Matter, _: Transition, __: User | None, ___: str, ____: Given) -> None:
    """督办: a leader's written instruction; matters/tellings.py tells who has it in hand and who is above."""
    matter.supervised_at = timezone.now()


def merge(matter: Matter, transition: Transition, actor: User | None, note: str, given: Given) -> None:
    """并案: the duplicate ends pointing at the main one, which has a line about it."""
    number = str(given["main"]).strip()
    seen: MatterQuerySet = Matter.objects.within(actor, "matters.view")
    try:
        with transaction.atomic():
            main = seen.select_for_update(of=("self",), nowait=True).filter(number=number).first()
    except OperationalError:
        raise Conflict("主件正在被别人处理，请稍后再并。") from None
    if main is None:
        raise InvalidInput("没有找到这个编号的事项，请核对主件编号。", field="main")
    if main.pk == matter.pk:
        raise InvalidInput("不能并入自己，请填另一件的编号。", field="main")
    if main.closed_at:
        raise InvalidInput("主件已经办结，不能再并入；请并入未办结的一件。", field="main")
    matter.merged_into = main
    matter.answer = f"与 {main.number} 反映同一件事，已合并办理，请看那一件的进展。"
    given["main_id"] = main.pk
    main.version += 1
    main.moved_at = timezone.now()
    main.save(update_fields=["version", "moved_at"])
    Event.objects.create(
        matter=main,
        action="merged",
        label="并入",
        from_state=main.state,
        to_state=main.state,
        actor=actor,
        at=main.moved_at,
        note=note,
        evidence={"number": matter.number, "matter": str(matter.pk)},
    )


def register() -> None:
    """Make them known to the loop; called when the app is ready."""
    for effect in (ask_extension, grant_extension, refuse_extension, supervise, merge):
        effects.register(effect.__name__, effect)
