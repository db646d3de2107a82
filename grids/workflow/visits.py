"""Logging a visit: once however often the phone sends it, in order however late it arrives."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone

from accounts.models import User
from grids.facts import visit_logged
from grids.models import Area, DueChange, Target, Visit, VisitPhoto
from grids.photos import Photo, save, with_files
from grids.scope import covers
from shared.dates import local
from shared.errors import Conflict, InvalidInput, NotFound
from shared.plain import rows

CLOCK_TOLERANCE = timedelta(minutes=5)
Findings = Mapping[str, Mapping[str, str] | None]
"""What was found on the visit, by name (`hazard`, `dispute`), as the forms cleaned it."""


@dataclass(frozen=True)
class Position:
    """Where the phone was, in degrees (WGS 84) and metres; given only if the worker pressed the button."""

    latitude: float
    longitude: float
    accuracy: float | None = None


def log_visit(
    *,
    target: Target,
    actor: User,
    client_id: UUID,
    visited_at: datetime | None,
    met: str,
    result: str,
    chips: Sequence[str] = (),
    note: str = "",
    position: Position | None = None,
    photos: Sequence[Photo] = (),
    hazard: Mapping[str, str] | None = None,
    dispute: Mapping[str, str] | None = None,
) -> tuple[Visit, bool]:
    """Record a visit; the second value says whether it is new.

    Of `target` only the key is used: the row is read under lock. `visited_at` None means now. The same
    `client_id` with the same content gives the first answer again, with other content raises Conflict.
    Raises NotFound for a target outside the actor's territory (right `visits.log`), InvalidInput for a
    time in the future (5 minutes of clock error allowed), older than Parameter `visit_max_age_days` [D]
    or before enrolment.

    Nobody met: kept, but not valid, so it moves nothing. Valid: the target's next due day counts from it
    (domain.md, Visits); one that arrives late is put where it belongs in the chain of visits and never
    moves the due day backwards.

    What was found besides (`hazard`, `dispute`) goes to whoever takes it up, in the same transaction
    (facts.visit_logged); what they refuse refuses the visit.
    """
    note = one_newline(note)
    findings = {
        name: {key: one_newline(text) for key, text in found.items()} if found else None
        for name, found in (("hazard", hazard), ("dispute", dispute))
    }
    content = {
        "target": target.pk,
        "actor": actor.pk,
        "visited_at": visited_at and visited_at.timestamp(),
        "met": met,
        "result": result,
        "chips": sorted(set(chips)),
        "note": note,
        "position": position and asdict(position),
        "photos": sorted(photo.digest for photo in photos),
        "hazard": findings["hazard"],
        **({"dispute": findings["dispute"]} if dispute else {}),
    }
    digest = hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
    visit = Visit(
        client_id=client_id,
        payload_hash=digest,
        target=target,
        visitor=actor,
        visited_at=(visited_at or timezone.now()).astimezone(UTC),
        met=met,
        result=result,
        chips=list(dict.fromkeys(chips)),
        note=note,
        latitude=position.latitude if position else None,
        longitude=position.longitude if position else None,
        accuracy=position.accuracy if position else None,
        is_valid=met != Visit.Met.NOBODY,
    )
    try:
        _record(visit, photos, findings)
    except IntegrityError:
        if (first := _first(client_id)) is None:
            raise
    except InvalidInput:
        # A repeat of what was taken when it was still in time is not too late now.
        if (first := _first(client_id)) is None:
            raise
    else:
        return visit, True
    if first.payload_hash != digest:
        raise Conflict(
            "这次走访已经保存过，但内容不一样。请打开已保存的走访核对；要另记一次，请重新打开走访页。",
            visit=first.pk,
        )
    return first, False


def one_newline(text: str) -> str:
    """A form sends CRLF where a script sends LF: the same text is the same visit."""
    return text.replace("\r\n", "\n").strip()


def _first(client_id: UUID) -> Visit | None:
    return Visit.objects.select_related("target", "grid").filter(client_id=client_id).first()


def _record(visit: Visit, photos: Sequence[Photo], findings: Findings) -> None:
    """All rows and files of a visit, or none."""
    with with_files(), transaction.atomic():
        owed = _locked(visit.target_id, visit.visitor)
        target = owed.target
        _check(visit, target, owed.max_age, any(findings.values()))
        visit.target, visit.grid = target, target.grid
        visit.visited_on = local(visit.visited_at).date()
        visit.due_on = target.due_on
        if visit.is_valid:
            _settle(visit, owed)
        visit.save(force_insert=True)
        kept = [VisitPhoto(visit=visit, digest=photo.digest) for photo in photos]
        for row, photo in zip(kept, photos, strict=True):
            save(row.image, photo)
        if kept:
            VisitPhoto.objects.bulk_create(kept)
        visit_logged.send(sender=Visit, visit=visit, findings=findings)


@dataclass(frozen=True)
class Owed:
    """A target under lock, and what the rules say about a visit to it: days between visits of its colour,
    days after which a visit is no longer taken, and when its due day last changed without a visit.
    """

    target: Target
    days: int
    max_age: int
    changed_on: date | None


def _columns(model: type[Model], names: str) -> list[str]:
    """The named columns in the model's own order, as `from_db` takes them."""
    wanted = set(names.split())
    return [field.attname for field in model._meta.concrete_fields if field.attname in wanted]


