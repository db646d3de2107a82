"""Lists of cases: rows as pages and the API show them, and how they are found."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet

from grids.kept import begun, kept
from grids.scope import posts_of
from mediation.kinds import DISPUTE
from mediation.models import Agent, Dispute, Invitation, Party
from mediation.models.dispute import brands_of
from mediation.models.party import name_marks, one_dot
from shared.cells import is_phone
from shared.crypto import blind, decrypt, mask, normal
from shared.dates import today
from shared.pinyin import initials
from shared.plain import Statement, statement
from shared.plain import rows as read

ORDER = ("-received_at", "-matter_id")
COLUMNS = (
    "matter_id",
    "case_no",
    "dispute_type",
    "source",
    "result",
    "risk",
    "due_on",
    "accepted_on",
    "concluded_on",
    "received_at",
    "station_id",
    "mediator_id",
)
BESIDE = {
    "number": F("matter__number"),
    "title": F("matter__title"),
    "state": F("matter__state"),
    "due_at": F("matter__due_at"),
    "warn_at": F("matter__warn_at"),
    "closed_at": F("matter__closed_at"),
    "version": F("matter__version"),
    "area_id": F("matter__area_id"),
    "place": F("matter__area__name"),
    "station_name": F("station__name"),
    "mediator_name": F("mediator__name"),
    "brand_name": F("brand__name"),
}
STANDING = """
SELECT count(*), count(*) FILTER (WHERE mediator = %s), count(*) FILTER (WHERE late),
       (SELECT count(*) FROM ({asked}) invitations)
FROM ({rows}) cases (mediator, late)
"""
PARTIES = """
SELECT dispute_id, side, kind, name FROM mediation_party
WHERE dispute_id = ANY(%s) AND left_on IS NULL ORDER BY dispute_id, side, position
"""
PLACE_WORD = re.compile(r"\d|[村路区社幢室号街巷弄]$")


def case_rows(user: Any) -> Any:
    """Cases that the user may see, as plain rows."""
    return _case_rows(user, brands_of(user))


@begun
def _case_rows(user: Any, _brands: tuple[int, ...]) -> Any:
    return plain(Dispute.objects.within(user, "mediation.view"))


def plain(cases: Any) -> Any:
    """Cases as plain rows."""
    return cases.values(*COLUMNS, **BESIDE)


def found_by(text: str) -> Q:
    """Cases that a searching word means: a case number or its last digits, a phone or its tail, an identity
    number, pinyin initials, a name or part of it, a place. Each sort of word asks one index.
    """
    word = normal(text)
    if not word:
        return Q()
    if re.search(r"人调字|^TJ\d", word):
        return Q(case_no__icontains=text.strip()) | Q(matter__number__iexact=text.strip())
    if short := re.fullmatch(r"第?(\d{1,3})号?", word):
        return Q(case_no__endswith=f"第{short[1]:0>3}号") | _at_place(text)
    found = _by_signs(word)
    if found is None and PLACE_WORD.search(word):
        return _at_place(text)
    return _cases_of(found or _by_name(text))


def _at_place(text: str) -> Q:
    return Q(matter__title__icontains=text.strip()) | Q(address__icontains=text.strip())


def _cases_of(found: Sequence[QuerySet[Any]]) -> Q:
    """The cases of these parties and agents, as a UNION: the database makes that set first. Of a plain
    condition it may walk through all the newest cases instead, asking of each who is in it.
    """
    first, *more = (
        rows.order_by().values("dispute" if rows.model is Party else "party__dispute") for rows in found
    )
    return Q(pk__in=first.union(*more))


def _either(**index: str) -> list[QuerySet[Any]]:
    return [Party.objects.filter(**index), Agent.objects.filter(**index)]


def _by_signs(word: str) -> list[QuerySet[Any]] | None:
    """How parties and agents are found by digits or Latin letters; None for other words."""
    if re.fullmatch(r"\d{4}", word):
        return _either(phone_tail=word)
    if is_phone(word):
        return _either(phone_index=blind(word, "phone"))
    if re.fullmatch(r"\d{15,17}[\dX]|[A-Z]{1,2}\d{6,9}", word):
        return _either(id_index=blind(word, "id"))
    if re.fullmatch(r"[A-Z]{2,12}", word):
        return _by_initials(word.lower())
    return None


def _by_initials(letters: str) -> list[QuerySet[Any]]:
    return [Party.objects.filter(initials=letters), Party.objects.filter(initials__startswith=letters)]


def _by_name(text: str) -> list[QuerySet[Any]]:
    """By the whole name, or two neighbouring signs of it; one sign alone by its sound."""
    named = _either(name_index=blind(one_dot(text), "name"))
    if marks := name_marks(text):
        return [*named, Party.objects.filter(marks__contains=marks)]
    return [*named, *_by_initials(initials(text))]


def with_parties(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of a page with who stands on each side, masked: one query for all of them.

    Only names are read: each further personal field would be deciphered for nothing.
    """
    found = [dict(row, sides={"applicant": [], "respondent": []}) for row in rows]
    by_id = {row["matter_id"]: row["sides"] for row in found}
    for dispute, side, kind, sealed in read(PARTIES, list(by_id)):
        name = decrypt(sealed)
        by_id[dispute].setdefault(side, []).append(mask(name) if kind == Party.Kind.PERSON else name)
    return found


def standing(user: Any) -> dict[str, int]:
    """How many cases are open, lie with the user, are late, and how many invitations wait for his answer."""
    (found,) = _standing(user, brands_of(user), today())
    return dict(zip(("open", "mine", "late", "asked"), found, strict=True))


@kept
def _standing(user: Any, _brands: tuple[int, ...], day: date) -> Statement:
    """By the states under way, of which there is an index."""
    seen = Dispute.objects.within(user, "mediation.view")
    waiting = seen.filter(matter__closed_at=None, matter__state__in=sorted(DISPUTE.in_hand))
    late = ExpressionWrapper(Q(concluded_on=None, due_on__lt=day), BooleanField())
    rows, values = statement(waiting.values_list("mediator", late))
    asked, more = statement(asked_of(user).filter(answer="").values_list("pk"))
    return STANDING.format(rows=rows, asked=asked), (user.pk, *more, *values)


def asked_of(user: Any) -> Any:
    """Invitations that the user can answer or has answered, but none that was taken back."""
    return ever_asked_of(user).exclude(answer="cancelled")


def ever_asked_of(user: Any) -> Any:
    """All invitations of the user's unit, or of the brand that he belongs to."""
    units = [
        post.unit_id for post in posts_of(user) if post.unit_id and "mediation.answer" in post.role.rights
    ]
    asked = Q(unit__in=units) | Q(brand__members=user.pk, brand__members__is_active=True)
    return Invitation.objects.filter(asked).distinct()
