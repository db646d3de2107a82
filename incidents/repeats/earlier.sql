-- The one rule (domain.md): what makes `this` a repeat are the incidents of the same address or the same party, in the same
-- street, in `days` before it; of two at one moment the one taken in first is the earlier. An empty address or party is none.
-- `this` is a row (id, address_key, phone_index, occurred_at, street, days) of the statement around it.
SELECT earlier.id, earlier.title, earlier.occurred_at, place.path,
       bool_or(same.by_address) AS by_address, bool_or(NOT same.by_address) AS by_party
FROM (
    SELECT matter_id, TRUE AS by_address FROM incidents_policeincident
    WHERE address_key = this.address_key AND this.address_key <> ''
    UNION ALL
    SELECT matter_id, FALSE FROM incidents_policeincident
    WHERE phone_index = this.phone_index AND this.phone_index <> ''
) same
JOIN matters_matter earlier ON earlier.id = same.matter_id
JOIN grids_area place ON place.id = earlier.area_id
WHERE earlier.occurred_at >= this.occurred_at - make_interval(days => this.days)
  AND (earlier.occurred_at, earlier.id) < (this.occurred_at, this.id)
  AND starts_with(place.path, this.street)
GROUP BY earlier.id, earlier.title, earlier.occurred_at, place.path
