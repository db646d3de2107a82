"""Issuing bulletins: by the sweep once a week and street, by an official at any time; read and reminded."""

import hashlib
import zlib
from contextlib import ExitStack
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5

import orjson
from django.db import connection, transaction
from django.db.models import Max

from accounts.models import User
from digests.bulletins import letters
from digests.bulletins.content import compose, villages_of
from digests.bulletins.figures import monday
from digests.bulletins.models import Bulletin, BulletinCopy, BulletinReading
from digests.models import Schedule
from grids.models import Area
from grids.queries import parameters
from grids.scope import covers
from shared.dates import at, local, today
from shared.errors import Conflict, InvalidInput, NotFound

VIEW, ISSUE = "bulletins.view", "bulletins.issue"
LONGEST = timedelta(days=92)
WEEKLY = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
"""Names the sweep's bulletins, so that a week of a street has one id."""


@transaction.atomic
def issue(
    *, street: Area, since: date, until: date, remark: str = "", client_id: UUID, actor: User
) -> tuple[Bulletin, bool]:
    """Issue an official's bulletin over a period, with a copy and notices to each village; whether it is new.

    Safe to send twice: the same `client_id` with the same content is the first one again, with other content
    Conflict. Raises NotFound outside the territory of `bulletins.issue`, InvalidInput for an odd period.
    """
    if street.level != Area.Level.STREET or not covers(actor, ISSUE, street):
        raise NotFound("没有找到这个街道，或它不在您的辖区。")
    if not since <= until <= today() or until - since > LONGEST:
        raise InvalidInput("请选择已经开始的日期，从早到晚，最长三个月。", field="until")
    remark = remark.strip()
    told = orjson.dumps([street.pk, str(since), str(until), remark, actor.pk])
    payload = hashlib.sha256(told).hexdigest()
    _one_at_a_time(street)
    if first := Bulletin.objects.filter(client_id=client_id).first():
        if first.payload_hash != payload:
            raise Conflict("这个编号已用于另一份通报，请重新打开页面再发。", field="client_id")
        return first, False
    written = _write(
        street, Bulletin.Kind.EXTRA, monday(today()), since, until, remark, client_id, payload, actor
    )
    return written, True


@transaction.atomic
def issue_weekly(*, street: Area, day: date) -> bool:
    """Issue the street's bulletin of the week in which `day` lies, over the seven days before; whether it is
    new. Safe to run many times at once.
    """
    _one_at_a_time(street)
    week = monday(day)
    if Bulletin.objects.filter(street=street, kind=Bulletin.Kind.WEEKLY, week=week).exists():
        return False
    client_id = uuid5(WEEKLY, f"{street.pk}:{week}")
    since, until = day - timedelta(days=7), day - timedelta(days=1)
    _write(street, Bulletin.Kind.WEEKLY, week, since, until, "", client_id, str(client_id), None)
    return True


def _one_at_a_time(street: Area) -> None:
    """Held until the transaction ends: numbers have no gap, and a doubled sweep finds the week issued."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [zlib.crc32(b"bulletin") - 2**31, street.pk])


def _write(
    street: Area,
    kind: str,
    week: date,
    since: date,
    until: date,
    remark: str,
    client_id: UUID,
    payload: str,
    actor: User | None,
) -> Bulletin:
    year = today().year
    last = Bulletin.objects.filter(street=street, year=year).aggregate(n=Max("number"))["n"] or 0
    bulletin = Bulletin.objects.create(
        street=street,
        kind=kind,
        year=year,
        number=last + 1,
        week=week,
        since=since,
        until=until,
        remark=remark,
        snapshot=compose(street, since, until),
        client_id=client_id,
        payload_hash=payload,
        issued_by=actor,
    )
    copies = BulletinCopy.objects.bulk_create(
        BulletinCopy(bulletin=bulletin, village=village) for village in villages_of(street)
    )
    letters.send(bulletin, copies)
    return bulletin


@transaction.atomic
def mark_read(*, copy: BulletinCopy, reader: User) -> bool:
    """An officer of the copy's own village opened it; whether for the first time. Others leave no trace."""
    if reader.pk not in letters.officers([copy.village_id]).get(copy.village_id, []):
        return False
    made = BulletinReading.objects.bulk_create(
        [BulletinReading(copy=copy, reader=reader)], ignore_conflicts=True
    )
    return bool(made)


@transaction.atomic
def remind(*, bulletin: Bulletin, actor: User) -> int:
    """Tell the officers of villages where nobody has opened it; how many notices are new. Once a day: safe to
    repeat. Raises NotFound outside the territory of `bulletins.issue`.
    """
    if not covers(actor, ISSUE, bulletin.street):
        raise NotFound("没有找到这份通报，或它不在您的辖区。")
    unread = bulletin.copies.filter(readings=None).select_related("village").order_by("id")
    return letters.send(bulletin, list(unread), again=f":{today()}")


def due_streets(now: datetime) -> list[tuple[Area, date]]:
    """Streets whose weekly bulletin is due and not issued, with the day it was due: Parameters
    `bulletin_weekday` (1 = Monday) and `bulletin_hour` [D]. A street takes part once its digests do.
    """
    rule = parameters("bulletin_weekday", "bulletin_hour")
    week = monday(local(now).date())
    day = week + timedelta(days=min(max(rule["bulletin_weekday"], 1), 7) - 1)
    if at(day, time(min(max(rule["bulletin_hour"], 0), 23))) > now:
        return []
    issued = Bulletin.objects.filter(kind=Bulletin.Kind.WEEKLY, week=week).values("street")
    begun = Schedule.objects.filter(is_active=True, starts_on__lt=day).values("street")
    found = Area.objects.filter(level=Area.Level.STREET, is_active=True, pk__in=begun).exclude(pk__in=issued)
    return [(street, day) for street in found.order_by("id")]


def issue_due(now: datetime) -> int:
    """Issue every weekly bulletin that is due; how many are new. An error is raised after all the others."""
    made: list[bool] = []

    def make(street: Area, day: date) -> None:
        made.append(issue_weekly(street=street, day=day))

    with ExitStack() as others:
        for street, day in reversed(due_streets(now)):
            others.callback(make, street, day)
    return sum(made)