AREA = _columns(Area, "id name level path")
TARGET = _columns(
    Target,
    "id kind category name colour grid_id address enrolled_on last_visit_on due_on suspended_on is_active",
)
LOCK = f"""
SELECT {", ".join(f"t.{name}" for name in TARGET)}, {", ".join(f"g.{name}" for name in AREA)},
    i.value, m.value, (SELECT max(c.changed_on) FROM grids_duechange c WHERE c.target_id = t.id)
FROM grids_target t
JOIN grids_area g ON g.id = t.grid_id
JOIN grids_parameter i ON i.code = 'visit_days_' || t.colour
JOIN grids_parameter m ON m.code = 'visit_max_age_days'
WHERE t.id = %s FOR UPDATE OF t
"""  # noqa: S608 -- made of constant names


def _locked(target_id: int, actor: User) -> Owed:
    """The target under lock with its rules, in one plain statement: this is the most frequent write."""
    found = rows(LOCK, target_id)
    if found:
        row = found[0]
        target = Target.from_db("default", TARGET, row[: len(TARGET)])
        target.grid = Area.from_db("default", AREA, row[len(TARGET) : -3])
        if covers(actor, "visits.log", target.grid):
            return Owed(target, *row[-3:])
    raise NotFound("没有找到这个走访对象，或它不在您的网格。")


def _check(visit: Visit, target: Target, max_age: int, found: bool) -> None:
    now = timezone.now()
    if visit.visited_at > now + CLOCK_TOLERANCE:
        raise InvalidInput("走访时间在将来，请核对手机的日期和时间。", field="visited_at")
    visit.visited_at = min(visit.visited_at, now)
    if visit.visited_at < now - timedelta(days=max_age):
        raise InvalidInput(
            f"只能补记 {max_age} 天内的走访，更早的请联系村社干部说明情况。", field="visited_at"
        )
    if local(visit.visited_at).date() < target.enrolled_on:
        raise InvalidInput(
            f"走访早于列入名册的日期（{target.enrolled_on:%m月%d日}），请核对时间。", field="visited_at"
        )
    if not target.is_active:
        raise InvalidInput("这个对象已移出名册，不再走访。请回到今天查看其他任务。", field="target")
    if visit.is_valid and not visit.result:
        raise InvalidInput("请选择情况怎么样。", field="result")
    if visit.result == Visit.Result.ACTION and not (visit.note or found):
        raise InvalidInput("选了“要处理”，请写明要处理什么，或登记隐患、纠纷。", field="note")


def _settle(visit: Visit, owed: Owed) -> None:
    """Let a valid visit answer what was owed on its day, and count the next due day from it."""
    on, target = visit.visited_on, owed.target
    newest = target.last_visit_on is None or on > target.last_visit_on
    due_on = on + timedelta(days=owed.days)
    if newest and (owed.changed_on is None or on >= owed.changed_on):
        if target.suspended_on is not None:
            visit.due_on = None
    else:
        _settle_late(visit, target, due_on)
        due_on = max(target.due_on, due_on)
    if newest:
        target.last_visit_on, target.due_on = on, due_on
        Target.objects.filter(pk=target.pk).update(last_visit_on=on, due_on=due_on)


def _settle_late(visit: Visit, target: Target, due_on: date) -> None:
    """Insert the visit into its place: it answers what its successor was thought to answer, the successor
    what follows from it (`due_on`).
    """
    on = visit.visited_on
    valid = Visit.objects.filter(target=target, is_valid=True)
    if (same_day := valid.filter(visited_on=on).first()) is not None:
        visit.due_on = same_day.due_on
        return
    following: list[tuple[date, Any]] = []
    if (later := valid.filter(visited_on__gt=on).order_by("visited_on", "id").first()) is not None:
        following.append((later.visited_on, later))
    change = DueChange.objects.filter(target=target, changed_on__gt=on).order_by("changed_on", "id").first()
    if change is not None:
        following.append((change.changed_on, change))
    rested = target.suspensions.filter(starts_on__lt=on, ends_on__gte=on).exists()
    if rested or not following:
        # Nothing was owed then; or only an imported last visit is newer, and what was owed before it is
        # not known.
        visit.due_on = None
        return
    successor = min(following, key=lambda pair: pair[0])[1]
    visit.due_on, successor.due_on = successor.due_on, due_on
    successor.save(update_fields=["due_on"])
