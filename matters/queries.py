"""Reads of matters and notices that more than one page needs."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from itertools import chain
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, ExpressionWrapper, F, Func, Q
from django.utils import timezone

from grids.kept import begun, kept
from grids.models import Area, Post, Role
from grids.scope import posts_of, rights_of
from matters.loop import KINDS
from matters.models import Event, Matter
from matters.models.matter import FAR as FAR  # lists sort by it
from matters.models.matter import TERM, MatterQuerySet
from shared import plain
from shared.texts import without_numbers

MOST = 1000
"""As far as headlines count: what more there is costs no more."""
COLUMNS = (
    "id",
    "kind",
    "number",
    "title",
    "state",
    "outcome",
    "version",
    "occurred_at",
    "moved_at",
    "due_at",
    "warn_at",
    "closed_at",
    "paused_at",
    "asked_by_id",
    "supervised_at",
    "reopened",
    "area_id",
)
PLACE = {
    "place": F("area__name"),
    "level": F("area__level"),
    "above": F("area__parent__name"),
    "handler_name": F("handler__name"),
    "unit_name": F("unit__name"),
}
STANDING = """
SELECT (SELECT count(*) FROM ({open}) found), (SELECT count(*) FROM ({overdue}) found), mine.*
FROM (SELECT count(*), count(*) FILTER (WHERE late) FROM ({waiting}) found) mine
"""
UNREAD = (
    "SELECT count(*) FROM matters_notice WHERE channel = 'inbox' AND read_at IS NULL AND recipient_id = %s"
)


def unread_count(user: Any) -> int:
    """How many inbox notices the user has not opened; counted for every page's frame, so it has its own
    partial index.
    """
    ((unread,),) = plain.rows(UNREAD, user.pk)
    return int(unread)


@begun
def rows(user: Any) -> Any:
    """Matters in the user's territory as plain rows for lists; `term` sorts those without a due date last."""
    seen: MatterQuerySet = Matter.objects.within(user, "matters.view")
    return seen.annotate(term=TERM).values(*COLUMNS, "term", **PLACE)


def waiting_for(user: Any, now: datetime | None = None) -> Q:
    """Open matters whose next move onward is this user's to make, by right, level and not being the handler.

    What a village can do itself reaches the street when it is overdue, or when the village's own officer
    handled it and so must not verify it.
    """
    held, clause = rights_of(user), Q()
    for right, not_by in {call for kind in KINDS.values() for call in kind.calls}:
        if right not in held:
            continue
        alike: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for kind in KINDS.values():
            alike[kind.calls.get((right, not_by), ())].append(kind.code)
        there = Q()
        for states, kinds in alike.items():
            there |= Q(kind__in=kinds, state__in=states)
        mine = there & _at_own_level(user, right, not_by, now)
        if not_by == "asker":
            mine &= Q(asked_by__isnull=False) & ~Q(asked_by=user)
        else:
            mine &= Q(paused_at=None)
        clause |= mine & ~Q(handler=user) if not_by == "handler" else mine
    return Q(closed_at=None) & clause if clause else Q(pk__in=[])


def _at_own_level(user: Any, right: str, not_by: str, now: datetime | None) -> Q:
    """Where the right reaches by area or unit. What is given to a unit is that unit's to handle."""
    clause = Q(pk__in=[])
    for post in posts_of(user):
        if post.unit_id and right in post.role.unit_rights:
            clause |= Q(unit=post.unit_id)
        if right not in post.role.rights:
            continue
        there = Q(area__path__startswith=post.area.path)
        if right == "matters.handle":
            there &= Q(unit=None)
        if post.area.level == Area.Level.STREET:
            mine = Q(area=post.area_id) | overdue(now)
            if by := {"handler": "handler", "asker": "asked_by"}.get(not_by):
                mine |= Q(_by_officer(by, post.area.path, right))
            there &= mine
        clause |= there
    return clause


def _by_officer(column: str, path: str, right: str) -> Func:
    """Whether the column names one who holds the right there: by an array, since an index is not used against
    a subquery inside an OR.
    """
    posts = Post.objects.filter(role__rights__contains=[right], area__path__startswith=path)
    officers = ArraySubquery(posts.values("user"))
    return Func(
        F(column), officers, template="%(expressions)s)", arg_joiner=" = ANY(", output_field=BooleanField()
    )


def overdue(now: datetime | None = None) -> Q:
    """Open matters past their due moment."""
    return Q(closed_at=None, due_at__lt=now or timezone.now())


def standing(user: Any) -> dict[str, int]:
    """How many matters wait for the user, and how many of those and of all open ones in the territory are
    overdue; each counted up to `MOST`, which stands for that many or more.
    """
    ((found, past, waiting, late),) = _standing(user, MOST)
    if waiting == MOST:  # more than one look takes: the overdue ones are looked for by themselves
        late = len(_late(user, MOST))
    return {"open": found, "overdue": past, "waiting": waiting, "waiting_overdue": late}


