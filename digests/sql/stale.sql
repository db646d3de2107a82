-- Obligations that a fact went past unheard, settled as what happened. A row that is being answered just now is left alone.
WITH found AS MATERIALIZED (
    SELECT asked.id, visit.visited_at AS at, visit.visitor_id AS actor,
           CASE WHEN matter.id IS NOT NULL OR visit.id IS NOT NULL THEN 'done' ELSE 'excused' END AS state,
           CASE WHEN matter.closed_at IS NOT NULL THEN '已办结'
                WHEN matter.id IS NOT NULL THEN '已转出'
                WHEN visit.id IS NOT NULL THEN '已走访'
                WHEN NOT target.is_active THEN '已移出名册'
                WHEN target.suspended_on IS NOT NULL THEN '暂停走访'
                WHEN target.grid_id <> asked.area_id THEN '已转到别的网格'
                ELSE '应访日期已调整' END AS words
    FROM matters_obligation asked
    JOIN grids_area area ON area.id = asked.area_id
    LEFT JOIN matters_matter matter ON matter.id = asked.matter_id
    LEFT JOIN grids_area place ON place.id = matter.area_id
    LEFT JOIN grids_target target ON target.id = asked.target_id
    LEFT JOIN LATERAL (
        SELECT id, visited_at, visitor_id FROM grids_visit
        WHERE target_id = asked.target_id AND is_valid AND due_on <= asked.business_date
          AND target.due_on > asked.business_date AND received_at >= asked.raised_at - interval '1 hour'
        ORDER BY visited_at LIMIT 1
    ) visit ON TRUE
    WHERE asked.state = 'open' AND asked.business_date >= %(day)s - 7 AND area.path LIKE %(below)s
      AND (matter.closed_at IS NOT NULL
           OR asked.area_id <> CASE WHEN place.level = 'grid' AND matter.kind || ':' || matter.state = ANY(%(with_village)s)
                                    THEN place.parent_id ELSE place.id END
           OR NOT target.is_active OR target.suspended_on IS NOT NULL
           OR target.grid_id <> asked.area_id OR target.due_on > asked.business_date)
    ORDER BY asked.id
    FOR UPDATE OF asked SKIP LOCKED
)
UPDATE matters_obligation owed
SET state = found.state, answered_at = coalesce(found.at, %(now)s), answered_by_id = found.actor,
    answer = found.words, late = coalesce(found.at, %(now)s) > owed.due_at
FROM found
WHERE owed.id = found.id
