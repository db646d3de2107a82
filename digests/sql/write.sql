-- The same source once per area. Police free text may hold phone and identity numbers: masked, as a digest leaves the portal.
, picked AS (
    SELECT DISTINCT ON (area_id, source) *, max(carried) OVER (PARTITION BY area_id, source) AS days
    FROM ($rows) found
    ORDER BY area_id, source, rank
)
INSERT INTO matters_obligation
    (kind, area_id, business_date, source, matter_id, target_id, title, detail, colour, due_at, carried,
     state, answered_at, answered_by_id, answer, late, raised_at)
SELECT picked.kind, picked.area_id, %(day)s, picked.source, picked.matter_id, picked.target_id,
       left(regexp_replace(picked.title, '(\d{3})\d{4,}(\d{4})', '\1****\2', 'g'), 120),
       left(regexp_replace(picked.detail, '(\d{3})\d{4,}(\d{4})', '\1****\2', 'g'), 200),
       picked.colour, %(cut_off)s, picked.days,
       CASE WHEN picked.answered_at IS NULL THEN 'open' ELSE 'done' END,
       picked.answered_at,
       CASE WHEN picked.answered_at IS NOT NULL THEN picked.answered_by END,
       CASE WHEN picked.answered_at IS NULL THEN '' ELSE picked.answer END,
       coalesce(picked.answered_at > %(cut_off)s, FALSE), %(now)s
FROM picked
ON CONFLICT (business_date, area_id, source) DO NOTHING
