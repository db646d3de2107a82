"""What a resident does with a report that he follows: rate the answer, add to it, ask for it to be taken up
again."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from grids.photos import Photo, with_files
from grids.queries import parameters
from grids.workflow.visits import one_newline
from incidents.reports import limits
from incidents.reports.models import BY, CitizenReport, Rating
from incidents.reports.notices import tell_of_rating, tell_of_words
from matters.loop import KINDS
from matters.models import Event, EventPhoto, Matter
from matters.photos import attach
from matters.workflow import advance
from shared.errors import Conflict, InvalidInput
from shared.texts import typed

LONGEST = 1000
ADDED = ("add", "answer_info")
"""Lines with more from the resident."""
NOT_RATED = (Matter.Outcome.CANCELLED, Matter.Outcome.MERGED)
"""Endings that give no answer to be content with."""


def rateable(report: CitizenReport) -> bool:
    """Whether there is an answer, and it was not rated yet."""
    matter = report.matter
    return (
        matter.closed_at is not None
        and matter.outcome not in NOT_RATED
        and not report.ratings.filter(answered_at=matter.closed_at).exists()
    )


@transaction.atomic
def rate(*, report: CitizenReport, score: str, words: str = "") -> Rating:
    """What the resident thinks of the answer that stands; the same rating sent twice is one.

    Raises Conflict where it was rated otherwise before or there is no answer, InvalidInput for another word.
    """
    words = typed(one_newline(words), "words")
    if score not in Rating.Score.values:
        raise InvalidInput("请选一下满意程度。", field="score")
    matter = _locked(report)
    if matter.closed_at is None or matter.outcome in NOT_RATED:
        raise Conflict("现在还没有可以评价的答复。")
    rating = Rating(report=report, answered_at=matter.closed_at, score=score, words=words)
    try:
        with transaction.atomic():
            rating.save(force_insert=True)
    except IntegrityError:
        first = report.ratings.get(answered_at=matter.closed_at)
        if (first.score, first.words) != (score, words):
            raise Conflict("这次答复已经评价过了，不能再改。") from None
        return first
    note = "，".join(part for part in (rating.get_score_display(), words) if part)
    write_line(matter, "rate", "群众评价", note)
    tell_of_rating(rating)
    return rating


@with_files()
@transaction.atomic
def add_words(*, report: CitizenReport, words: str, photos: Sequence[Photo] = ()) -> Event:
    """More from the resident, for those who handle it; where material was asked for it is the answer, and the
    clock goes on. Safe to repeat: the same words with the same photos twice in a row are one.

    Raises Conflict once it is closed, TooOften beyond Parameter `report_device_day` additions a day.
    """
    words = checked_words(words)
    matter = _locked(report)
    if matter.closed_at is not None:
        raise Conflict("这件事已经办结，不能再补充。不满意可以评价，或申请重办。")
    last = matter.events.order_by("-id").first()
    if last is not None and last.action in ADDED and last.note == words and _holds(last, photos):
        return last
    limits.count(limits.BY_DEVICE, counted_as(report))
    if matter.paused_at is not None:
        evidence = {"by": BY, "photos": photos}
        return advance(matter=matter, action="answer_info", actor=None, note=words, evidence=evidence)
    event = write_line(matter, "add", "群众补充", words)
    attach(event, photos)
    tell_of_words(report, event.pk)
    return event


def _holds(line: Event, photos: Sequence[Photo]) -> bool:
    """Whether the line has all these photos already."""
    kept = EventPhoto.objects.filter(event=line).values_list("digest", flat=True)
    return {photo.digest for photo in photos} <= set(kept)


@transaction.atomic
def reopen(*, report: CitizenReport, reason: str) -> Event:
    """Take it up again at the resident's word; it waits to be assigned anew. Safe to repeat.

    Raises Conflict after Parameter `reopen_days` [D] or where there is no answer to be unhappy with.
    """
    reason = checked_words(reason)
    matter = _locked(report)
    last = matter.events.order_by("-id").first()
    if last is not None and (last.action, last.note) == ("reopen", reason):
        return last
    until = reopen_until(report)
    if until is None or until < timezone.now():
        raise Conflict("已经过了申请重办的期限，请重新反映一件。" if until else "现在不能申请重办。")
    return advance(matter=matter, action="reopen", actor=None, note=reason, evidence={"by": BY})


def reopen_until(report: CitizenReport) -> datetime | None:
    """Until when the resident may ask for it to be taken up again (Parameter `reopen_days` [D]); None
    while it is open, after a cancellation, and where something else goes on with it."""
    matter = report.matter
    if matter.closed_at is None or KINDS[matter.kind].move(matter.state, "reopen") is None:
        return None
    return matter.closed_at + timedelta(days=parameters("reopen_days")["reopen_days"])


def counted_as(report: CitizenReport) -> str:
    """What the additions to a report are counted under, whoever sends them."""
    return f"add:{report.pk}"


def checked_words(words: str) -> str:
    """What was written, with something in it and not too long. Raises InvalidInput (field `words`)."""
    words = typed(one_newline(words), "words")
    if not words:
        raise InvalidInput("请写一句话。", field="words")
    if len(words) > LONGEST:
        raise InvalidInput(f"最多 {LONGEST} 个字，请删短。", field="words")
    return words


def _locked(report: CitizenReport) -> Matter:
    """The matter under lock, read again; the report then speaks of it."""
    matter = Matter.objects.select_for_update(of=("self",)).select_related("area").get(pk=report.pk)
    report.matter = matter
    return matter


def write_line(matter: Matter, action: str, label: str, note: str) -> Event:
    """A line of the timeline that moves nothing, by the resident; a version counts its lines."""
    matter.version += 1
    matter.moved_at = timezone.now()
    matter.save(update_fields=["version", "moved_at"])
    return Event.objects.create(
        matter=matter,
        action=action,
        label=label,
        from_state=matter.state,
        to_state=matter.state,
        actor=None,
        at=matter.moved_at,
        note=note,
        evidence={"by": BY},
    )
