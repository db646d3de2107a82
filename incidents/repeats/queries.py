"""Reads of the repeat rule: the how-many-th an incident is, and which ones came before it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db.models import CharField, F, Func, IntegerField, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from grids.queries import parameters
from incidents.models import PoliceIncident
from shared.plain import Statement, statement

EARLIER = Path(__file__).resolve().with_name("earlier.sql").read_text()
"""The rule; digests/sql/incidents.sql is built around the same text."""
FOUND = (
    "FROM (VALUES ({values})) AS this (id, address_key, phone_index, occurred_at, street, days)"
    f" CROSS JOIN LATERAL ({EARLIER}) found"
)
"""The rule for one row of given values."""


@dataclass(frozen=True)
class RepeatRule:
    """From how many incidents of one address or party within `days` a card is shown (Parameters, [D])."""

    days: int
    yellow: int
    red: int

    def card(self, times: int) -> str:
        """red | yellow | "" for the n-th incident."""
        return "red" if times >= self.red else "yellow" if times >= self.yellow else ""


def repeat_rule() -> RepeatRule:
    """The rule as it stands now."""
    found = parameters("repeat_days", "repeat_yellow", "repeat_red")
    return RepeatRule(found["repeat_days"], found["repeat_yellow"], found["repeat_red"])


def _street() -> Func:
    """The path of the street in which an incident lies."""
    return Func(
        F("matter__area__path"),
        function="substring",
        template="%(function)s(%(expressions)s from '^/[0-9]+/')",
        output_field=CharField(),
    )


class _Times(Func):
    """How many incidents came before the outer one, and itself; `which` narrows them by what they share."""

    template = f"(SELECT 1 + count(*) FILTER (WHERE %(which)s) {FOUND.format(values='%(expressions)s')})"
    output_field = IntegerField()

    def __init__(self, which: str, days: int) -> None:
        columns = ("pk", "address_key", "phone_index", "matter__occurred_at")
        super().__init__(
            *(F(column) for column in columns), _street(), Cast(Value(days), IntegerField()), which=which
        )


def with_repeats(queryset: QuerySet[PoliceIncident, Any], days: int) -> Any:
    """Each incident with `repeats`, the how-many-th it is of its address or party (1 = first), and the parts
    `by_address` and `by_caller`.
    """
    return queryset.annotate(
        repeats=_Times("TRUE", days),
        by_address=_Times("by_address", days),
        by_caller=_Times("by_party", days),
    )


MOST_REPEATED = f"""
SELECT this.id, this.address_key, this.phone_index, found.*
FROM ({{incidents}}) AS this (id, address_key, phone_index, occurred_at, street, days)
CROSS JOIN LATERAL (
    SELECT 1 + count(*) AS repeats,
           1 + count(*) FILTER (WHERE by_address), 1 + count(*) FILTER (WHERE by_party)
    FROM ({EARLIER}) earlier
) found
WHERE found.repeats >= %s ORDER BY found.repeats DESC, this.occurred_at DESC LIMIT %s
"""  # noqa: S608 -- our own statements


def most_repeated(incidents: QuerySet[PoliceIncident, Any], rule: RepeatRule, most: int) -> Statement:
    """The statement of the `most` incidents with a card, most often repeated first, then newest first: id,
    address key, phone index, repeats, by address, by caller. Each is counted once, which `with_repeats` in a
    condition does not.
    """
    days = Cast(Value(rule.days), IntegerField())
    asked = incidents.order_by().values_list(
        "pk", "address_key", "phone_index", "matter__occurred_at", _street(), days
    )
    sql, values = statement(asked)
    return MOST_REPEATED.format(incidents=sql), (*values, rule.yellow, most)


def earlier_of(incident: PoliceIncident, days: int) -> QuerySet[PoliceIncident, PoliceIncident]:
    """The incidents that make this one a repeat, newest first; the caller scopes them."""
    matter = incident.matter
    this = [
        incident.pk,
        incident.address_key,
        incident.phone_index,
        matter.occurred_at,
        f"/{matter.area.parent_ids[0]}/",
        days,
    ]
    earlier = f"SELECT found.id {FOUND.format(values=', '.join(['%s'] * len(this)))}"
    ids = RawSQL(earlier, this)  # noqa: S611 -- all values are bound
    return (
        PoliceIncident.objects.filter(pk__in=ids)
        .select_related("matter__area")
        .order_by("-matter__occurred_at", "-pk")
    )
