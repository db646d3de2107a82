"""Entering the weekly figures of floating-population registration, by form or by sheet."""

from dataclasses import dataclass
from datetime import date, timedelta

import pghistory
from django.db import transaction

from accounts.models import User
from digests.bulletins.models import Registration
from grids.models import Area
from grids.scope import covers
from shared.dates import today
from shared.errors import Conflict, InvalidInput, NotFound

ENTER = "registration.enter"
FIELDS = ("living", "registered", "moved_in", "moved_out")


def monday(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True)
class Figures:
    """What one village states for one week; `version` 0 = it stated nothing yet."""

    village: Area
    living: int
    registered: int
    moved_in: int = 0
    moved_out: int = 0
    version: int = 0

    def check(self) -> None:
        """Raises InvalidInput: nobody registers more people than live there."""
        if self.registered > self.living:
            raise InvalidInput(
                f"{self.village.name}：已登记 {self.registered} 人多于应登记 {self.living} 人，请核对。",
                field=f"{self.village.pk}-registered",
            )


@transaction.atomic
def enter(*, week: date, figures: list[Figures], actor: User) -> int:
    """State the figures of villages for a week, all or none; how many rows are new or changed. Safe to
    repeat.

    Raises NotFound outside the territory of `registration.enter`, InvalidInput (names the field), Conflict
    with what stands there now where somebody else changed a village's row meanwhile.
    """
    if week != monday(week) or week > today():
        raise InvalidInput("请选择已经开始的一周。", field="week")
    known = {
        row.village_id: row
        for row in Registration.objects.select_for_update()
        .filter(week=week, village__in=[one.village for one in figures])
        .order_by("village_id")
    }
    changed = 0
    with pghistory.context(actor=actor.pk, action="enter_registration"):
        for one in figures:
            if not covers(actor, ENTER, one.village):
                raise NotFound("没有找到这个村社，或它不在您的辖区。")
            one.check()
            changed += _set(known.get(one.village.pk), one, week, actor)
    return changed


def _set(row: Registration | None, one: Figures, week: date, actor: User) -> bool:
    stated = {name: getattr(one, name) for name in FIELDS}
    if row and all(getattr(row, name) == value for name, value in stated.items()):
        return False
    if (row.version if row else 0) != one.version:
        raise Conflict(
            f"{one.village.name}的数字刚被别人改过，请看过再保存。",
            field=f"{one.village.pk}-living",
            now={name: getattr(row, name) for name in FIELDS} if row else {},
        )
    row = row or Registration(village=one.village, week=week, version=0)
    for name, value in stated.items():
        setattr(row, name, value)
    row.version, row.entered_by = row.version + 1, actor
    row.save()
    return True