@kept
def _standing(user: Any, most: int) -> plain.Statement:
    late, mine = overdue(plain.NOW), _waiting(user)
    seen: MatterQuerySet = Matter.objects.within(user, "matters.view")
    looks = {
        "open": seen.open().values_list("id"),
        "overdue": seen.filter(late).values_list("id"),
        "waiting": mine.annotate(late=ExpressionWrapper(late, BooleanField())).values_list("late"),
    }
    asked = {name: plain.statement(rows[:most]) for name, rows in looks.items()}
    texts = {name: sql for name, (sql, _) in asked.items()}
    return STANDING.format_map(texts), tuple(chain.from_iterable(values for _, values in asked.values()))


@kept
def _late(user: Any, most: int) -> plain.Statement:
    return plain.statement(_waiting(user).filter(overdue(plain.NOW)).values_list("id")[:most])


def _waiting(user: Any) -> MatterQuerySet:
    seen: MatterQuerySet = Matter.objects.within(user, "matters.view")
    return seen.filter(waiting_for(user, plain.NOW))


def figure(n: int) -> int | str:
    """A count of `standing` as it is shown: `999+` where it stopped."""
    return n if n < MOST else f"{MOST - 1}+"


def main_of(matter: Matter) -> Matter:
    """The matter that this one was merged into, along the whole chain; itself where it was not merged."""
    while matter.merged_into is not None:
        matter = matter.merged_into
    return matter


def reading(matter: Matter, user: Any) -> Callable[[str], str]:
    """How the user reads free text of the matter: numbers masked without `personal.reveal` there."""
    return str if matter.reached_by(user, "personal.reveal") else without_numbers


def timeline(matter: Matter, told: Callable[[str], str] = str) -> list[Event]:
    """Every line of a matter, oldest first, with who wrote it; its texts as `told` gives them."""
    events = list(matter.events.select_related("actor").order_by("id"))
    for event in events:
        event.note = told(event.note)
        event.evidence = {k: told(v) if isinstance(v, str) else v for k, v in event.evidence.items()}
    return events


def as_row(matter: Matter) -> dict[str, Any]:
    """A loaded matter (with area, its parent and handler) in the shape of `rows`."""
    area, handler = matter.area, matter.handler
    return {
        **{name: getattr(matter, name) for name in COLUMNS},
        "place": area.name,
        "level": area.level,
        "above": area.parent.name if area.parent else None,
        "handler_name": handler.name if handler else None,
        "unit_name": matter.unit.name if matter.unit else None,
    }


def village_of(row: dict[str, Any]) -> str:
    """Name of the village that a row of `rows` lies in; "" for what still lies with the street."""
    if row["level"] == Area.Level.STREET:
        return ""
    return str(row["above"] if row["level"] == Area.Level.GRID else row["place"])


def place_of(row: dict[str, Any]) -> str:
    """`河边村第一网格`, whether or not the grid's own name begins with the village's."""
    name, above = str(row["place"]), str(row["above"] or "")
    return above + name if row["level"] == Area.Level.GRID and not name.startswith(above) else name


def holder_of(row: dict[str, Any]) -> str:
    """Who has the matter in hand now, in words, with what they have to do next."""
    kind, state, village = KINDS[row["kind"]], row["state"], village_of(row)
    if state in kind.ended:
        return Matter.Outcome(row["outcome"]).label
    if row.get("paused_at"):
        return "等补充材料"
    moves = kind.onward(state)
    if state in kind.in_hand or not moves:
        return f"{row.get('unit_name') or place_of(row)} {row['handler_name'] or ''}".strip()
    # What lies with the street is first placed; a kind without such a move has only one way on.
    move = moves[-1] if village else moves[0]
    return f"等{village or '街道指挥室'}{move.label}"


def kind_choices() -> list[tuple[str, str]]:
    """Code and label of every registered kind."""
    return [(kind.code, kind.label) for kind in KINDS.values()]


def state_choices() -> list[tuple[str, str]]:
    """Code and label of every state of every kind, the ended ones last; one that kinds call differently has
    all its names.
    """
    names: dict[str, dict[str, None]] = {}
    for kind in KINDS.values():
        for state in kind.used:
            names.setdefault(state, {})[kind.states[state]] = None
    ended = {state for kind in KINDS.values() for state in kind.ended}
    found = sorted(names, key=lambda state: state in ended)
    return [(state, "／".join(names[state])) for state in found]


def roles_by_right() -> dict[str, str]:
    """Right → names of the roles that hold it, for people who read the table of moves."""
    holders: dict[str, list[str]] = defaultdict(list)
    for label, rights in Role.objects.order_by("id").values_list("label", "rights"):
        for right in rights:
            holders[right].append(label)
    return {right: "、".join(labels) for right, labels in holders.items()}
