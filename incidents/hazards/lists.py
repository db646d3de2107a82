"""Check lists: making one, and editing one by its next version."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from uuid import uuid4

from django.db import IntegrityError, transaction

from accounts.models import User
from grids.queries import labels
from grids.scope import rights_of
from incidents.levels import HazardLevel
from incidents.models import CheckEntry, CheckItem, CheckList
from shared.errors import Conflict, InvalidInput, NotAllowed

RIGHT = "reference.edit"


@dataclass(frozen=True)
class Line:
    """An item as typed."""

    text: str
    hazard_type: str
    level: str
    basis: str = ""
    veto: bool = False


@transaction.atomic
def save_list(
    *,
    actor: User,
    name: str,
    place_types: Sequence[str],
    lines: Sequence[Line],
    basis: str = "",
    base: CheckList | None = None,
) -> CheckList:
    """The next version of `base`, or a list of its own. Earlier versions, and inspections by them, stay.

    Items of the same words are the same rows on all lists. Raises NotAllowed, InvalidInput (names the field),
    Conflict when somebody else made a version after `base`.
    """
    if RIGHT not in rights_of(actor):
        raise NotAllowed("没有修改检查表的权限，请联系指挥室。")
    lines = list(dict.fromkeys(lines))
    _check(name, place_types, lines)
    if base is not None:
        locked = CheckList.objects.select_for_update().get(pk=base.pk)
        newest = CheckList.objects.filter(code=locked.code).order_by("-version").first()
        if newest is None or not locked.is_current:
            raise Conflict("这张检查表刚被别人改过，请先看最新的一版。", newest=newest.pk if newest else None)
        CheckList.objects.filter(pk=locked.pk).update(is_current=False)
    try:
        with transaction.atomic():
            made = CheckList.objects.create(
                code=base.code if base else f"list-{uuid4().hex[:12]}",
                version=base.version + 1 if base else 1,
                name=name.strip(),
                place_types=list(place_types),
                basis=basis.strip(),
                made_by=actor,
            )
    except IntegrityError as error:
        raise Conflict("这张检查表刚被别人改过，请先看最新的一版。") from error
    CheckEntry.objects.bulk_create(
        CheckEntry(checklist=made, item=CheckItem.objects.get_or_create(**asdict(line))[0], position=position)
        for position, line in enumerate(lines)
    )
    return made


def _check(name: str, place_types: Sequence[str], lines: Sequence[Line]) -> None:
    if not name.strip():
        raise InvalidInput("请写检查表的名称。", field="name")
    if not place_types or set(place_types) - set(labels("place_type")):
        raise InvalidInput("请选择适用的场所类别。", field="place_types")
    if not lines:
        raise InvalidInput("检查表至少要有一项。", field="lines")
    types = labels("hazard_type")
    for line in lines:
        if not line.text.strip() or line.hazard_type not in types or line.level not in HazardLevel.values:
            raise InvalidInput(f"“{line.text or '空白项'}”要写明检查什么、哪类隐患、等级。", field="lines")
