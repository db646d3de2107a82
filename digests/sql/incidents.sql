-- Incidents of [since, until), and those that reached their area in that time though they happened up to `reach` before:
-- a late file, or one placed by hand. What was asked of the same area on an earlier date is not new.
-- A repeat is counted over the street, but only calls in the reader's own territory are told.
, fresh AS MATERIALIZED (
    SELECT matter.id, matter.state, matter.title, matter.occurred_at, matter.moved_at, matter.handler_id,
           incident.address, incident.address_key, incident.phone_index, area.path,
           substring(area.path FROM '^/[0-9]+/') AS street, %(repeat_days)s::int AS days,
           CASE WHEN matter.state IN ('echoed', 'closed', 'referred') THEN area.id
                WHEN area.level = 'grid' AND matter.kind || ':' || matter.state = ANY(%(with_village)s) THEN area.parent_id
                ELSE area.id END AS area_id
    FROM matters_matter matter
    JOIN incidents_policeincident incident ON incident.matter_id = matter.id
    JOIN territory area ON area.id = matter.area_id
    WHERE matter.kind = 'police_incident' AND matter.state <> 'cancelled'
      AND matter.occurred_at >= %(since)s - %(reach)s AND matter.occurred_at < %(until)s
      AND (matter.occurred_at >= %(since)s
           OR (matter.moved_at >= %(since)s AND matter.moved_at < %(until)s
               AND matter.state NOT IN ('echoed', 'closed', 'referred')))
), incident AS (
    SELECT this.*, before.times + 1 AS times, before.told
    FROM fresh this
    CROSS JOIN LATERAL (
        SELECT count(*) AS times,
               string_agg(
                   to_char(occurred_at AT TIME ZONE 'Asia/Shanghai', 'FMMM"月"FMDD"日"') || split_part(title, '：', 1),
                   '、' ORDER BY occurred_at DESC, id DESC
               ) FILTER (WHERE starts_with(found.path, this.path)) AS told
        FROM ($earlier) found
    ) before
    WHERE NOT EXISTS (
        SELECT FROM matters_obligation asked
        WHERE asked.matter_id = this.id AND asked.area_id = this.area_id AND asked.business_date < %(day)s
    )
), incident_row AS (
    SELECT CASE WHEN times >= %(repeat_yellow)s THEN 0 ELSE 2 END AS rank,
           CASE WHEN times >= %(repeat_yellow)s THEN 'repeat' ELSE 'incident' END AS kind,
           area_id, 'matter:' || id AS source, id AS matter_id, NULL::bigint AS target_id, title,
           concat_ws(
               '，',
               CASE WHEN times >= %(repeat_yellow)s
                    THEN format('%%s天内第%%s次', %(repeat_days)s::int, times) || coalesce('（前有' || told || '）', '')
               END,
               to_char(occurred_at AT TIME ZONE 'Asia/Shanghai', 'FMMM"月"FMDD"日" HH24:MI'),
               nullif(address, '')
           ) AS detail,
           CASE WHEN times >= %(repeat_red)s THEN 'red' WHEN times >= %(repeat_yellow)s THEN 'yellow' ELSE '' END
               AS colour,
           CASE WHEN state IN ('echoed', 'closed', 'referred') THEN moved_at END AS answered_at,
           handler_id AS answered_by, CASE WHEN state = 'referred' THEN '已移交，由接收方办理' ELSE '预响前已回应' END AS answer, 0 AS carried
    FROM incident
)
