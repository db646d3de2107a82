"""What a bulletin tells, as plain figures: registration and key disputes of each village in a period."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from digests.bulletins.figures import FIELDS, monday
from digests.bulletins.models import Registration
from grids.models import Area
from grids.queries import labels, parameters
from incidents.models import PoliceIncident
from incidents.queries import short_address
from incidents.repeats.queries import RepeatRule, repeat_rule, with_repeats
from matters.loop import ENDED, state_label
from matters.models import Matter
from shared.dates import day_span, local

KINDS = "bulletin_incident"
"""The vocabulary of incident kinds that count as key disputes [D]."""
GRAVE = ("urgent", "major")


def villages_of(street: Area) -> list[Area]:
    """The street's villages and communities in use, in their order."""
    below = Area.objects.filter(path__startswith=street.path, level__in=Area.VILLAGE_LEVELS, is_active=True)
    return list(below.order_by("path"))


def compose(street: Area, since: date, until: date) -> dict[str, Any]:
    """The snapshot: a row per village, the street's sums, the named disputes, the villages that stated
    nothing.
    """
    villages = villages_of(street)
    stated = _registration(villages, until)
    counts, before = _counts(street, since, until), _counts(street, *_before(since, until))
    named, total = _named(street, since, until)
    rows = [
        {
            "area": village.pk,
            "name": village.name,
            **stated.get(village.pk, dict.fromkeys(FIELDS)),
            "disputes": counts[village.pk],
            "before": before[village.pk],
        }
        for village in villages
    ]
    return {
        "street": street.name,
        "villages": rows,
        "sums": {
            **{name: sum(row[name] or 0 for row in rows) for name in FIELDS},
            "disputes": sum(counts.values()),
            "before": sum(before.values()),
        },
        "missing": [village.name for village in villages if village.pk not in stated],
        "kinds": list(labels(KINDS).values()),
        "items": named,
        "unlisted": total - len(named),
    }


def _before(since: date, until: date) -> tuple[date, date]:
    """The period of the same length before."""
    return since - (until - since) - timedelta(days=1), since - timedelta(days=1)


def _registration(villages: list[Area], until: date) -> dict[int, dict[str, int]]:
    found = Registration.objects.filter(village__in=villages, week=monday(until))
    return {
        row["village_id"]: {name: row[name] for name in FIELDS} for row in found.values("village_id", *FIELDS)
    }


def _disputes(street: Area, since: date, until: date) -> Any:
    begins, ends = day_span(since)[0], day_span(until)[1]
    return PoliceIncident.objects.filter(
        incident_type__in=labels(KINDS),
        matter__area__path__startswith=street.path,
        matter__occurred_at__gte=begins,
        matter__occurred_at__lt=ends,
    ).exclude(matter__state="cancelled")


def _counts(street: Area, since: date, until: date) -> Counter[int]:
    """Key disputes by village; what still lies with the street is counted under the street."""
    depth = len(street.parent_ids) + 1
    counted: Counter[int] = Counter()
    for path in _disputes(street, since, until).values_list("matter__area__path", flat=True):
        ids = [int(part) for part in path.strip("/").split("/")]
        counted[ids[depth - 1] if len(ids) >= depth else street.pk] += 1
    return counted


def _named(street: Area, since: date, until: date) -> tuple[list[dict[str, Any]], int]:
    """Repeated and grave disputes by name, the most repeated first, as many as the Parameter says; and how
    many there are.
    """
    rule, most = repeat_rule(), parameters("bulletin_items")["bulletin_items"]
    seen = with_repeats(_disputes(street, since, until), rule.days)
    key = seen.filter(Q(repeats__gte=rule.yellow) | Q(level__in=GRAVE) | Q(incident_type="domestic_violence"))
    rows = key.order_by("-repeats", "-matter__occurred_at", "-pk").select_related("matter__area__parent")
    words = labels("incident_type")
    return [_item(one, words, rule) for one in rows[:most]], key.count()


def _item(one: Any, words: dict[str, str], rule: RepeatRule) -> dict[str, Any]:
    matter = one.matter
    area = matter.area
    return {
        "matter": matter.pk,
        "kind": words.get(one.incident_type, one.incident_type),
        "at": local(matter.occurred_at).isoformat(),
        "village": area.parent.name if area.level == Area.Level.GRID and area.parent else area.name,
        "place": short_address(one.address),
        "times": one.repeats,
        "card": rule.card(one.repeats),
        "done": _done(matter, one.attended_result),
    }


def _done(matter: Matter, result: str) -> str:
    """What was done, without anybody's words: those may name people."""
    ended = matter.state in ENDED
    state = Matter.Outcome(matter.outcome).label if ended else state_label(matter.kind, matter.state)
    return f"{result}，{state}" if result else str(state)
