-- What stayed open on the last date that asked anything of this street.
, carried AS MATERIALIZED (
    SELECT asked.*
    FROM matters_obligation asked
    JOIN territory area ON area.id = asked.area_id
    WHERE asked.state = 'open' AND asked.business_date = (
        SELECT earlier.business_date
        FROM matters_obligation earlier
        JOIN territory place ON place.id = earlier.area_id
        WHERE earlier.business_date < %(day)s
        ORDER BY earlier.business_date DESC
        LIMIT 1
    )
), carried_row AS (
    SELECT 4 AS rank, kind, area_id, source, matter_id, target_id, title, detail, colour,
           NULL::timestamptz AS answered_at, NULL::bigint AS answered_by, '' AS answer, carried + 1 AS carried
    FROM carried
)
