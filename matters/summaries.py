"""What is not urgent, told once a day: one message to each person (or group) and channel names all of it."""

from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from matters.timing import hours
from shared.dates import local

MOST = 40
"""Lines that one summary names; how many more there are it says."""
TAKE = """
SELECT id FROM matters_notice WHERE state = 'held' AND next_at <= %(now)s ORDER BY id LIMIT 20000
FOR UPDATE SKIP LOCKED"""
SUM = """
WITH due AS (
    SELECT id, recipient_id, robot_id, channel, subject FROM matters_notice WHERE id = ANY(%(due)s)
), summed AS (
    INSERT INTO matters_notice (source, recipient_id, robot_id, channel, kind, urgency, subject, body, url,
                                state, attempts, next_at, error, created_at)
    SELECT %(source)s, recipient_id, robot_id, channel, 'summary', 'day',
           %(day)s || '通知汇总：' || max(total) || ' 条',
           string_agg(n || '. ' || subject, E'\n' ORDER BY n) FILTER (WHERE n <= %(most)s)
           || CASE WHEN max(total) > %(most)s THEN E'\n另有 ' || max(total) - %(most)s || ' 条。' ELSE '' END,
           '/inbox/', 'waiting', 0, %(goes)s, '', %(now)s
    FROM (SELECT *, row_number() OVER (mine ORDER BY id) AS n, count(*) OVER mine AS total
          FROM due WINDOW mine AS (PARTITION BY recipient_id, robot_id, channel)) numbered
    GROUP BY recipient_id, robot_id, channel
    ON CONFLICT DO NOTHING
    RETURNING id, recipient_id, robot_id, channel
)
UPDATE matters_notice told SET state = 'bundled', bundle_id = summed.id
FROM due JOIN summed ON summed.channel = due.channel
     AND summed.recipient_id IS NOT DISTINCT FROM due.recipient_id
     AND summed.robot_id IS NOT DISTINCT FROM due.robot_id
WHERE told.id = due.id"""
PUT_OFF = """
UPDATE matters_notice SET next_at = %(tomorrow)s
WHERE state = 'held' AND id = ANY(%(due)s)"""


@transaction.atomic
def bundle_due() -> int:
    """Write the summaries that are due; how many notices went into them. Safe to run many times at once.

    One a day for each: what comes after it (the hour was changed meanwhile) waits for the next day's.
    """
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"now": now})
        due = [pk for (pk,) in cursor.fetchall()]
        if not due:
            return 0
        rule, day = hours(), local(now).date()
        values: dict[str, Any] = {
            "due": due,
            "now": now,
            "goes": rule.allowed("day", now),
            "source": f"summary:{day}",
            "day": f"{day.month}月{day.day}日",
            "most": MOST,
        }
        cursor.execute(SUM, values)
        told = int(cursor.rowcount)
        cursor.execute(PUT_OFF, {"due": due, "tomorrow": rule.next_summary(now)})
        return told
