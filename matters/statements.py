"""The statements that write notices: to persons as each chose, to groups by their robots."""

WRITE = """
INSERT INTO matters_notice (source, recipient_id, channel, kind, urgency, subject, body, url,
                            state, attempts, next_at, error, created_at, sent_at)
SELECT letter.source, person.id, way.channel, letter.kind, letter.urgency,
       letter.subject, letter.body, letter.url,
       CASE WHEN way.channel = 'inbox' THEN 'sent' WHEN letter.urgency = 'summary' THEN 'held'
            ELSE 'waiting' END, 0, letter.next_at, '', %(now)s, CASE way.channel WHEN 'inbox' THEN %(now)s END
FROM unnest(%(sources)s, %(kinds)s, %(urgencies)s, %(subjects)s, %(bodies)s, %(urls)s,
            %(next)s::timestamptz[])
     AS letter(source, kind, urgency, subject, body, url, next_at)
JOIN unnest(%(to_source)s::text[], %(to_user)s::bigint[]) AS addressee(source, user_id) USING (source)
JOIN accounts_user person ON person.id = addressee.user_id AND person.is_active
CROSS JOIN unnest(%(ways)s::text[]) AS way(channel)
LEFT JOIN matters_noticechoice choice
       ON choice.user_id = person.id AND choice.kind = letter.kind AND choice.channel = way.channel
WHERE way.channel = 'inbox'
   OR COALESCE(choice.wanted, way.channel = ANY(%(usual)s::text[]))
      AND (way.channel <> 'mail' OR person.email <> '')
ORDER BY letter.source, person.id
ON CONFLICT (source, recipient_id, channel) DO NOTHING"""
"""One row for each letter, addressee and way: the usual ways, or the addressee's own choice."""

WRITE_TO_GROUPS = """
INSERT INTO matters_notice (source, robot_id, channel, kind, urgency, subject, body, url,
                            state, attempts, next_at, error, created_at)
SELECT letter.source, robot.id, robot.channel, letter.kind, letter.urgency,
       letter.subject, letter.body, letter.url,
       CASE letter.urgency WHEN 'summary' THEN 'held' ELSE 'waiting' END, 0, letter.next_at, '', %(now)s
FROM unnest(%(sources)s, %(kinds)s, %(urgencies)s, %(subjects)s, %(bodies)s, %(urls)s,
            %(next)s::timestamptz[])
     AS letter(source, kind, urgency, subject, body, url, next_at)
JOIN unnest(%(in_source)s::text[], %(in_area)s::bigint[]) AS place(source, area_id) USING (source)
JOIN matters_robot robot ON robot.area_id = place.area_id AND robot.is_active
     AND (robot.kinds = '{}' OR letter.kind = ANY(robot.kinds))
ORDER BY letter.source, robot.id
ON CONFLICT (source, robot_id) WHERE robot_id IS NOT NULL DO NOTHING"""
"""One row for each letter and robot of a place it names, of the kinds that the robot speaks of."""
