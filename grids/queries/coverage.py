"""走访率 and 走访及时率 for any period, set-based and exact for past periods too (domain.md, KPIs).

An owed visit is a row of one of three tables: answered (`Visit.due_on`), ended without one
(`DueChange.due_on`), or still open (`Target.due_on`). From these alone follows, for a period from `a` to `b`:

- 走访率: a target is due if it owed a visit by `b` that was not answered before `a`; it is covered if it
  was validly visited in the period. Left out are targets suspended on any day of the period, and those
  enrolled fewer than Parameter `newly_enrolled_days` [D] before its end.
- 走访及时率: of the due days inside the period, those answered on or before the day. A due day that a
  suspension, another colour or removal ended before it came is none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db import connection
from django.db.models.expressions import RawSQL

from grids.models import Area, Target
from grids.models.target import TargetQuerySet
from grids.queries import parameters
from grids.scope import paths_of

KEYS = {
    "all": "0",
    "street": "split_part(g.path, '/', 2)",
    "village": "COALESCE(NULLIF(split_part(g.path, '/', 3), ''), split_part(g.path, '/', 2))",
    "grid": "g.id::text",
    "category": "t.category",
}
SCOPE = """
    SELECT t.id, t.due_on, t.enrolled_on, t.is_active AND t.suspended_on IS NULL AS owes, {key}::text AS key
    FROM grids_target t JOIN grids_area g ON g.id = t.grid_id
    WHERE g.path LIKE ANY(%(paths)s) AND (%(category)s = '' OR t.category = %(category)s)
"""
PERIODS = "SELECT * FROM unnest(%(starts)s::date[], %(ends)s::date[]) WITH ORDINALITY AS p(a, b, n)"
COVERAGE = """
WITH scope AS MATERIALIZED ({scope}), period AS ({periods}),
owed AS (
    SELECT p.n, s.id FROM period p JOIN scope s ON s.owes AND s.due_on <= p.b
    UNION
    SELECT p.n, v.target_id FROM period p
    JOIN grids_visit v ON v.is_valid AND v.visited_on >= p.a AND v.due_on <= p.b
    UNION
    SELECT p.n, c.target_id FROM period p JOIN grids_duechange c ON c.changed_on > p.b AND c.due_on <= p.b
),
counted AS (
    SELECT p.n, s.key, s.id, EXISTS (
        SELECT FROM grids_visit v
        WHERE v.target_id = s.id AND v.is_valid AND v.visited_on BETWEEN p.a AND p.b
    ) AS good
    FROM owed o JOIN period p USING (n) JOIN scope s USING (id)
    WHERE s.enrolled_on <= p.b - %(new)s::int AND NOT EXISTS (
        SELECT FROM grids_suspension u
        WHERE u.target_id = s.id AND u.starts_on <= p.b AND COALESCE(u.ends_on, 'infinity') >= p.a
    )
)
"""
TIMELINESS = """
WITH scope AS MATERIALIZED ({scope}), period AS ({periods}),
owed AS (
    SELECT p.n, s.id, s.due_on, false AS good FROM period p
    JOIN scope s ON s.owes AND s.due_on BETWEEN p.a AND p.b
    UNION ALL
    SELECT p.n, v.target_id, v.due_on, v.visited_on <= v.due_on FROM period p
    JOIN grids_visit v ON v.is_valid AND v.due_on BETWEEN p.a AND p.b
    UNION ALL
    SELECT p.n, c.target_id, c.due_on, false FROM period p
    JOIN grids_duechange c ON c.due_on BETWEEN p.a AND p.b AND c.changed_on > c.due_on
),
counted AS (
    SELECT o.n, s.key, s.id, bool_or(o.good) AS good
    FROM owed o JOIN scope s USING (id) GROUP BY o.n, s.key, s.id, o.due_on
)
"""
MEASURES = {"coverage": COVERAGE, "timeliness": TIMELINESS}
COUNTS = "SELECT n, key, count(*) FILTER (WHERE good), count(*) FROM counted GROUP BY n, key"
GAPS = "SELECT id FROM counted WHERE NOT good"


class Period(NamedTuple):
    """Two days, both included."""

    since: date
    until: date


class Ratio(NamedTuple):
    """A share that never appears without its parts; `rate` is None where there is nothing to divide by."""

    numerator: int = 0
    denominator: int = 0

    @property
    def rate(self) -> float | None:
        """The quotient."""
        return self.numerator / self.denominator if self.denominator else None

    def as_json(self) -> dict[str, Any]:
        """For the API."""
        return {"numerator": self.numerator, "denominator": self.denominator, "rate": self.rate}


@dataclass(frozen=True)
class Within:
    """Whose targets: areas by their paths, perhaps one category. Made by `within`, which keeps to the
    reader's territory.
    """

    paths: tuple[str, ...]
    category: str = ""
    newly: int | None = None
    """Parameter `newly_enrolled_days`, where it was read already."""


def within(user: Any, right: str, area: Area | None = None, category: str = "") -> Within:
    """The reader's territory for the right, or an area in it (which the caller has loaded from it)."""
    paths = [area.path] if area else paths_of(user, right)
    return Within(tuple(paths), category, _newly())


def ratios(measure: str, where: Within, periods: Sequence[Period], by: str = "all") -> dict[str, list[Ratio]]:
    """Key → one ratio per period, for `measure` "coverage" or "timeliness"; one statement however many
    periods and keys.

    `by` is one of KEYS; keys are area ids as text, or category codes, or "0" for all together.
    """
    sql, params = _statement(measure, where, periods, by)
    found: dict[str, list[Ratio]] = {}
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} {COUNTS}", params)
        for n, key, good, total in cursor.fetchall():
            found.setdefault(key, [Ratio()] * len(periods))[n - 1] = Ratio(good, total)
    return found


def ratio(measure: str, where: Within, period: Period) -> Ratio:
    """One ratio."""
    return ratios(measure, where, [period]).get("0", [Ratio()])[0]


def gaps(measure: str, where: Within, period: Period) -> TargetQuerySet:
    """The targets behind the difference between numerator and denominator."""
    sql, params = _statement(measure, where, [period], "all")
    # RawSQL takes positional parameters only.
    names = ("paths", "category", "category", "starts", "ends")
    ordered = [params[name] for name in (*names, *(["new"] if measure == "coverage" else []))]
    plain = sql
    for name in params:
        plain = plain.replace(f"%({name})s", "%s")
    return Target.objects.filter(pk__in=RawSQL(f"{plain} {GAPS}", ordered))  # noqa: S611 -- all values are bound


def _statement(measure: str, where: Within, periods: Sequence[Period], by: str) -> tuple[str, dict[str, Any]]:
    sql = MEASURES[measure].format(scope=SCOPE.format(key=KEYS[by]), periods=PERIODS)
    return sql, {
        "paths": [f"{path}%" for path in where.paths],
        "category": where.category,
        "starts": [period.since for period in periods],
        "ends": [period.until for period in periods],
        "new": _newly() if where.newly is None else where.newly,
    }


def _newly() -> int:
    return parameters("newly_enrolled_days")["newly_enrolled_days"]
