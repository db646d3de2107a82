"""Evidence that moves ask for, by name: what it is called, what is said where it is missing, its form field.

A kind brings its own (`register`) and names them in a transition's `needs` or `fields`.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms

from accounts.models import User
from grids.forms import PhotosField, PhotosInput
from grids.models import Area, Unit
from grids.photos import ACCEPT, clean
from grids.queries import labels
from matters.loop import Transition
from matters.models import ClockRun, Matter
from matters.models.clock import Unit as ClockUnit
from shared.errors import InvalidInput

NOTE_LIMIT = 2000
CLOSING = frozenset(Matter.Outcome.values) - {Matter.Outcome.CANCELLED, Matter.Outcome.MERGED}
"""Outcomes that somebody may choose."""

Make = Callable[["Need", Transition, Matter, User], forms.Field]


@dataclass(frozen=True)
class Need:
    """One piece of evidence. `make` gives its form field for one move of one matter; the API takes it as text
    (checked by `choices`, where it has some)."""

    word: str
    missing: str
    make: Make
    choices: Callable[[], list[tuple[str, str]]] | None = None


def text(need: Need, _: Transition, __: Matter, ___: User) -> forms.Field:
    """A few lines to write."""
    return forms.CharField(label=need.word, max_length=NOTE_LIMIT, widget=forms.Textarea(attrs={"rows": 3}))


def choice(need: Need, _: Transition, __: Matter, ___: User) -> forms.Field:
    """One of the need's choices."""
    return forms.ChoiceField(label=need.word, choices=need.choices or [], widget=forms.RadioSelect)


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


def _areas(need: Need, transition: Transition, matter: Matter, user: User) -> forms.Field:
    groups = area_groups(user, transition.right, matter.area)
    return forms.TypedChoiceField(
        label=need.word,
        choices=[("", "请选择"), *groups],
        coerce=lambda pk: Area.objects.get(pk=pk),
        empty_value=None,
    )


class _MovePhotos(PhotosField):
    """Uploads as photos that can be kept; what is none is the field's error."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Looked at once."""
        files: Any = super().clean(data, initial)
        try:
            return clean(files)
        except InvalidInput as error:
            raise forms.ValidationError(error.message) from error


def _photos(need: Need, _: Transition, __: Matter, ___: User) -> forms.Field:
    return _MovePhotos(label=need.word, widget=PhotosInput(attrs={"accept": ACCEPT, "multiple": True}))


NEEDS: dict[str, Need] = {}


def register(name: str, need: Need) -> None:
    """Make it known; called from the owning app's `ready()`."""
    NEEDS[name] = need


register("note", Need("说明", "请写明情况，让上报人看得懂。", text))
register("answer", Need("给上报人的答复", "请写给上报人的答复。", text))
register(
    "outcome",
    Need(
        "结果",
        "请选择办理结果。",
        choice,
        lambda: [(o.value, str(o.label)) for o in Matter.Outcome if o.value in CLOSING],
    ),
)
register("area", Need("交给", "请选择流转到哪个村社或网格。", _areas))
register("photos", Need("照片", "请附上照片。", _photos))


def _units(need: Need, _: Transition, matter: Matter, __: User) -> forms.Field:
    root = matter.area.parent_ids[0]
    units = Unit.objects.filter(area__path__startswith=f"/{root}/").order_by("kind", "name", "id")
    found = {str(unit.pk): unit for unit in units}
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for pk, unit in found.items():
        groups[unit.get_kind_display()].append((pk, unit.name))
    return forms.TypedChoiceField(
        label=need.word, choices=[("", "不交给单位"), *groups.items()], coerce=found.get, empty_value=None
    )


def _days(need: Need, _: Transition, matter: Matter, __: User) -> forms.Field:
    running = ClockRun.objects.filter(matter=matter, stopped_at=None).values_list("unit", flat=True).first()
    counted = "按工作日算" if running == ClockUnit.WORKDAYS else "节假日也算"
    return forms.IntegerField(label=need.word, min_value=1, max_value=60, help_text=counted)


def _number(need: Need, _: Transition, __: Matter, ___: User) -> forms.Field:
    told = "在主件那一页的最上面，例如 YH2026-000012"
    return forms.CharField(label=need.word, max_length=40, help_text=told)


register("unit", Need("交给单位", "请选择本街道的一个单位。", _units))
register("days", Need("延几天", "请填延期几天。", _days))
register("main", Need("主件编号", "请填主件的编号，例如 YH2026-000012。", _number))
register("refer_to", Need("移交给", "请选择移交给谁。", choice, lambda: list(labels("referral").items())))
