-- Nobody answers while the evening is counted: an answer waits, and then comes after the echo.
SELECT count(*) FROM (
    SELECT owed.id
    FROM matters_obligation owed
    JOIN grids_area area ON area.id = owed.area_id
    WHERE owed.business_date = %(day)s AND area.path LIKE %(below)s
    ORDER BY owed.id
    FOR UPDATE OF owed
) held
