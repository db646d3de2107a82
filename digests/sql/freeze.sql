-- One digest per area, or the one of the street for the police: the sums of the area with all below it, its children's sums,
-- and the things by name: in the morning incidents first; in the evening what came up to this level, then the longest open.
, owed AS MATERIALIZED (
    SELECT * FROM digest_owed WHERE kind = ANY(%(kinds_told)s)
), holder AS (
    SELECT post.area_id, string_agg(DISTINCT person.name, '、') AS names
    FROM grids_post post
    JOIN grids_role role ON role.id = post.role_id AND role.rights::text[] && %(answering)s
    JOIN accounts_user person ON person.id = post.user_id AND person.is_active
    WHERE post.starts_on <= %(day)s AND coalesce(post.ends_on, %(day)s) >= %(day)s
      AND post.area_id IN (SELECT area_id FROM owed)
    GROUP BY post.area_id
), spread AS MATERIALIZED (
    SELECT owed.*, up.id::bigint AS up_id
    FROM owed
    CROSS JOIN LATERAL unnest(string_to_array(trim(BOTH '/' FROM owed.path), '/')) AS up(id)
), total AS MATERIALIZED (
    SELECT up_id, count(*) AS expected,
           count(*) FILTER (WHERE state = 'done') AS done,
           count(*) FILTER (WHERE state = 'excused') AS excused,
           count(*) FILTER (WHERE state = 'open') AS open,
           count(*) FILTER (WHERE kind = 'incident') AS incident,
           count(*) FILTER (WHERE kind = 'repeat') AS repeat,
           count(*) FILTER (WHERE kind = 'overdue') AS overdue,
           count(*) FILTER (WHERE kind = 'visit') AS visit,
           count(*) FILTER (WHERE carried > 0) AS carried,
           count(*) FILTER (WHERE area_id = up_id) AS own_expected,
           count(*) FILTER (WHERE area_id = up_id AND state = 'done') AS own_done,
           count(*) FILTER (WHERE area_id = up_id AND state = 'excused') AS own_excused,
           count(*) FILTER (WHERE area_id = up_id AND state = 'open') AS own_open
    FROM spread
    GROUP BY up_id
), named AS (
    SELECT spread.*, holder.names,
           row_number() OVER (
               PARTITION BY up_id
               ORDER BY state = 'open' DESC, escalated_to_id IS NOT DISTINCT FROM up_id DESC,
                        CASE WHEN %(kind)s = 'evening' THEN carried END DESC,
                        array_position(ARRAY['repeat', 'incident', 'overdue', 'visit'], kind::text),
                        array_position(ARRAY['red', 'yellow', 'green', ''], colour::text), carried DESC, spread.id
           ) AS place_in_list
    FROM spread
    LEFT JOIN holder ON holder.area_id = spread.area_id
    WHERE state = ANY(%(states_told)s) AND (%(audience)s = 'area' OR up_id = %(street)s)
), item AS (
    SELECT up_id, count(*) AS all_of_them,
           jsonb_agg(
               jsonb_build_object(
                   'id', id, 'kind', kind, 'source', source, 'title', title, 'detail', detail, 'colour', colour,
                   'carried', carried, 'state', state, 'answer', answer, 'area', area_id, 'place', place,
                   'who', coalesce(names, ''), 'escalated', coalesce(escalated, '')
               ) ORDER BY place_in_list
           ) FILTER (WHERE place_in_list <= %(most)s) AS list
    FROM named
    GROUP BY up_id
), child AS (
    SELECT area.parent_id,
           jsonb_agg(
               jsonb_build_object(
                   'area', area.id, 'name', area.name, 'expected', coalesce(total.expected, 0),
                   'done', coalesce(total.done, 0), 'excused', coalesce(total.excused, 0),
                   'open', coalesce(total.open, 0)
               ) ORDER BY area.id
           ) AS list
    FROM territory area
    LEFT JOIN total ON total.up_id = area.id
    WHERE area.is_active OR total.up_id IS NOT NULL
    GROUP BY area.parent_id
)
INSERT INTO digests_digest
    (run_id, kind, audience, area_id, business_date, expected, done, excused, open, snapshot)
SELECT %(run)s, %(kind)s, %(audience)s, area.id, %(day)s, coalesce(total.expected, 0), coalesce(total.done, 0),
       coalesce(total.excused, 0), coalesce(total.open, 0),
       jsonb_build_object(
           'name', area.name, 'level', area.level, 'cut_off', %(cut_off_text)s,
           'numbers', jsonb_build_object(
               'incident', coalesce(total.incident, 0), 'repeat', coalesce(total.repeat, 0),
               'overdue', coalesce(total.overdue, 0), 'visit', coalesce(total.visit, 0),
               'carried', coalesce(total.carried, 0)
           ),
           'own', jsonb_build_object(
               'expected', coalesce(total.own_expected, 0), 'done', coalesce(total.own_done, 0),
               'excused', coalesce(total.own_excused, 0), 'open', coalesce(total.own_open, 0)
           ),
           'items', coalesce(item.list, '[]'),
           'unlisted', coalesce(item.all_of_them - jsonb_array_length(item.list), 0),
           'children', coalesce(child.list, '[]')
       )
FROM territory area
LEFT JOIN total ON total.up_id = area.id
LEFT JOIN item ON item.up_id = area.id
LEFT JOIN child ON child.parent_id = area.id
WHERE (area.is_active OR total.up_id IS NOT NULL) AND (%(audience)s = 'area' OR area.id = %(street)s)
RETURNING id, area_id, expected, done, excused, open, snapshot
