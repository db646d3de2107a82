"""Case numbers "(2026)城东人调字第001号": one row counts a street's year, and holds it until the case is
accepted or not."""

from django.db import connection, transaction

from accounts.models import User
from grids.models import Area
from grids.scope import covers
from mediation.models import Letterhead
from shared.dates import today
from shared.errors import NotFound

GIVE = """
    INSERT INTO mediation_casecounter AS counter (street_id, year, last) VALUES (%s, %s, 1)
    ON CONFLICT (street_id, year) DO UPDATE SET last = counter.last + 1
    RETURNING last
"""


def street_of(area: Area) -> Area:
    """The street above an area (itself for a street)."""
    while area.level != Area.Level.STREET and area.parent is not None:
        area = area.parent
    return area


def letterhead_of(area: Area) -> Letterhead:
    """The street's letterhead; where nobody has written one, what its name gives (not saved)."""
    street = street_of(area)
    written = Letterhead.objects.filter(pk=street.pk).first()
    word = street.name.removesuffix("街道").removesuffix("镇").removesuffix("乡")
    return written or Letterhead(
        street=street, word=word, committee=f"{street.name}人民调解委员会", court="当地基层人民法院"
    )


@transaction.atomic
def next_case_no(*, area: Area, year: int | None = None) -> str:
    """The next number of the area's street in the year (this year where none is named).

    To be called last in the transaction that accepts the case: whoever asks next waits until that one has
    ended, and gets the same number if it was rolled back. So there is never a gap and never a double.
    """
    year = year or today().year
    head = letterhead_of(area)
    with connection.cursor() as cursor:
        cursor.execute(GIVE, [head.street_id, year])
        last = cursor.fetchone()[0]
    return f"({year}){head.word}人调字第{last:03d}号"


@transaction.atomic
def set_letterhead(
    *, actor: User, street: Area, word: str, committee: str, court: str, keeping: str
) -> Letterhead:
    """What stands on papers from now on; issued ones and given numbers stay as they are.

    Raises NotFound outside the territory of `reference.edit`.
    """
    if not covers(actor, "reference.edit", street):
        raise NotFound("没有找到这个街道，或它不在您的辖区。")
    head, _ = Letterhead.objects.update_or_create(
        street=street_of(street),
        defaults={"word": word, "committee": committee, "court": court, "keeping": keeping},
    )
    return head
