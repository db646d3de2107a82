-- The morning alert of all streets at once, by hand: what is owed, one digest per area, one notice per reader.
CREATE TEMP TABLE land ON COMMIT DROP AS
SELECT area.id, area.parent_id, area.level, area.name, up.id::bigint AS up_id, split_part(area.path, '/', 2)::bigint AS street
FROM grids_area area, unnest(string_to_array(trim(BOTH '/' FROM area.path), '/')) AS up(id);
ANALYZE land;

INSERT INTO digests_digestrun (kind, street_id, business_date, due_at, ran_at)
SELECT 'morning', id, %(day)s, %(now)s, %(now)s FROM land WHERE level = 'street';

WITH before AS (
    SELECT kind, area_id, source, matter_id, target_id, title, detail, colour, carried
    FROM matters_obligation WHERE state = 'open' AND business_date = %(day)s - 1
), asked AS (
    SELECT 'visit' AS kind, grid_id AS area_id, 'target:' || target.id AS source, NULL::bigint AS matter_id, target.id AS target_id,
           CASE target.kind WHEN 'person' THEN left(name, 1) || '**' ELSE name END AS title,
           concat_ws(' · ', term.label, colour, due_on, nullif(address, '')) AS detail, colour
    FROM grids_target target
    LEFT JOIN grids_term term ON term.code = category
        AND term.scheme = CASE target.kind WHEN 'person' THEN 'key_person' ELSE 'place_type' END
    WHERE target.is_active AND suspended_on IS NULL AND due_on <= %(day)s
    UNION ALL
    SELECT 'overdue', CASE WHEN state IN ('reported', 'accepted', 'echoed') AND area.level = 'grid' THEN area.parent_id ELSE area.id END,
           'matter:' || matter.id, matter.id, NULL, title, concat_ws(' · ', kind, due_at), ''
    FROM matters_matter matter JOIN grids_area area ON area.id = area_id
    WHERE closed_at IS NULL AND due_at < %(until)s
    UNION ALL
    SELECT CASE WHEN again.times > 0 THEN 'repeat' ELSE 'incident' END, matter.area_id, 'matter:' || matter.id, matter.id, NULL, title,
           concat_ws(' · ', again.times, occurred_at, address), CASE WHEN again.times > 1 THEN 'red' WHEN again.times > 0 THEN 'yellow' ELSE '' END
    FROM matters_matter matter JOIN incidents_policeincident incident ON incident.matter_id = matter.id
    CROSS JOIN LATERAL (
        SELECT count(*) AS times FROM (
            SELECT matter_id FROM incidents_policeincident WHERE address_key = incident.address_key AND address_key <> ''
            UNION SELECT matter_id FROM incidents_policeincident WHERE phone_index = incident.phone_index AND phone_index <> ''
        ) same JOIN matters_matter earlier ON earlier.id = same.matter_id
        WHERE (earlier.occurred_at, earlier.id) < (matter.occurred_at, matter.id)
          AND earlier.occurred_at >= matter.occurred_at - interval '30 days'
    ) again
    WHERE kind = 'police_incident' AND occurred_at >= %(since)s AND occurred_at < %(until)s
    UNION ALL
    SELECT kind, area_id, source, matter_id, target_id, title, detail, colour FROM before
), picked AS (
    SELECT DISTINCT ON (area_id, source) * FROM asked ORDER BY area_id, source, kind DESC
)
INSERT INTO matters_obligation (kind, area_id, business_date, source, matter_id, target_id, title, detail, colour, due_at, carried,
                                state, answer, late)
SELECT picked.kind, area_id, %(day)s, source, picked.matter_id, picked.target_id, picked.title, left(picked.detail, 200), picked.colour,
       %(cut_off)s, coalesce(before.carried + 1, 0), 'open', '', FALSE
FROM picked LEFT JOIN before USING (area_id, source);

WITH sum AS (
    SELECT up_id, count(*) AS expected,
           jsonb_build_object('incident', count(*) FILTER (WHERE kind = 'incident'), 'repeat', count(*) FILTER (WHERE kind = 'repeat'),
                              'overdue', count(*) FILTER (WHERE kind = 'overdue'), 'visit', count(*) FILTER (WHERE kind = 'visit'),
                              'carried', count(*) FILTER (WHERE carried > 0)) AS numbers,
           jsonb_agg(jsonb_build_object('id', owed.id, 'kind', kind, 'source', source, 'title', title, 'detail', detail, 'colour', colour,
                                        'carried', carried, 'state', state, 'area', area_id, 'place', name)
                     ORDER BY carried DESC, owed.id) AS items
    FROM matters_obligation owed JOIN land ON land.id = area_id
    WHERE business_date = %(day)s
    GROUP BY up_id
), child AS (
    SELECT parent_id, jsonb_agg(jsonb_build_object('area', id, 'name', name, 'expected', coalesce(expected, 0))) AS list
    FROM grids_area LEFT JOIN sum ON up_id = id GROUP BY parent_id
), made AS (
    INSERT INTO digests_digest (run_id, kind, audience, area_id, business_date, expected, done, excused, open, snapshot)
    SELECT run.id, 'morning', audience, land.id, %(day)s, coalesce(expected, 0), 0, 0, coalesce(expected, 0),
           jsonb_build_object('name', land.name, 'level', land.level, 'numbers', numbers, 'items', coalesce(items, '[]'),
                              'children', coalesce(child.list, '[]'))
    FROM land
    JOIN digests_digestrun run ON run.street_id = land.street AND run.business_date = %(day)s AND run.kind = 'morning'
    CROSS JOIN unnest(ARRAY['area', 'police']) AS audience
    LEFT JOIN sum ON sum.up_id = land.id
    LEFT JOIN child ON child.parent_id = land.id
    WHERE land.id = land.up_id AND (audience = 'area' OR land.level = 'street')
    RETURNING id, area_id, audience, expected, snapshot
)
INSERT INTO matters_notice (source, recipient_id, channel, subject, body, url, state, attempts, next_at, error, created_at, sent_at)
SELECT 'digest:' || made.id, post.user_id, 'inbox', (snapshot ->> 'name') || '：应回应 ' || expected || ' 件',
       (SELECT coalesce(string_agg(left(concat_ws('；', thing ->> 'title', thing ->> 'detail'), 60), E'\n'), '')
        FROM (SELECT thing FROM jsonb_array_elements(snapshot -> 'items') AS thing LIMIT 14) few),
       '/digests/' || made.id || '/', 'sent', 0, %(now)s, '', %(now)s, %(now)s
FROM made
JOIN grids_post post ON post.area_id = made.area_id AND post.starts_on <= %(day)s AND coalesce(post.ends_on, %(day)s) >= %(day)s
JOIN grids_role role ON role.id = post.role_id AND role.rights::text[] @> '{digests.view}'
LEFT JOIN grids_unit unit ON unit.id = post.unit_id
WHERE (made.audience = 'police') = (unit.kind IS NOT DISTINCT FROM 'police')
ON CONFLICT (source, recipient_id, channel) DO NOTHING
