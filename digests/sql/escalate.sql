-- One level up, and one more for each evening before; the street has nobody above it.
UPDATE matters_obligation owed
SET escalated_to_id = line.ids[greatest(array_length(line.ids, 1) - owed.carried - 1, 1)]
FROM grids_area area
CROSS JOIN LATERAL (SELECT string_to_array(trim(BOTH '/' FROM area.path), '/')::bigint[] AS ids) line
WHERE area.id = owed.area_id AND area.path LIKE %(below)s
  AND owed.business_date = %(day)s AND owed.state = 'open'
