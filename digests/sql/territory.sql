WITH territory AS MATERIALIZED (
    SELECT id, parent_id, level, name, path, is_active FROM grids_area WHERE path LIKE %(below)s
)
