"""The hand-written SQL of the floors."""

from pathlib import Path

AUDIT = """
CREATE TABLE bench_audit (id bigserial PRIMARY KEY, at timestamptz, actor bigint, visit bigint, row jsonb)
"""

LOG_VISIT = """
WITH owed AS (
    SELECT id, grid_id, due_on FROM grids_target WHERE id = %(target)s FOR UPDATE
), logged AS (
    INSERT INTO grids_visit (client_id, payload_hash, target_id, grid_id, visitor_id, visited_at, visited_on,
                             received_at, met, result, chips, note, due_on, is_valid)
    SELECT %(client_id)s, md5(%(client_id)s), id, grid_id, %(visitor)s, now(), %(day)s,
           now(), %(met)s, %(result)s, %(chips)s::varchar[], %(note)s, due_on, TRUE
    FROM owed
    RETURNING id, visitor_id, target_id, due_on, met, result
), moved AS (
    UPDATE grids_target SET last_visit_on = %(day)s, due_on = %(day)s::date + %(new)s
    WHERE id = (SELECT id FROM owed)
)
INSERT INTO bench_audit (at, actor, visit, row)
SELECT now(), visitor_id, id, to_jsonb(logged) FROM logged
RETURNING visit
"""

COVERAGE = """
SELECT target.grid_id::text, count(*) FILTER (WHERE visit.target_id IS NOT NULL), count(*)
FROM grids_target target
JOIN grids_area area ON area.id = target.grid_id AND area.path LIKE ANY(%(below)s)
LEFT JOIN (
    SELECT target_id, min(due_on) AS due_on FROM grids_visit
    WHERE visited_on = %(day)s AND is_valid GROUP BY target_id
) visit ON visit.target_id = target.id
WHERE least(target.due_on, visit.due_on) <= %(day)s AND target.is_active AND target.suspended_on IS NULL
  AND target.enrolled_on <= %(day)s - %(new)s
GROUP BY target.grid_id
"""

DIGEST = (Path(__file__).resolve().parent / "digest_floor.sql").read_text()
