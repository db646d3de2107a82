-- One level up, and one more for each evening before; the street has nobody above it. Rows are locked in one order: who
-- answers meanwhile waits, and then comes after the echo.
WITH held AS MATERIALIZED (
    SELECT owed.id, owed.carried, string_to_array(trim(BOTH '/' FROM area.path), '/')::bigint[] AS line
    FROM matters_obligation owed
    JOIN grids_area area ON area.id = owed.area_id
    WHERE owed.business_date = %(day)s AND owed.state = 'open' AND area.path LIKE %(below)s
    ORDER BY owed.id
    FOR UPDATE OF owed
)
UPDATE matters_obligation owed
SET escalated_to_id = held.line[greatest(array_length(held.line, 1) - held.carried - 1, 1)]
FROM held
WHERE owed.id = held.id
