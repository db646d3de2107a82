-- Overdue matters ask whoever has the ball; those that belong to an office ask no grid. Visits owed by the day; one made before the alert ran counts as done.
, standing_row AS (
    SELECT 1 AS rank, 'overdue' AS kind,
           CASE WHEN area.level = 'grid' AND matter.kind || ':' || matter.state = ANY(%(with_village)s) THEN area.parent_id
                ELSE area.id END AS area_id,
           'matter:' || matter.id AS source, matter.id AS matter_id, NULL::bigint AS target_id, matter.title,
           concat_ws(
               '，',
               %(kinds)s::jsonb ->> matter.kind,
               to_char(matter.due_at AT TIME ZONE 'Asia/Shanghai', 'FMMM"月"FMDD"日到期"'),
               %(waits)s::jsonb ->> (matter.kind || ':' || matter.state)
           ) AS detail,
           '' AS colour, NULL::timestamptz AS answered_at, NULL::bigint AS answered_by, '' AS answer, 0 AS carried
    FROM matters_matter matter
    JOIN territory area ON area.id = matter.area_id
    WHERE matter.closed_at IS NULL AND matter.due_at < %(until)s AND matter.kind <> ALL(%(by_office)s)
    UNION ALL
    SELECT 3, 'visit', owed.grid_id, 'target:' || target.id, NULL, target.id,
           CASE target.kind WHEN 'person' THEN left(target.name, 1) || '**' ELSE target.name END,
           concat_ws(
               '，',
               term.label,
               %(colours)s::jsonb ->> target.colour,
               to_char(owed.due_on, 'FMMM"月"FMDD"日到期"'),
               CASE target.kind WHEN 'place' THEN nullif(target.address, '') END
           ),
           target.colour, owed.visited_at, owed.visitor_id, '预响前已走访', 0
    FROM (
        SELECT target.id, target.grid_id, target.due_on, NULL::timestamptz AS visited_at, NULL::bigint AS visitor_id
        FROM grids_target target
        JOIN territory area ON area.id = target.grid_id
        WHERE target.is_active AND target.suspended_on IS NULL
          AND target.due_on <= %(day)s AND target.enrolled_on <= %(day)s
        UNION ALL
        (
            SELECT DISTINCT ON (visit.target_id)
                   visit.target_id, visit.grid_id, visit.due_on, visit.visited_at, visit.visitor_id
            FROM grids_visit visit
            JOIN territory area ON area.id = visit.grid_id
            WHERE visit.is_valid AND visit.visited_on >= %(day)s AND visit.due_on <= %(day)s
              AND NOT EXISTS (
                  SELECT FROM matters_obligation asked
                  WHERE asked.target_id = visit.target_id AND asked.state <> 'open'
                    AND asked.business_date >= visit.due_on AND asked.business_date < %(day)s
              )
            ORDER BY visit.target_id, visit.visited_at
        )
    ) owed
    JOIN grids_target target ON target.id = owed.id
    LEFT JOIN grids_term term
        ON term.code = target.category
        AND term.scheme = CASE target.kind WHEN 'person' THEN 'key_person' ELSE 'place_type' END
)
