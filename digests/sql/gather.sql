-- What the street was asked on the day, in a table of its own: the planner cannot know how much a new date holds.
DROP TABLE IF EXISTS digest_owed;
CREATE TEMPORARY TABLE digest_owed ON COMMIT DROP AS
SELECT owed.id, owed.kind, owed.source, owed.title, owed.detail, owed.colour, owed.carried, owed.state, owed.answer,
       owed.area_id, owed.escalated_to_id, above.name AS escalated, area.name AS place, area.path
FROM matters_obligation owed
JOIN grids_area area ON area.id = owed.area_id
LEFT JOIN grids_area above ON above.id = owed.escalated_to_id
WHERE owed.business_date = %(day)s AND area.path LIKE %(below)s;
ANALYZE digest_owed
