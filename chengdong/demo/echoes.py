"""The digests of past days, frozen by the real workflow from the obligations as they stood at each hour."""

from datetime import date, timedelta

from django.db import connection

from chengdong.demo.answers import CUT_OFF, RAISED
from chengdong.demo.places import Street
from chengdong.demo.plan import Plan, moment
from digests.models import DigestKind, DigestRun
from digests.workflow import freeze

DAYS = 10
"""So many past days have their alert and echo."""
REMEMBER = """
DROP TABLE IF EXISTS demo_answer;
CREATE TEMP TABLE demo_answer ON COMMIT DROP AS
SELECT id, state, answered_at, answered_by_id, answer, late, escalated_to_id, due_at
FROM matters_obligation WHERE business_date >= %s;
ANALYZE demo_answer
"""
FORGET = """
UPDATE matters_obligation
SET state = 'open', answered_at = NULL, answered_by_id = NULL, answer = '', late = FALSE,
escalated_to_id = NULL
WHERE business_date >= %s
"""
BY_EVENING = """
UPDATE matters_obligation owed
SET escalated_to_id = known.escalated_to_id,
    state = CASE WHEN in_time THEN known.state ELSE 'open' END,
    answered_at = CASE WHEN in_time THEN known.answered_at END,
    answer = CASE WHEN in_time THEN known.answer ELSE '' END
FROM (SELECT *, answered_at <= due_at AS in_time FROM demo_answer) known WHERE known.id = owed.id
"""
AFTERWARDS = """
UPDATE matters_obligation owed
SET state = known.state, answered_at = known.answered_at, answered_by_id = known.answered_by_id,
    answer = known.answer, late = known.late
FROM demo_answer known WHERE known.id = owed.id
"""


def freeze_past(plan: Plan, streets: list[Street]) -> int:
    """Alerts and echoes of the last days before today; returns how many runs."""
    since = plan.until - timedelta(days=min(DAYS, plan.days))
    days = [since + timedelta(days=n) for n in range((plan.until - since).days)]
    with connection.cursor() as cursor:
        cursor.execute(REMEMBER, [since])
        cursor.execute(FORGET, [since])
        _freeze_all(DigestKind.MORNING, RAISED, days, streets)
        cursor.execute(BY_EVENING)
        _freeze_all(DigestKind.EVENING, CUT_OFF, days, streets)
        cursor.execute(AFTERWARDS)
    return 2 * len(days) * len(streets)


def _freeze_all(kind: str, minutes: int, days: list[date], streets: list[Street]) -> None:
    for day in days:
        due_at = moment(day, minutes)
        for street in streets:
            run = DigestRun.objects.create(
                kind=kind,
                street_id=street.id,
                business_date=day,
                due_at=due_at,
                ran_at=due_at + timedelta(seconds=7),
            )
            freeze(run)
